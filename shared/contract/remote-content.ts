import { z } from 'zod';
import { EntryKey, ImageId, JobId, PatientKey, RemoteKey } from '../model/ids';
import { Fetchable, RemoteFile } from '../model/remotes/content';
import { verb } from './verb';

export const remoteContentVerbs = {
  /**
   * Fetches what a remote has besides DICOM instances; goes on as a job of type fetch. Nothing here is changed or removed
   * because it is not there. Results and reports are also fetched by themselves after images are proven.
   */
  'remotes.fetch': verb(
    z.object({ remote: RemoteKey, what: Fetchable, patient: PatientKey.optional() }),
    z.object({ job: JobId }),
    ['NOT_FOUND', 'REMOTE_CANNOT'],
  ),
  /** What a remote holds of a patient who is known there, put-away things too. */
  'remotes.files': verb(z.object({ remote: RemoteKey, patient: PatientKey }), z.object({ rows: z.array(RemoteFile) }), [
    'NOT_FOUND',
    'REMOTE_CANNOT',
    'MATCH_NOT_KNOWN',
  ]),
  /** Takes an image back from a remote: it is deleted or put away there, stays here, and is not counted as delivered any more. */
  'remotes.withdraw': verb(
    z.object({ remote: RemoteKey, image: ImageId, reason: z.string().trim().min(1).max(500) }),
    z.object({ withdrawn: z.boolean() }),
    ['NOT_FOUND', 'REMOTE_CANNOT'],
  ),
  /** Sends a finished report on a series that is there already; `there` when the remote has the same one already. */
  'remotes.sendEntry': verb(
    z.object({ remote: RemoteKey, entry: EntryKey }),
    z.object({ outcome: z.enum(['sent', 'there']) }),
    ['NOT_FOUND', 'REMOTE_CANNOT', 'ENTRY_NOT_FINISHED', 'CONSENT_REFUSED', 'REMOTE_FORM', 'REMOTE_SERIES'],
  ),
} as const;
