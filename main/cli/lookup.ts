import type { FindInput } from '@shared/contract/catalog';
import { FieldboxError } from '@shared/errors';
import { ImageId, PatientKey } from '@shared/model/ids';
import type { ClinicRow, ImageRow, PatientRow, SeriesRow, StudyRow } from '@shared/model/rows';
import type { Engine } from '../archive/engine';
import { UsageError } from './usage';

/** What the levels of `find` have in common for the command line. */
type LevelInput = Omit<FindInput, 'level'>;

/** A question with everything left open. */
export function question(changes: Partial<LevelInput>): LevelInput {
  return { match: [], text: '', registeredOnly: false, descending: false, limit: 1000, ...changes };
}

/** Patients with exactly this number, registered ones first. */
export async function patientsByNumber(engine: Engine, PatientID: string): Promise<PatientRow[]> {
  const { rows } = await engine.verbs['catalog.patients'](
    question({ match: [{ key: 'PatientID', value: PatientID }] }),
  );
  return rows.filter((row) => row.PatientID === PatientID).sort((a, b) => Number(b.registered) - Number(a.registered));
}

export async function studiesByUID(engine: Engine, StudyInstanceUID: string): Promise<StudyRow[]> {
  const { rows } = await engine.verbs['catalog.studies'](
    question({ match: [{ key: 'StudyInstanceUID', value: StudyInstanceUID }] }),
  );
  return rows;
}

export async function seriesByUID(engine: Engine, SeriesInstanceUID: string): Promise<SeriesRow[]> {
  const { rows } = await engine.verbs['catalog.series'](
    question({ match: [{ key: 'SeriesInstanceUID', value: SeriesInstanceUID }] }),
  );
  return rows;
}

/**
 * The images a person means by a SOP Instance UID or the archive's own name of an image, in order of arrival; several when
 * different files carry one UID. Throws NOT_FOUND.
 */
export async function imagesNamed(engine: Engine, name: string): Promise<readonly [ImageRow, ...ImageRow[]]> {
  const own = ImageId.safeParse(name.toLowerCase());
  if (own.success) return [await engine.verbs['catalog.image']({ image: own.data })];
  const { rows } = await engine.verbs['catalog.images'](question({ match: [{ key: 'SOPInstanceUID', value: name }] }));
  const [first, ...others] = rows.filter((row) => row.SOPInstanceUID === name).sort((a, b) => a.arrival - b.arrival);
  if (!first) throw new FieldboxError('NOT_FOUND', { what: name });
  return [first, ...others];
}

/** The patient with this number, or with this key of the archive. Throws NOT_FOUND. */
export async function patientNamed(engine: Engine, name: string): Promise<PatientRow> {
  const key = PatientKey.safeParse(name.toLowerCase());
  if (key.success) return engine.verbs['patients.get']({ patient: key.data });
  const [row] = await patientsByNumber(engine, name.trim());
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
  return row;
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
