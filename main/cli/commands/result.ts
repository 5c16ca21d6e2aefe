import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { NewResult } from '@shared/contract/results';
import { ResultKey } from '@shared/model/ids';
import type { ResultRow } from '@shared/model/results';
import type { Engine } from '../../archive/engine';
import { imagesNamed, oneSeries, patientsByNumber } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { bytes, table } from '../text';
import { commonOptions, UsageError } from '../usage';

const text = { type: 'string' } as const;
const options = {
  ...commonOptions,
  series: text,
  patient: text,
  image: text,
  type: text,
  name: text,
  algorithm: text,
  product: { type: 'string', default: '' },
  version: { type: 'string', default: '' },
  threshold: text,
  'made-at': text,
  number: text,
  text,
  file: text,
  out: text,
  removed: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parsed>['values'];

function parsed(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

/** `result add|list|get`: what algorithms found in a series. */
export async function resultCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parsed(argv);
  const [action, ...names] = positionals;
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    switch (action) {
      case 'add': {
        const row = await engine.verbs['results.add'](await newResult(engine, values));
        terminal.answer(row, () => described([row]));
        return 0;
      }
      case 'list': {
        const page = await list(engine, values);
        terminal.answer(page, () => `${String(page.total)} found\n\n${described(page.rows)}`);
        return 0;
      }
      case 'get':
        await get(engine, terminal, names, values.out);
        return 0;
      default:
        throw new UsageError('result add, result list or result get.');
    }
  });
}

async function newResult(engine: Engine, values: Values): Promise<NewResult> {
  const { seriesKey } = await oneSeries(engine, values.series);
  const image = values.image === undefined ? null : (await imagesNamed(engine, values.image))[0].image;
  const input = NewResult.safeParse({
    series: seriesKey,
    image,
    type: values.type ?? '',
    name: values.name ?? '',
    algorithm: values.algorithm ?? values.name ?? '',
    product: values.product,
    version: values.version,
    threshold: values.threshold === undefined ? null : Number(values.threshold),
    value: valueOf(values),
    madeAt: values['made-at'] ?? null,
  });
  if (input.success) return input.data;
  const [issue] = input.error.issues;
  throw new UsageError(`--${issue?.path.join('.') ?? 'result'}: ${issue?.message ?? 'not understood'}`);
}

function valueOf(values: Values): object {
  const given = [values.number, values.text, values.file].filter((value) => value !== undefined);
  if (given.length !== 1) throw new UsageError('Give one value: --number N, --text TEXT or --file PATH');
  if (values.number !== undefined) {
    if (values.number.trim() === '') throw new UsageError('--number is a number.');
    return { kind: 'number', number: Number(values.number) };
  }
  return values.text !== undefined
    ? { kind: 'text', text: values.text }
    : { kind: 'path', path: resolve(values.file ?? '') };
}

async function list(engine: Engine, values: Values): Promise<{ total: number; rows: ResultRow[] }> {
  const series = values.series === undefined ? undefined : (await oneSeries(engine, values.series)).seriesKey;
  const question = { series, type: values.type, name: values.name, removed: values.removed, limit: 1000, offset: 0 };
  if (values.patient === undefined) return engine.verbs['results.list'](question);
  const pages = await Promise.all(
    (await patientsByNumber(engine, values.patient)).map(({ patient }) =>
      engine.verbs['results.list']({ ...question, patient }),
    ),
  );
  return { total: pages.reduce((sum, page) => sum + page.total, 0), rows: pages.flatMap((page) => page.rows) };
}

async function get(
  engine: Engine,
  terminal: Terminal,
  names: readonly string[],
  out: string | undefined,
): Promise<void> {
  if (names.length === 0) throw new UsageError('Say which results: KEY...');
  const results = names.map((name) => {
    const key = ResultKey.safeParse(name);
    if (!key.success) throw new UsageError(`"${name}" is no key of a result.`);
    return key.data;
  });
  if (out !== undefined) {
    const saved = await engine.verbs['results.save']({ results, target: resolve(out) });
    terminal.answer(saved, () => `${saved.target}: ${saved.files.join(', ')} (${bytes(saved.bytes)})`);
    return;
  }
  const rows = await Promise.all(results.map((result) => engine.verbs['results.get']({ result })));
  terminal.answer({ rows }, () => described(rows));
}

function described(rows: readonly ResultRow[]): string {
  return table([
    ['key', 'added', 'type', 'name', 'version', 'value'],
    ...rows.map((row) => [
      row.result,
      row.addedAt.slice(0, 16),
      row.type,
      row.name,
      row.version === '' ? 'version unknown' : row.version,
      shown(row),
    ]),
  ]);
}

function shown({ value, threshold, fault, removed }: ResultRow): string {
  const plain =
    value.kind === 'number'
      ? String(value.number)
      : value.kind === 'text'
        ? value.text
        : `${value.fileName} (${bytes(value.bytes)})`;
  const notes = [
    fault === null ? '' : `no score: ${fault}`,
    threshold === null ? '' : `threshold ${String(threshold)}`,
    removed === null ? '' : `removed: ${removed.reason}`,
  ].filter((note) => note !== '');
  return notes.length === 0 ? plain : `${plain} (${notes.join('; ')})`;
}
