import { access, constants } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import { overlap, trueFolder } from '../folders';
import { systemCode } from '../../platform/durable';
import type { DestinationKind, Outcome } from './destination-types';

/** Faults of one image: the others go on. */
const OF_THE_IMAGE = new Set(['OBJECT_MISSING', 'OBJECT_DAMAGED']);

/** A folder: every image as the file it came as, below folders for patient and study, read back before it counts. */
export const folderDestination: DestinationKind = {
  check: async (ctx, { folder = '' }) => {
    const real = isAbsolute(folder) ? await trueFolder(folder) : null;
    if (real === null) throw new FieldboxError('DESTINATION_FOLDER');
    if (overlap(real, (await trueFolder(ctx.paths.root)) ?? ctx.paths.root)) {
      throw new FieldboxError('DESTINATION_IN_ARCHIVE');
    }
    try {
      await access(real, constants.W_OK);
    } catch (error) {
      if (systemCode(error) === 'UNKNOWN') throw error;
      throw new FieldboxError('DESTINATION_FOLDER', {}, error);
    }
    return { folder: real };
  },
  folderOf: ({ folder }) => folder ?? null,
  send: async (ctx, { folder = '' }, { image, path, sourcePath }, signal): Promise<Outcome> => {
    // A stick that is not plugged in must not be replaced by a folder of the same name on this laptop's own disk.
    if ((await trueFolder(folder)) === null) return passing('DESTINATION_GONE', 'ENOENT');
    const object =
      image.sourceObject !== null && image.sourceBytes !== null && sourcePath !== null
        ? { path: sourcePath, sha256: image.sourceObject, bytes: image.sourceBytes }
        : { path, sha256: image.object, bytes: image.bytes };
    const { fileName, PatientName, PatientID, PatientBirthDate, PatientSex } = image;
    const { StudyInstanceUID, StudyDate, StudyDescription, Modality, SeriesDescription } = image;
    try {
      const { place } = await ctx.pool.run(
        'deliverFile',
        {
          folder,
          object,
          fileName,
          label: image.kind ?? '',
          isDicom: object.sha256 === image.object,
          patient: { PatientName, PatientID, PatientBirthDate, PatientSex },
          study: { StudyInstanceUID, StudyDate, StudyDescription },
          series: { Modality, SeriesDescription },
        },
        { priority: -1, timeoutMs: 3_600_000, signal },
      );
      return { kind: 'done', proof: 'read-back', place };
    } catch (thrown) {
      const { code, details } = asFieldboxError(thrown);
      return { kind: OF_THE_IMAGE.has(code) ? 'refused' : 'retry', code, details };
    }
  },
};

function passing(code: 'DESTINATION_GONE', reason: string): Outcome {
  return { kind: 'retry', code, details: { reason } };
}
