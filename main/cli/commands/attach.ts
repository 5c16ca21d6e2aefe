import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseFilter, parseSort } from '../../archive/attachments/filter';
import type { Engine } from '../../archive/engine';
import { contract, type Input } from '@shared/contract';
import type { AttachmentCase, AttachmentRow } from '@shared/contract/attachments';
import { FieldboxError } from '@shared/errors';
import { AttachmentKey } from '@shared/model/ids';
import { clinicNamed, patientNamed, studiesByUID } from '../lookup';
import { type Session, withArchive } from '../session';
import type { Terminal } from '../terminal';
import { bytes, table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  patient: { type: 'string' },
  clinic: { type: 'string' },
  study: { type: 'string' },
  description: { type: 'string' },
  pin: { type: 'boolean', default: false },
  unpin: { type: 'boolean', default: false },
  processed: { type: 'boolean', default: false },
  unprocessed: { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
  where: { type: 'string', multiple: true, default: [] as string[] },
  sort: { type: 'string' },
  page: { type: 'string' },
  'per-page': { type: 'string' },
  archived: { type: 'boolean', default: false },
  out: { type: 'string' },
  overwrite: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

type Action = (session: Session, names: readonly string[], values: Values) => Promise<void>;

const actions: Readonly<Record<string, Action>> = {
  add,
  list,
  get: (session, names) => one(session, names, (attachment) => session.engine.verbs['attachments.get']({ attachment })),
  update,
  archive: (session, names) =>
    one(session, names, (attachment) => session.engine.verbs['attachments.archive']({ attachment })),
  unarchive: (session, names) =>
    one(session, names, (attachment) => session.engine.verbs['attachments.unarchive']({ attachment })),
  save,
};

/** `attach add|list|get|update|archive|unarchive|save`: files of any kind that belong to patients. */
export async function attachCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(argv);
  const [name = '', ...names] = positionals;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) throw new UsageError(`Say what to do: attach ${Object.keys(actions).join('|')}.`);
  return withArchive(values.archive, terminal, false, async (session) => {
    await action(session, names, values);
    return 0;
  });
}

async function add({ engine, terminal }: Session, files: readonly string[], values: Values): Promise<void> {
  if (files.length === 0) throw new UsageError('Say which files: attach add FILE...');
  if (values.patient === undefined) throw new UsageError('Say whose they are: --patient ID');
  const { patient } = await patientNamed(engine, values.patient);
  const cases = await casesOf(engine, values);
  const added: { isNew: boolean; row: AttachmentRow }[] = [];
  for (const file of files) {
    const input = checked('attachments.add', {
      patient,
      file: { path: resolve(file) },
      cases,
      pinned: values.pin,
      evenIfHere: values.again,
      ...(values.description !== undefined && { description: values.description }),
    });
    added.push(await engine.verbs['attachments.add'](input));
  }
  terminal.answer({ added }, () =>
    table(added.map(({ isNew, row }) => [isNew ? 'added' : 'already here', row.attachment, row.contentType, row.name])),
  );
}

async function list({ engine, terminal }: Session, names: readonly string[], values: Values): Promise<void> {
  if (names.length > 0) throw new UsageError('attach list takes options only: --patient, --clinic, --study, --where.');
  const cases = await casesOf(engine, values);
  if (cases.length > 1) throw new UsageError('Give --clinic or --study, not both.');
  const query = checked('attachments.list', {
    ...(values.patient !== undefined && { patient: (await patientNamed(engine, values.patient)).patient }),
    ...(cases[0] && { case: cases[0] }),
    filters: values.where.map(parseFilter),
    sort: values.sort === undefined ? [] : parseSort(values.sort),
    withArchived: values.archived,
    ...(values.page !== undefined && { page: Number(values.page) }),
    ...(values['per-page'] !== undefined && { perPage: Number(values['per-page']) }),
  });
  const found = await engine.verbs['attachments.list'](query);
  terminal.answer(found, () => {
    const lines = found.rows.map((row) => [
      row.attachment,
      row.createdAt,
      row.contentType,
      bytes(row.bytes),
      marks(row),
      row.description === '' ? row.name : `${row.name}: ${row.description}`,
    ]);
    const place = `page ${String(found.page)} of ${String(Math.max(1, found.pages))}`;
    return `${String(found.total)} found, ${place}\n\n${table(lines)}`;
  });
}

async function update(session: Session, names: readonly string[], values: Values): Promise<void> {
  if ((values.pin && values.unpin) || (values.processed && values.unprocessed))
    throw new UsageError('Say one of --pin and --unpin, and one of --processed and --unprocessed.');
  const changes = {
    ...(values.description !== undefined && { description: values.description }),
    ...((values.pin || values.unpin) && { pinned: values.pin }),
    ...((values.processed || values.unprocessed) && { processed: values.processed }),
  };
  if (Object.keys(changes).length === 0) throw new UsageError('Say what to change, for example --description TEXT.');
  await one(session, names, (attachment) =>
    session.engine.verbs['attachments.update'](checked('attachments.update', { attachment, changes })),
  );
}

async function save({ engine, terminal }: Session, names: readonly string[], values: Values): Promise<void> {
  const attachment = keyOf(names);
  if (values.out === undefined) throw new UsageError('Say where to write: --out FILE');
  const target = resolve(values.out);
  const saved = await engine.verbs['attachments.saveCopy']({ attachment, target, overwrite: values.overwrite });
  terminal.answer(saved, () => `${saved.path} (${bytes(saved.bytes)})`);
}

async function one(
  { terminal }: Session,
  names: readonly string[],
  act: (attachment: AttachmentKey) => Promise<AttachmentRow>,
): Promise<void> {
  const row = await act(keyOf(names));
  terminal.answer(row, () => table(Object.entries(row).map(([name, value]) => [name, shown(value)])));
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}

function marks(row: AttachmentRow): string {
  const marked = [row.pinnedAt && 'pinned', row.archivedAt && 'put away', !row.processedAt && 'in work'];
  return marked.filter((mark) => typeof mark === 'string').join(', ');
}

function keyOf(names: readonly string[]): AttachmentKey {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) throw new UsageError('Say which attachment: one KEY of `attach list`.');
  const key = AttachmentKey.safeParse(name.toLowerCase());
  if (!key.success) throw new FieldboxError('NOT_FOUND', { what: 'attachment' });
  return key.data;
}

async function casesOf(engine: Engine, values: Values): Promise<AttachmentCase[]> {
  const clinic = await clinicNamed(engine, values.clinic);
  const [study] = values.study === undefined ? [] : await studiesByUID(engine, values.study);
  if (values.study !== undefined && !study) throw new FieldboxError('NOT_FOUND', { what: 'study' });
  return [
    ...(clinic ? [{ kind: 'visit' as const, clinic: clinic.clinic }] : []),
    ...(study ? [{ kind: 'study' as const, study: study.study }] : []),
  ];
}

/** What was typed, checked as the bridge would. Throws UsageError naming the part that is wrong. */
function checked<V extends 'attachments.add' | 'attachments.list' | 'attachments.update'>(verb: V, input: Input<V>) {
  const parsed = contract[verb].input.safeParse(input);
  if (parsed.success) return parsed.data as ReturnType<(typeof contract)[V]['input']['parse']>;
  const [issue] = parsed.error.issues;
  throw new UsageError(`${issue?.path.join('.') ?? verb}: ${issue?.message ?? 'not understood'}`);
}
