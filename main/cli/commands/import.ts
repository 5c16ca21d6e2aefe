import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { IntakeContext } from '@shared/contract/intake';
import { FieldboxError } from '@shared/errors';
import type { ItemOutcome } from '../../archive/ingest/report';
import { contextOf } from '../context';
import { type Session, withArchive } from '../session';
import { seconds, table } from '../text';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  patient: { type: 'string' },
  kind: { type: 'string' },
  clinic: { type: 'string' },
  station: { type: 'string' },
  each: { type: 'boolean', default: false },
} as const;

interface Rejected {
  readonly path: string;
  readonly code: string;
  readonly reason: string;
}

/** `import PATH...`: takes in files, folders and zips. Exit 1 when something was put aside or it was stopped. */
export async function importCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (positionals.length === 0) throw new UsageError('Say what to import: files, folders or zips.');
  const paths = positionals.map((path) => resolve(path));
  return withArchive(values.archive, terminal, true, async (session) => {
    session.require('import.start');
    const context = await contextOf(session.engine, values);
    const started = performance.now();
    const rejected: Rejected[] = [];
    const counts = { files: 0, added: 0, alreadyStored: 0 };
    const note = (outcome: ItemOutcome): void => {
      counts.files += 1;
      if (outcome.outcome === 'rejected') {
        const { error } = outcome;
        rejected.push({ path: pathOf(outcome), code: error?.code ?? 'INTERNAL', reason: error?.message ?? '' });
      } else counts[outcome.outcome] += 1;
      if (values.each) terminal.say(each(outcome));
    };
    const cancelled = await run(session, paths, context, note);
    const answer = { ...counts, rejected, seconds: seconds(started), ...(cancelled && { cancelled }) };
    terminal.answer(answer, () => describe(answer));
    return rejected.length > 0 || cancelled ? 1 : 0;
  });
}

/** Whether the person stopped it; everything else that ends it early is thrown. */
async function run(
  session: Session,
  paths: readonly string[],
  context: IntakeContext,
  note: (outcome: ItemOutcome) => void,
): Promise<boolean> {
  const handle = session.handle(
    ({ done = 0, total = 0, added = 0, alreadyStored = 0, rejected = 0 }) =>
      `${String(done)}/${String(Math.max(done, total))} added ${String(added)}, already here ${String(alreadyStored)}, put aside ${String(rejected)}`,
  );
  try {
    await session.engine.intake.importNow({ paths, context, source: 'cli' }, handle, note);
    return false;
  } catch (error) {
    if (error instanceof FieldboxError && error.code === 'CANCELLED') return true;
    throw error;
  }
}

/** Where a file lies; one inside a zip as `archive.zip/entry`. */
function pathOf(outcome: ItemOutcome): string {
  return outcome.entry === '' ? outcome.path : `${outcome.path}/${outcome.entry}`;
}

function each(outcome: ItemOutcome): string {
  return `${outcome.outcome}\t${pathOf(outcome)}\t${outcome.image ?? outcome.error?.code ?? ''}`;
}

function describe(answer: {
  files: number;
  added: number;
  alreadyStored: number;
  rejected: readonly Rejected[];
  seconds: number;
  cancelled?: boolean;
}): string {
  const head = `${String(answer.files)} files in ${String(answer.seconds)} s: ${String(answer.added)} added, ${String(answer.alreadyStored)} already here, ${String(answer.rejected.length)} put aside`;
  const stopped = answer.cancelled ? '\nStopped before the end; run it again to complete it.' : '';
  if (answer.rejected.length === 0) return head + stopped;
  return `${head}${stopped}\n\n${table(answer.rejected.map(({ path, code, reason }) => [path, code, reason]))}`;
}
