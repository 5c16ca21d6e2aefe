import type { Output } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { ImageId, type PatientKey } from '@shared/model/ids';
import type { KeyValue, OriginalIdentity } from '../../dicom/anonymise';
import type { IndexAttributes } from '../../dicom/index-attributes';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { NewRecord } from '../records/record';
import { type KeyBehind, keyBehind, type NamedIdentity, originalUID } from './find-key';
import { isHere, subjectOfImage } from './images';

/** A file in `incoming/` that has its original identity back. */
export interface Restored {
  readonly image: ImageId;
  readonly bytes: number;
  readonly attributes: IndexAttributes;
  readonly behind: KeyBehind;
  /** The patient it belongs to; null when the archive does not have this patient any more. */
  readonly patient: PatientKey | null;
}

const DEPTH = { patient: 0, study: 1, series: 2, image: 3 } as const;

/**
 * Gives a file that names an anonymous identity of this archive (a copy that comes back, a result that was made elsewhere of one)
 * the identity of the original: at the level that is known and all above it, and every UID that the key knows, wherever it stands.
 * Undefined when no key knows it. The caller commits the file. Throws NOT_DICOM, DICOM_*, DISK_*.
 */
export async function restoreIdentity(
  ctx: EngineContext,
  path: string,
  named: NamedIdentity,
): Promise<Restored | undefined> {
  const behind = keyBehind(ctx.db, named);
  if (!behind) return undefined;
  const { uids } = await ctx.pool.run('uidsOfObject', { path });
  const known: Record<string, string> = {};
  for (const uid of uids) {
    const original = originalUID(ctx.db, behind.id, uid);
    if (original !== undefined && original !== '') known[uid] = original;
  }
  const identity: OriginalIdentity = { attributes: attributesOf(behind), uids: known };
  const { paths } = ctx;
  const made = await ctx.pool.run('reidentifyObject', {
    path,
    identity,
    folder: paths.incoming,
    objects: paths.objects,
  });
  return { ...made, image: ImageId.parse(made.sha256), behind, patient: patientHere(ctx, behind.patient) };
}

/** The values of the original at the level that is known and above. */
function attributesOf({ level, nearest, ...who }: KeyBehind): Record<string, string | null> {
  const { PatientName, PatientID, PatientBirthDate } = who;
  if (nearest === null) return { PatientName, PatientID, PatientBirthDate };
  // Written by the index from a record whose schema says what they are.
  const values = JSON.parse(nearest.keyValues) as readonly KeyValue[];
  return Object.fromEntries(
    values.filter((value) => DEPTH[value.level] <= DEPTH[level]).map(({ keyword, original }) => [keyword, original]),
  );
}

function patientHere(ctx: EngineContext, patient: PatientKey): PatientKey | null {
  return statement(ctx.db, 'SELECT 1 FROM patient WHERE key = ?').get(patient) ? patient : null;
}

/**
 * Gives an anonymous image of the archive its identity back: the original itself where it is here and sound, else a new image
 * made with the key, which the original's patient gets. The log says why, also when the original was here. Throws NOT_FOUND, ANONYMISE_NO_KEY, OBJECT_*, DISK_*.
 */
export async function reverse(
  ctx: EngineContext,
  image: ImageId,
  reason: string,
): Promise<Output<'anonymisation.reverse'>> {
  const { attributes, kind, takenAt } = subjectOfImage(ctx.db, image);
  const named: NamedIdentity = {
    PatientName: attributes.PatientName ?? '',
    PatientID: attributes.PatientID ?? '',
    StudyInstanceUID: attributes.StudyInstanceUID ?? '',
    SeriesInstanceUID: attributes.SeriesInstanceUID ?? '',
    SOPInstanceUID: attributes.SOPInstanceUID ?? '',
  };
  const behind = keyBehind(ctx.db, named);
  if (!behind) throw new FieldboxError('ANONYMISE_NO_KEY');
  const { level, key, nearest } = behind;
  const noted = (original: ImageId): NewRecord => ({
    type: 'log.noted',
    body: { code: 'REIDENTIFIED', details: { reason }, about: { image: original } },
  });
  if (level === 'image' && nearest !== null && isHere(ctx.db, nearest.original)) {
    await ctx.commit([noted(nearest.original)]);
    return { level, key, image: nearest.original, isNew: false };
  }
  const restored = await restoreIdentity(ctx, await ctx.objects.require(image), named);
  if (!restored) throw new FieldboxError('ANONYMISE_NO_KEY');
  const isNew = !isHere(ctx.db, restored.image);
  const { bytes } = restored;
  await ctx.commit(
    [
      {
        type: 'object.stored',
        body: {
          image: restored.image,
          bytes,
          sourceObject: null,
          source: 'anonymisation',
          session: null,
          path: '',
          entry: '',
          patient: restored.patient,
          clinic: null,
          station: null,
          kind,
          takenAt,
        },
      },
      noted(restored.image),
    ],
    [{ sha256: restored.image, bytes, role: 'instance', attributes: restored.attributes }],
  );
  return { level, key, image: restored.image, isNew };
}
