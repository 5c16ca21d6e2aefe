import { ListInput } from '@shared/contract/catalog';
import { FieldboxError } from '@shared/errors';
import type { ImageSelection } from '@shared/contract/identity';
import { ImageId, PatientKey } from '@shared/model/ids';
import type { ClinicRow, ImageRow, PatientRow, SeriesRow, StudyRow } from '@shared/model/rows';
import type { Engine } from '../archive/engine';
import { UsageError } from './usage';

/** A question with everything left open. */
export function question(changes: Partial<ListInput>): ListInput {
  return { ...ListInput.parse({ limit: 1000 }), ...changes };
}

/**
 * A name stands for what is called exactly so. One with wildcards, or an empty one (a variable of a script that was never set), must
 * not choose half the archive for what is then sent or erased.
 */
function isNamedBy(name: string, own: string): boolean {
  return name !== '' && own === name;
}

/** Patients with exactly this number, also those into whom its owner was merged; registered ones first. */
export async function patientsByNumber(engine: Engine, PatientID: string): Promise<PatientRow[]> {
  const { rows } = await engine.verbs['catalog.patients'](
    question({ match: [{ key: 'PatientID', value: PatientID }] }),
  );
  return rows
    .filter((row) => [row, ...row.mergedFrom].some((each) => isNamedBy(PatientID, each.PatientID)))
    .sort((a, b) => Number(b.registered) - Number(a.registered));
}

/** The one patient a person means by a number or by the archive's own key. Throws NOT_FOUND, UsageError when several have it. */
export async function patientNamed(engine: Engine, name: string): Promise<PatientRow> {
  const key = PatientKey.safeParse(name.toLowerCase());
  if (key.success) return engine.verbs['patients.get']({ patient: key.data });
  const [first, ...others] = await patientsByNumber(engine, name);
  if (!first) throw new FieldboxError('NOT_FOUND', { what: name });
  if (others.length > 0) {
    const keys = [first, ...others].map((row) => `${row.patient}  ${row.PatientName}`);
    throw new UsageError(`Several patients have the number ${name}. Say which by its key:\n${keys.join('\n')}`);
  }
  return first;
}

/** Names of patients, studies, series and images on the command line. */
export interface Named {
  readonly patient: readonly string[];
  readonly study: readonly string[];
  readonly series: readonly string[];
  readonly image: readonly string[];
}

/** The options for `Named`. */
export const namedOptions = {
  patient: { type: 'string', multiple: true, default: [] as string[] },
  study: { type: 'string', multiple: true, default: [] as string[] },
  series: { type: 'string', multiple: true, default: [] as string[] },
  image: { type: 'string', multiple: true, default: [] as string[] },
} as const;

/** Everything the names stand for; a name that stands for nothing ends the command before anything is done. Throws NOT_FOUND. */
export async function selectionOf(engine: Engine, named: Named): Promise<ImageSelection> {
  const all = async <T>(names: readonly string[], look: (name: string) => Promise<readonly T[]>): Promise<T[]> => {
    const found: T[] = [];
    for (const name of names) {
      const rows = await look(name);
      if (rows.length === 0) throw new FieldboxError('NOT_FOUND', { what: name });
      found.push(...rows);
    }
    return found;
  };
  return {
    patients: (await all(named.patient, (id) => patientsByNumber(engine, id))).map((row) => row.patient),
    studies: (await all(named.study, (uid) => studiesByUID(engine, uid))).map((row) => row.study),
    series: (await all(named.series, (uid) => seriesByUID(engine, uid))).map((row) => row.seriesKey),
    images: (await all(named.image, (uid) => imagesNamed(engine, uid))).map((row) => row.image),
  };
}

/** Whether any name was given. */
export function isNamed(named: Named): boolean {
  return [named.patient, named.study, named.series, named.image].some((names) => names.length > 0);
}

export async function studiesByUID(engine: Engine, StudyInstanceUID: string): Promise<StudyRow[]> {
  const { rows } = await engine.verbs['catalog.studies'](
    question({ match: [{ key: 'StudyInstanceUID', value: StudyInstanceUID }] }),
  );
  return rows.filter((row) => isNamedBy(StudyInstanceUID, row.StudyInstanceUID));
}

export async function seriesByUID(engine: Engine, SeriesInstanceUID: string): Promise<SeriesRow[]> {
  const { rows } = await engine.verbs['catalog.series'](
    question({ match: [{ key: 'SeriesInstanceUID', value: SeriesInstanceUID }] }),
  );
  return rows.filter((row) => isNamedBy(SeriesInstanceUID, row.SeriesInstanceUID));
}

/**
 * The images a person means by a SOP Instance UID or the archive's own name of an image, in order of arrival; several when
 * different files carry one UID. Throws NOT_FOUND.
 */
export async function imagesNamed(engine: Engine, name: string): Promise<readonly [ImageRow, ...ImageRow[]]> {
  const own = ImageId.safeParse(name.toLowerCase());
  if (own.success) return [await engine.verbs['catalog.image']({ image: own.data })];
  const { rows } = await engine.verbs['catalog.images'](question({ match: [{ key: 'SOPInstanceUID', value: name }] }));
  const [first, ...others] = rows
    .filter((row) => isNamedBy(name, row.SOPInstanceUID))
    .sort((a, b) => a.arrival - b.arrival);
  if (!first) throw new FieldboxError('NOT_FOUND', { what: name });
  return [first, ...others];
}

/** The clinic with this name. Throws UsageError naming those there are. */
export async function clinicNamed(engine: Engine, name: string | undefined): Promise<ClinicRow | null> {
  return named('clinic', name, (await engine.verbs['clinics.list']({})).rows, (row) => [row.name]);
}

/** The row a person means by a name; null when none was said. Throws UsageError naming those there are. */
export function named<T>(
  what: string,
  wanted: string | undefined,
  rows: readonly T[],
  names: (row: T) => readonly string[],
): T | null {
  if (wanted === undefined) return null;
  const folded = wanted.trim().toLocaleLowerCase();
  const found = rows.find((row) => names(row).some((name) => name.toLocaleLowerCase() === folded));
  if (found) return found;
  const known = rows.map((row) => names(row)[0]).join(', ');
  throw new UsageError(
    `There is no ${what} "${wanted}". ${known === '' ? `No ${what} has been made yet.` : `Known: ${known}.`}`,
  );
}

/** The one series of a UID. Throws NOT_FOUND; UsageError when several patients have it. */
export async function oneSeries(engine: Engine, SeriesInstanceUID: string | undefined): Promise<SeriesRow> {
  if (SeriesInstanceUID === undefined) throw new UsageError('Say which series: --series UID');
  const [row, ...others] = await seriesByUID(engine, SeriesInstanceUID);
  if (!row) throw new FieldboxError('NOT_FOUND', { what: SeriesInstanceUID });
  if (others.length > 0) throw new UsageError(`${String(others.length + 1)} series have the UID ${SeriesInstanceUID}.`);
  return row;
}
