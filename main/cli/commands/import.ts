import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { IntakeContext } from '@shared/contract/intake';
import { FieldboxError } from '@shared/errors';
import type { ItemOutcome } from '../../archive/ingest/report';
import type { Engine } from '../../archive/engine';
import { clinicNamed, named, patientsByNumber } from '../lookup';
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

interface Wanted {
  readonly patient?: string | undefined;
  readonly kind?: string | undefined;
  readonly clinic?: string | undefined;
  readonly station?: string | undefined;
}

/** The keys behind the names a person typed. Throws UsageError for names nobody knows. */
async function contextOf(engine: Engine, wanted: Wanted): Promise<IntakeContext> {
  const kinds = (await engine.verbs['kinds.list']({})).rows.filter((row) => row.active);
  const kind = named('kind', wanted.kind, kinds, (row) => [row.name, row.code ?? '']);
  const clinic = await clinicNamed(engine, wanted.clinic);
  if (wanted.station !== undefined && !clinic)
    throw new UsageError('A station belongs to a clinic: give --clinic as well.');
  const stations = clinic ? (await engine.verbs['stations.list']({ clinic: clinic.clinic })).rows : [];
  const station = named('station', wanted.station, stations, (row) => [row.name]);
  return {
    patient: wanted.patient === undefined ? null : await patientFor(engine, wanted.patient),
    clinic: clinic?.clinic ?? null,
    station: station?.station ?? null,
    kind: kind?.kind ?? null,
  };
}

/** The patient with this number; a number nobody has yet is registered as a temporary patient. */
async function patientFor(engine: Engine, PatientID: string): Promise<IntakeContext['patient']> {
  const number = PatientID.trim();
  if (number === '' || number.length > 64) throw new UsageError('A patient number has 1 to 64 characters.');
  const [known] = await patientsByNumber(engine, number);
  if (known) return known.patient;
  const row = await engine.verbs['patients.register']({
    PatientName: number,
    PatientID: number,
    PatientSex: '',
    PatientBirthDate: '',
    birthDatePrecision: 'unknown',
    ageYears: null,
    temporary: true,
    consent: 'not-asked',
    note: '',
  });
  return row.patient;
}
