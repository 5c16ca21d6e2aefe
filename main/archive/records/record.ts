import type { z } from 'zod';
import type { UserKey } from '@shared/model/ids';
import { anonymisationBodies } from './bodies/anonymisation';
import { clinicRemoteBodies } from './bodies/clinic-remotes';
import { identityBodies } from './bodies/identity';
import { attachmentBodies } from './bodies/attachments';
import { boxBodies } from './bodies/boxes';
import { fileBodies } from './bodies/files';
import { formBodies } from './bodies/forms';
import { groupingBodies } from './bodies/grouping';
import { classificationBodies } from './bodies/classification';
import { intakeBodies } from './bodies/intake';
import { journalBodies } from './bodies/journal';
import { outboxBodies } from './bodies/outbox';
import { peopleBodies } from './bodies/people';
import { releaseBodies } from './bodies/release';
import { sourceBodies } from './bodies/sources';
import { scpBodies } from './bodies/scp';
import { userBodies } from './bodies/users';
import { resultBodies } from './bodies/results';

/** Every type of record and the schema of its body; one file a subject in `bodies/`. */
export const recordBodies = {
  ...intakeBodies,
  ...peopleBodies,
  ...releaseBodies,
  ...journalBodies,
  ...outboxBodies,
  ...sourceBodies,
  ...boxBodies,
  ...anonymisationBodies,
  ...userBodies,
  ...identityBodies,
  ...fileBodies,
  ...attachmentBodies,
  ...groupingBodies,
  ...resultBodies,
  ...formBodies,
  ...classificationBodies,
  ...clinicRemoteBodies,
  ...scpBodies,
} as const;

export type RecordType = keyof typeof recordBodies;
export type RecordBody<T extends RecordType> = z.infer<(typeof recordBodies)[T]>;

/** One record: its place in the order of things, when (by this laptop's clock), who did it (null: nobody was signed in), and what. */
export type ArchiveRecord = {
  [T in RecordType]: { seq: number; at: string; by: UserKey | null; type: T; body: RecordBody<T> };
}[RecordType];
export type RecordOf<T extends RecordType> = Extract<ArchiveRecord, { type: T }>;

/** A record on its way into the chain. Without `by` it is the act of whoever the engine works for (main/archive/actor.ts). */
export type NewRecord = {
  [T in RecordType]: { type: T; body: RecordBody<T>; by?: UserKey | null };
}[RecordType];
