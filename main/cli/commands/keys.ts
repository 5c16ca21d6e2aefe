import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type AnonymisationKeyRow, KeyProperty, KeyQuery, KeySort } from '@shared/contract/anonymisation';
import { AnonymisationKeyId } from '@shared/model/ids';
import type { Engine } from '../../archive/engine';
import { imagesNamed } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';
import { requiredReason } from './merge';

const options = {
  ...commonOptions,
  filter: { type: 'string', default: '' },
  where: { type: 'string', multiple: true, default: [] as string[] },
  key: { type: 'string' },
  text: { type: 'string' },
  sort: { type: 'string', default: 'createdAt' },
  ascending: { type: 'boolean', default: false },
  limit: { type: 'string', default: '100' },
  offset: { type: 'string', default: '0' },
  out: { type: 'string' },
  image: { type: 'string' },
  reason: { type: 'string' },
  yes: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];
type Act = (engine: Engine, values: Values, terminal: Terminal) => Promise<number>;

const ACTS: Readonly<Record<string, Act>> = {
  list,
  query: list,
  values: images,
  find,
  delete: remove,
  csv,
  reverse: original,
};

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

/** `keys ACT`: the anonymisation keys. */
export async function keysCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(argv);
  const [name = ''] = positionals;
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (!act || positionals.length > 1) throw new UsageError(`Say what: keys ${Object.keys(ACTS).join('|')}.`);
  if (name === 'query' && values.where.length === 0)
    throw new UsageError('Say what must hold: --where PROPERTY=VALUE, or PROPERTY~PART.');
  return withArchive(values.archive, terminal, false, ({ engine }) => act(engine, values, terminal));
}

async function list(engine: Engine, values: Values, terminal: Terminal): Promise<number> {
  const sort = KeySort.safeParse(values.sort);
  if (!sort.success) throw new UsageError(`--sort is one of ${KeySort.options.join(', ')}.`);
  const query = KeyQuery.safeParse({
    filter: values.filter,
    where: values.where.map(conditionOf),
    sort: sort.data,
    descending: !values.ascending,
    ...pageOf(values),
  });
  if (!query.success) throw new UsageError(query.error.issues[0]?.message ?? 'not understood');
  const page = await engine.verbs['anonymisation.keys'](query.data);
  terminal.answer(page, () => `${String(page.total)} keys\n\n${table([HEAD, ...page.rows.map(cells)])}`);
  return 0;
}

const HEAD = ['key', 'anonymous', 'PatientID', 'PatientName', 'images', 'created'];

function cells(row: AnonymisationKeyRow): readonly string[] {
  return [row.key, row.anonymousID, row.PatientID, row.PatientName, String(row.images), row.createdAt];
}

async function images(engine: Engine, values: Values, terminal: Terminal): Promise<number> {
  const page = await engine.verbs['anonymisation.values']({ key: keyOf(values), ...pageOf(values) });
  terminal.answer(page, () =>
    [
      `${String(page.total)} images`,
      '',
      table([['original', 'anonymous'], ...page.rows.map((row) => [row.SOPInstanceUID, row.anonymousSOPInstanceUID])]),
    ].join('\n'),
  );
  return 0;
}

async function find(engine: Engine, values: Values, terminal: Terminal): Promise<number> {
  if (values.text === undefined || values.text.trim() === '')
    throw new UsageError('Say what to look for: --text NAME, number, UID or image.');
  const { rows } = await engine.verbs['anonymisation.find']({ text: values.text.trim() });
  terminal.answer({ rows }, () =>
    rows.length === 0
      ? 'nothing found'
      : table([
          ['level', 'PatientID', 'PatientName', 'original', 'anonymous'],
          ...rows.map((row) => [row.level, row.PatientID, row.PatientName, row.original, row.anonymous]),
        ]),
  );
  return rows.length === 0 ? 1 : 0;
}

async function remove(engine: Engine, values: Values, terminal: Terminal): Promise<number> {
  const key = keyOf(values);
  if (!values.yes) {
    throw new UsageError(
      'Without its key nobody can tell from this archive whom the copies are of, and a "no" of this person no longer holds them back. Say --yes to delete it.',
    );
  }
  await engine.verbs['anonymisation.removeKey']({ key });
  terminal.answer({ removed: key }, () => `removed ${key}`);
  return 0;
}

async function csv(engine: Engine, values: Values, terminal: Terminal): Promise<number> {
  if (values.out === undefined) throw new UsageError('Say where to write: --out FILE.csv');
  const path = resolve(values.out);
  const written = await engine.verbs['anonymisation.csv']({ path });
  terminal.answer(
    { path, ...written },
    () => `${path}: ${String(written.rows)} lines; ${String(written.leftOut)} left out (the patient said no)`,
  );
  return 0;
}

async function original(engine: Engine, values: Values, terminal: Terminal): Promise<number> {
  if (values.image === undefined) throw new UsageError('Say which anonymous image: --image UID');
  const reason = requiredReason(values.reason ?? '');
  const [{ image }] = await imagesNamed(engine, values.image);
  const found = await engine.verbs['anonymisation.reverse']({ image, reason });
  terminal.answer(found, () => `${found.image}${found.isNew ? ' (made with the key)' : ''}`);
  return 0;
}

function keyOf({ key }: Values): AnonymisationKeyId {
  const parsed = AnonymisationKeyId.safeParse(key);
  if (!parsed.success) throw new UsageError('Say which key: --key KEY, as "keys list" shows it.');
  return parsed.data;
}

function pageOf({ limit, offset }: Values): { limit: number; offset: number } {
  const page = { limit: Number(limit), offset: Number(offset) };
  if (
    !Number.isInteger(page.limit) ||
    page.limit < 1 ||
    page.limit > 1000 ||
    !Number.isInteger(page.offset) ||
    page.offset < 0
  )
    throw new UsageError('--limit is 1 to 1000, --offset 0 or more.');
  return page;
}

function conditionOf(text: string): KeyQuery['where'][number] {
  const match = /^(\w+)([=~])(.*)$/s.exec(text);
  const property = KeyProperty.safeParse(match?.[1]);
  if (!match || !property.success)
    throw new UsageError(`--where is PROPERTY=VALUE or PROPERTY~PART with one of ${KeyProperty.options.join(', ')}.`);
  return { property: property.data, operator: match[2] === '=' ? '=' : 'like', value: match[3] ?? '' };
}
