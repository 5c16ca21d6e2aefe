import { z } from 'zod';
import { ClinicKey, EntryKey, ImageId, PatientKey, RemoteKey, ResultKey, StationKey } from '@shared/model/ids';
import { MatchBasis } from '@shared/model/remotes/matching';

/** Records of who and what is the same here and at a remote. */
export const clinicRemoteBodies = {
  /** `ask`: what was answered before does not count any more. */
  'remote.patient': z.object({
    remote: RemoteKey,
    patient: PatientKey,
    choice: z.enum(['this', 'new', 'none', 'ask']),
    remotePatient: z.string().nullable(),
    basis: MatchBasis,
  }),
  'remote.places': z.object({
    remote: RemoteKey,
    places: z
      .array(
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('clinic'), place: ClinicKey, remotePlace: z.string() }),
          z.object({ kind: z.literal('station'), place: StationKey, remotePlace: z.string() }),
        ]),
      )
      .min(1),
  }),
  'remote.entry': z.object({
    remote: RemoteKey,
    remoteEntry: z.string(),
    entry: EntryKey.nullable(),
    result: ResultKey.nullable(),
    author: z.string(),
  }),
  /** An image was taken back from a remote. */
  'remote.withdrawn': z.object({ remote: RemoteKey, image: ImageId, reason: z.string() }),
} as const;
