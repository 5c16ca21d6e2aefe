import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { LogFilter, type LogRow } from '@shared/contract/log';
import { FieldboxError } from '@shared/errors';
import { logSentence } from '@shared/log';
import type { Engine } from '../../archive/engine';
import { patientsByNumber } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';
import { actorNamed } from './users';

const text = { type: 'string' } as const;
const options = {
  ...commonOptions,
  subject: text,
  level: text,
  by: text,
  patient: text,
  text,
  from: text,
  to: text,
  limit: text,
  after: text,
  csv: text,
  before: text,
} as const;

interface Values {
  readonly subject?: string | undefined;
  readonly level?: string | undefined;
  readonly by?: string | undefined;
  readonly patient?: string | undefined;
  readonly text?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** `log list` and `log remove`: who did what and when. */
export async function logCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [act, ...numbers] = positionals;
  if (act !== 'list' && act !== 'remove') throw new UsageError('Say what to do: log list or log remove.');
  if (act === 'list' && numbers.length > 0) throw new UsageError('log list takes no numbers.');
  const limit = wholeNumber('--limit', values.limit) ?? 100;
  const after = wholeNumber('--after', values.after);
  const seqs = numbers.map((number) => wholeNumber('A number of a line', number) ?? 0);
  const before = moment('--before', values.before, false);
  if (act === 'remove' && (before === undefined) === (seqs.length === 0))
    throw new UsageError('Say which lines: their numbers, or --before DAY.');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    if (act === 'remove') {
      const { removed } = await engine.verbs['log.remove'](before === undefined ? { seqs } : { before });
      terminal.answer({ removed }, () => `${String(removed)} lines taken off the log`);
    } else if (values.csv !== undefined) {
      const path = resolve(values.csv);
      const filter = await filterOf(engine, values);
      const { lines } = await engine.verbs['log.export']({ ...filter, path, language: 'en' });
      terminal.answer({ lines, path }, () => `${String(lines)} lines written to ${path}`);
    } else {
      const filter = await filterOf(engine, values);
      const page = await engine.verbs['log.list']({ ...filter, limit, ...(after !== undefined && { after }) });
      terminal.answer(page, () => table(page.rows.map(line)) + more(page.next));
    }
    return 0;
  });
}

async function filterOf(engine: Engine, values: Values): Promise<LogFilter> {
  const { subject, level, by, patient } = values;
  const [known] = patient === undefined ? [] : await patientsByNumber(engine, patient);
  if (patient !== undefined && !known) throw new FieldboxError('NOT_FOUND', { what: patient });
  const filter = LogFilter.safeParse({
    ...(subject !== undefined && { subject }),
    ...(level !== undefined && { level }),
    ...(by !== undefined && { by: (await actorNamed(engine, by)).user }),
    ...(known && { patient: known.patient }),
    text: values.text ?? '',
    from: moment('--from', values.from, false),
    to: moment('--to', values.to, true),
  });
  if (filter.success) return filter.data;
  const [issue] = filter.error.issues;
  throw new UsageError(`--${issue?.path.join('.') ?? 'log'}: ${issue?.message ?? 'not understood'}`);
}

function line(row: LogRow): readonly string[] {
  const whom = [row.personName, row.PatientID, row.PatientName].filter(Boolean).join(' ');
  return [
    String(row.seq),
    row.at,
    row.byName === '' ? '-' : row.byName,
    logSentence(row.code, row.details, 'en'),
    whom,
  ];
}

function more(next: number | null): string {
  return next === null ? '' : `\n\nmore: --after ${String(next)}`;
}

function wholeNumber(what: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw new UsageError(`${what} is a whole number: "${value}"`);
  return Number(value);
}

/** A day of this machine's calendar, from its beginning or to its end, or a moment in ISO 8601. */
function moment(what: string, value: string | undefined, end: boolean): string | undefined {
  if (value === undefined) return undefined;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const at = new Date(day ? `${value}T${end ? '23:59:59.999' : '00:00:00'}` : value);
  if (Number.isNaN(at.getTime())) throw new UsageError(`${what} is a day such as 2026-11-20: "${value}"`);
  return at.toISOString();
}
