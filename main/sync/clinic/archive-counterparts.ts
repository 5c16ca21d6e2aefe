import type { ImageId, PatientKey, RemoteKey } from '@shared/model/ids';
import { rowByKey } from '../../archive/catalog/rows';
import type { EngineContext } from '../../archive/context';
import { statement } from '../../archive/index-writer/statements';
import { decisionOf, keepCandidates, remotePlaceOf } from '../../archive/outbox/matches';
import { detailsOf } from '../../archive/people/details';
import { asFieldboxError } from '@shared/errors';
import { intakeLimits } from '../../archive/ingest/limits';
import { sha256Of } from '../../platform/sha256';
import type { Counterparts, Known, Person, UnpackedFile } from '../remotes/counterparts';

/** What the archive knows of who and what is the same at a remote; of one that is only tried out (`remote` null) nothing. */
export function archiveCounterparts(ctx: EngineContext, remote: RemoteKey | null): Counterparts {
  const { db } = ctx;
  return {
    personOf: ({ image, attached }) => {
      if (attached !== null) return personOf(ctx, attached.patient);
      const row = rowByKey(db, 'image', image);
      return row ? personOf(ctx, row.patient) : null;
    },
    knownAs: (patient) => (remote === null ? null : knownAs(ctx, remote, patient)),
    matched: async (patient, id, basis) => {
      if (remote === null) return;
      // Fieldbox itself found this out: nobody's act.
      await ctx.commit([
        { type: 'remote.patient', by: null, body: { remote, patient, choice: 'this', remotePatient: id, basis } },
      ]);
    },
    unclear: (patient, candidates) => {
      if (remote !== null) keepCandidates(db, remote, patient, candidates);
    },
    placeOf: (image) => {
      const row = statement(
        db,
        `SELECT clinic.key AS clinic, station.key AS station FROM image LEFT JOIN clinic ON clinic.id = image.clinic_id
         LEFT JOIN station ON station.id = image.station_id WHERE image.object = ?`,
      ).get(image) as { clinic: string | null; station: string | null } | undefined;
      if (!row || remote === null) return { clinic: null, station: null };
      return {
        clinic: remotePlaceOf(db, remote, 'clinic', row.clinic),
        station: remotePlaceOf(db, remote, 'station', row.station),
      };
    },
    jpegOf: (image, side) => jpegOf(ctx, image, side),
    unpack: (zip, folder) => unpack(ctx, zip, folder),
  };
}

/** What is known of a patient; of one who was merged into another, what is known of that one. Null when there is none. */
export function personOf(ctx: EngineContext, key: PatientKey): Person | null {
  const row = rowByKey(ctx.db, 'patient', key);
  if (!row) return null;
  const { patient, PatientID, PatientName, PatientSex } = row;
  return {
    patient,
    PatientID,
    PatientName,
    PatientSex,
    // A date that was only guessed says nothing about who somebody is.
    PatientBirthDate:
      row.birthDatePrecision === 'known' && /^\d{8}$/.test(row.PatientBirthDate) ? row.PatientBirthDate : '',
    details: detailsOf(ctx.db, patient),
  };
}

function knownAs(ctx: EngineContext, remote: RemoteKey, patient: PatientKey): Known | null {
  const decision = decisionOf(ctx.db, remote, patient);
  if (decision === null) return null;
  if (decision.choice !== 'this') return { choice: decision.choice };
  return decision.remotePatient === null ? null : { choice: 'this', id: decision.remotePatient };
}

async function jpegOf(ctx: EngineContext, image: ImageId, side: number): Promise<Uint8Array | null> {
  const path = await ctx.objects.require(image);
  try {
    return (await ctx.pool.run('picture', { path, side })).jpeg;
  } catch (thrown) {
    if (/^(NO_PIXELS|PIXELS_|NO_SUCH_FRAME)/.test(asFieldboxError(thrown).code)) return null;
    throw thrown;
  }
}

/** Long enough for the largest series over the slowest disk. */
const UNPACK_TIMEOUT_MS = 3_600_000;

async function unpack(ctx: EngineContext, path: string, folder: string): Promise<readonly UnpackedFile[]> {
  const found: UnpackedFile[] = [];
  let from: number | null = 0;
  let bytesBefore = 0;
  while (from !== null) {
    const part: UnpackedPart = await ctx.pool.run(
      'unpackZip',
      { path, folder, from, batchBytes: intakeLimits.zipBatchBytes, bytesBefore, limits: intakeLimits.zip },
      { timeoutMs: UNPACK_TIMEOUT_MS },
    );
    for (const file of part.files) found.push(await looked(ctx, file));
    bytesBefore += part.bytes;
    from = part.next;
  }
  return found;
}

interface UnpackedPart {
  readonly files: readonly { readonly entry: string; readonly path: string }[];
  readonly next: number | null;
  readonly bytes: number;
}

async function looked(
  ctx: EngineContext,
  { entry, path }: { readonly entry: string; readonly path: string },
): Promise<UnpackedFile> {
  return { entry, path, sha256: await sha256Of(path), SOPInstanceUID: await instanceIn(ctx, path) };
}

async function instanceIn(ctx: EngineContext, path: string): Promise<string | null> {
  try {
    const { attributes } = await ctx.pool.run('readAttributes', { path });
    return attributes.SOPInstanceUID ?? '';
  } catch (thrown) {
    if (/^(NOT_DICOM|DICOM_)/.test(asFieldboxError(thrown).code)) return null;
    throw thrown;
  }
}
