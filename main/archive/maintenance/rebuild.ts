import { stat } from 'node:fs/promises';
import { FieldboxError } from '@shared/errors';
import { ClinicKey, ImageId, KindKey, PatientKey, StationKey } from '@shared/model/ids';
import { Sex } from '@shared/model/vocabulary';
import type { ReadObjectOutput } from '../../workers/tasks/read-object';
import { forgetVocabulary } from '../catalog/typing-errors';
import type { Committer } from '../committer';
import type { EngineContext } from '../context';
import { removeErased } from '../identity/erasing';
import type { JobHandle } from '../jobs/job-board';
import type { PatientSaved } from '../records/bodies/people';
import type { NewRecord, RecordBody } from '../records/record';
import { eraseRemains } from './remains';
import { objectFiles } from './verify';

/** Tables that stay when the index is rebuilt: what this laptop has yet to do, which no record says. */
const KEPT = /^(meta$|local_)/;

/** Empties the index; everything in it comes back from records and objects. */
export function emptyIndex(ctx: Pick<EngineContext, 'db'>): void {
  const tables = ctx.db
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL`,
    )
    .all();
  const text = tables.filter((table) => table.sql.startsWith('CREATE VIRTUAL')).map((table) => table.name);
  const ofText = (name: string): boolean => text.some((each) => name === each || name.startsWith(`${each}_`));
  ctx.db.transaction(() => {
    ctx.db.pragma('defer_foreign_keys = ON');
    for (const { name } of tables) {
      if (!KEPT.test(name) && !ofText(name) && !name.startsWith('sqlite_')) ctx.db.prepare(`DELETE FROM ${name}`).run();
    }
    for (const name of text) ctx.db.prepare(`INSERT INTO ${name} (${name}) VALUES ('delete-all')`).run();
    ctx.db.prepare(`DELETE FROM meta WHERE key IN ('applied_seq', 'passed_over')`).run();
  })();
  forgetVocabulary(ctx.db);
}

/**
 * Fills an empty index: first all records in their order, then every object that no record names (a chain that was lost or
 * damaged), which is recorded anew with what its own attributes say. Throws CANCELLED; a rebuild that was stopped goes on
 * at the next start.
 */
export async function fillIndex(
  ctx: EngineContext,
  committer: Committer,
  handle: JobHandle,
): Promise<{ adopted: number }> {
  await committer.catchUp((seq) => handle.update({ phase: 'reading', done: seq }));
  await removeErased(ctx);
  await eraseRemains(ctx);
  return adoptOrphans(ctx, handle);
}

/** Records objects that no record names: DICOM ones as images; others are found through the image made from them. */
export async function adoptOrphans(ctx: EngineContext, handle: JobHandle): Promise<{ adopted: number }> {
  const known = ctx.db.prepare<[string], { one: number }>('SELECT 1 AS one FROM object WHERE sha256 = ?');
  const orphans: { sha256: ImageId; path: string }[] = [];
  for await (const file of objectFiles(ctx.paths.objects)) {
    const sha256 = ImageId.safeParse(file.name);
    if (sha256.success && !known.get(file.name)) orphans.push({ sha256: sha256.data, path: file.path });
  }
  let adopted = 0;
  for (const orphan of orphans) {
    if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
    const found = await ctx.pool.run('readObject', { path: orphan.path });
    if (found.kind !== 'dicom' || found.sha256 !== orphan.sha256) continue;
    const records = [...recordsOfPeople(ctx, found), await storedRecord(ctx, orphan.sha256, found)];
    await ctx.commit(records, [
      { sha256: orphan.sha256, bytes: found.bytes, role: 'instance', attributes: found.attributes },
    ]);
    adopted += 1;
    handle.update({ done: adopted, total: orphans.length });
  }
  return { adopted };
}

type FoundObject = Extract<ReadObjectOutput, { kind: 'dicom' }>;

async function storedRecord(ctx: EngineContext, image: ImageId, found: FoundObject): Promise<NewRecord> {
  const keys = keysOf(found);
  const source = found.origin === null ? null : ImageId.parse(found.origin.sourceSha256);
  const sourceObject =
    source !== null && (await ctx.objects.exists(source))
      ? { sha256: source, bytes: (await stat(ctx.objects.path(source))).size }
      : null;
  return {
    type: 'object.stored',
    body: {
      image,
      bytes: found.bytes,
      sourceObject,
      source: 'file',
      session: null,
      path: image,
      entry: '',
      ...keys,
      takenAt: null,
    },
  };
}

/** Whose and whence, as the object made by Fieldbox says; null for all others, whose attributes say it. */
function keysOf(found: FoundObject): Pick<RecordBody<'object.stored'>, 'patient' | 'clinic' | 'station' | 'kind'> {
  const keys = found.origin?.keys;
  return {
    patient: parsed(PatientKey, keys?.patient),
    clinic: parsed(ClinicKey, keys?.clinic),
    station: parsed(StationKey, keys?.station),
    kind: parsed(KindKey, keys?.kind),
  };
}

/** The people and places an object names and the index does not know any more, with what the object says of them. */
function recordsOfPeople(ctx: EngineContext, found: FoundObject): NewRecord[] {
  const { attributes, origin } = found;
  const { patient, clinic, station, kind } = keysOf(found);
  const unknown = (table: string, key: string | null): key is string =>
    key !== null && ctx.db.prepare(`SELECT 1 FROM ${table} WHERE key = ?`).get(key) === undefined;
  const records: NewRecord[] = [];
  if (patient !== null && unknown('patient', patient))
    records.push({ type: 'patient.saved', body: patientBody(patient, found) });
  const day = attributes.studyDate ?? '19000101';
  if (clinic !== null && unknown('clinic', clinic)) {
    records.push({
      type: 'clinic.saved',
      body: { clinic, name: attributes.InstitutionName ?? '?', place: '', firstDay: day, lastDay: day },
    });
  }
  if (station !== null && clinic !== null && unknown('station', station)) {
    records.push({
      type: 'station.saved',
      body: { station, clinic, name: attributes.StationName ?? '?', active: true },
    });
  }
  if (kind !== null && unknown('kind', kind)) {
    records.push({ type: 'kind.saved', body: { kind, code: null, name: origin?.kind ?? '?', active: true } });
  }
  return records;
}

function patientBody(patient: PatientKey, { attributes, origin }: FoundObject): PatientSaved {
  const sex = Sex.safeParse(attributes.PatientSex ?? '');
  const ageYears = attributes.birthDate === undefined ? (attributes.ageYears ?? null) : null;
  return {
    patient,
    PatientID: attributes.PatientID ?? '',
    IssuerOfPatientID: attributes.IssuerOfPatientID ?? '',
    PatientName: attributes.PatientName ?? '',
    PatientBirthDate: attributes.birthDate ?? '',
    PatientSex: sex.success ? sex.data : '',
    birthDatePrecision:
      attributes.birthDate === undefined ? 'unknown' : origin?.birthDateEstimated ? 'estimated' : 'known',
    ageYears,
    ageOn: ageYears === null ? null : (attributes.studyDate ?? null),
    temporary: false,
    // What the patient said was written in the records only; it has to be asked again.
    consent: 'not-asked',
    note: '',
  };
}

function parsed<T>(
  schema: { safeParse(value: unknown): { success: boolean; data?: T } },
  value: string | null | undefined,
): T | null {
  const result = schema.safeParse(value);
  return result.success ? (result.data ?? null) : null;
}
