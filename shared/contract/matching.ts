import { z } from 'zod';
import { PatientKey, RemoteKey } from '../model/ids';
import { MatchDecision, RemotePatient } from '../model/remotes/matching';
import { verb } from './verb';

/** A patient here of whom a remote has to be told who it is there. */
export const MatchRow = z.object({
  remote: RemoteKey,
  remoteName: z.string(),
  patient: PatientKey,
  PatientID: z.string(),
  PatientName: z.string(),
  PatientBirthDate: z.string(),
  PatientSex: z.string(),
  /** Images that wait for the answer. */
  images: z.int(),
  /** Why a person is asked, as a code of the catalogue: REMOTE_WHO, MATCH_LACKS, MATCH_CANNOT_CREATE, MATCH_GONE. */
  code: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Who it may be there, best first, as the remote said when the images were tried; `matching.search` asks again. */
  candidates: z.array(RemotePatient),
  /** What was answered before; null when nobody has been asked yet. */
  decision: MatchDecision.nullable(),
});
export type MatchRow = z.infer<typeof MatchRow>;

export const matchingVerbs = {
  /** Patients whose images wait for a person's answer; with `decided` those that were answered (by a person or by a number). */
  'matching.list': verb(
    z.object({
      remote: RemoteKey.optional(),
      decided: z.boolean().default(false),
      limit: z.int().min(1).max(500).default(100),
      offset: z.int().min(0).default(0),
    }),
    z.object({ total: z.int(), rows: z.array(MatchRow) }),
  ),
  /** Asks the remote itself who the patient may be; by the words of a person, or without words by the card. */
  'matching.search': verb(
    z.object({ remote: RemoteKey, patient: PatientKey, text: z.string().trim().max(128).default('') }),
    z.object({ candidates: z.array(RemotePatient) }),
    ['NOT_FOUND', 'REMOTE_CANNOT'],
  ),
  /**
   * A person's answer, kept for this remote and patient: it is this one (`this`), they are new there (`new`), nothing of them is
   * sent there (`none`), or ask again (`ask`). Gives how many images go on.
   */
  'matching.decide': verb(
    z.object({
      remote: RemoteKey,
      patient: PatientKey,
      choice: z.enum(['this', 'new', 'none', 'ask']),
      /** For `this`: the patient's id there. */
      remotePatient: z.string().trim().min(1).max(64).optional(),
    }),
    z.object({ items: z.int() }),
    ['NOT_FOUND', 'REMOTE_CANNOT', 'BAD_REQUEST', 'MATCH_TAKEN'],
  ),
} as const;
