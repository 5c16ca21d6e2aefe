import { z } from 'zod';
import { AttachmentKey, ImageId, JobId, PatientKey, RemoteKey, TransactionKey, UserKey } from '../model/ids';
import { AnonymisationWay } from '../model/anonymisation';
import { ProofKind } from '../model/remotes/access';
import { RemotePolicy, RemoteSettings } from '../model/remotes/settings';
import { Instant } from '../model/vocabulary';
import { RemoteAbilities } from '../model/remotes/content';
import { matchingVerbs } from './matching';
import { MAX_FILES_SENT } from './attachments';
import { ExportSelection } from './release';
import { remoteContentVerbs } from './remote-content';
import { certificateVerbs } from './certificates';
import { scpEvents, scpVerbs } from './scp';
import { verb } from './verb';

const Nothing = z.object({});
const Details = z.record(z.string(), z.union([z.string(), z.number()]));
const Fault = z.object({ code: z.string(), details: Details });

/** What became of one image on its way: docs/decisions/0009-outbox.md. */
export const ItemState = z.enum(['waiting', 'sending', 'arrived', 'proven', 'refused', 'parked', 'cancelled']);
export type ItemState = z.infer<typeof ItemState>;

/** Numbers of items by state. */
export const StateCounts = z.object({
  waiting: z.int(),
  sending: z.int(),
  arrived: z.int(),
  proven: z.int(),
  refused: z.int(),
  parked: z.int(),
  cancelled: z.int(),
});
export type StateCounts = z.infer<typeof StateCounts>;

/** What a remote is doing now. `blocked`: it was tried and failed, and is tried again after `nextTryMs`. */
export const RemoteActivity = z.object({
  condition: z.enum(['idle', 'sending', 'blocked', 'paused', 'outsideHours', 'otherNetwork']),
  fault: Fault.nullable(),
  nextTryMs: z.int().nullable(),
  /** Measured over the last half minute; null while nothing is known. */
  bytesPerSecond: z.int().nullable(),
  bytesWaiting: z.int(),
  /** An honest guess from the two numbers above; null when there is no ground for one. */
  remainingMs: z.int().nullable(),
});
export type RemoteActivity = z.infer<typeof RemoteActivity>;

export const RemoteRow = z.object({
  remote: RemoteKey,
  name: z.string(),
  settings: RemoteSettings,
  policy: RemotePolicy,
  /** What it can prove; none: its images are never more than arrived. */
  proofs: z.array(ProofKind),
  abilities: RemoteAbilities,
  /** Names of the secrets that are kept for it. */
  secrets: z.array(z.string()),
  /** Whether it answers questions about what it holds, and gives it back. */
  queries: z.boolean(),
  retrieves: z.boolean(),
  counts: StateCounts,
  activity: RemoteActivity,
});
export type RemoteRow = z.infer<typeof RemoteRow>;

/** One step of trying out a remote; `skipped` when an earlier one failed or it does not apply. */
export const TestStep = z.object({
  step: z.enum(['reach', 'trust', 'login', 'echo', 'prove']),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  fault: Fault.nullable(),
  /** What was found, in technical words: a version, a name, a limit. */
  found: z.string(),
});
export type TestStep = z.infer<typeof TestStep>;

export const RemoteTest = z.object({
  steps: z.array(TestStep),
  proofs: z.array(ProofKind),
  /** The certificate that the other side showed and nobody vouches for: a person may accept it. */
  offeredCertificate: z.string().nullable(),
  /** Things a person should know about this remote, as codes. */
  warnings: z.array(z.string()),
});
export type RemoteTest = z.infer<typeof RemoteTest>;

/** Who asked for a transaction. */
export const Cause = z.object({ type: z.enum(['person', 'rule']), reference: z.string() });

export const TransactionRow = z.object({
  transaction: TransactionKey,
  remote: RemoteKey,
  remoteName: z.string(),
  requestedAt: Instant,
  by: UserKey.nullable(),
  cause: Cause,
  anonymise: AnonymisationWay.nullable(),
  priority: z.int(),
  total: z.int(),
  /** How many of them are attached files. */
  files: z.int(),
  bytes: z.int(),
  counts: StateCounts,
});
export type TransactionRow = z.infer<typeof TransactionRow>;

export const ItemRow = z.object({
  transaction: TransactionKey,
  remote: RemoteKey,
  remoteName: z.string(),
  position: z.int(),
  /** SHA-256 of the image, or of the file. */
  image: ImageId,
  /** Set when it is no image but an attached file. */
  file: z
    .object({ attachment: AttachmentKey, name: z.string(), description: z.string(), contentType: z.string() })
    .nullable(),
  bytes: z.int(),
  state: ItemState,
  /** Why it was refused or parked, or why the last try failed. */
  fault: Fault.nullable(),
  attempts: z.int(),
  arrivedAt: Instant.nullable(),
  proof: z.object({ kind: ProofKind, at: Instant, note: z.string() }).nullable(),
  /** An anonymised copy was sent: it proves nothing about the image itself. */
  anonymised: z.boolean(),
  /** At how many remotes this image is proven, as it is here. */
  proofs: z.int(),
  /** The destination holds an older version: the one that is here now, and whether it is on its way there or has arrived. */
  newer: z.object({ image: ImageId, asked: z.boolean() }).nullable(),
  /** Whether the image is in the archive as it was sent; false when it lies in the trash, was changed since, or was erased. */
  isHere: z.boolean(),
  /** Of the image as it is here now, or as it was when it was set aside; null when it was erased. */
  PatientID: z.string().nullable(),
  PatientName: z.string().nullable(),
  patient: PatientKey.nullable(),
  SOPInstanceUID: z.string().nullable(),
});
export type ItemRow = z.infer<typeof ItemRow>;

export const OutboxSummary = z.object({
  waiting: z.int(),
  sending: z.int(),
  /** Arrived where proof is still being sought. */
  unproven: z.int(),
  refused: z.int(),
  parked: z.int(),
  /** Remotes that cannot be reached now. */
  blocked: z.int(),
});
export type OutboxSummary = z.infer<typeof OutboxSummary>;

/** Attached files that are chosen by their keys. */
const Files = z.array(AttachmentKey).max(MAX_FILES_SENT).optional();
const LeftOutFiles = z.array(z.object({ attachment: AttachmentKey, code: z.string() }));

const ItemFilter = z.object({
  transaction: TransactionKey.optional(),
  remote: RemoteKey.optional(),
  patient: PatientKey.optional(),
  states: z.array(ItemState).default([]),
  /** Only what a destination holds in an older version while nobody has sent the newer one. */
  outdated: z.boolean().optional(),
  limit: z.int().min(1).max(1000).default(100),
  offset: z.int().min(0).default(0),
});
export type ItemFilter = z.infer<typeof ItemFilter>;

/**
 * What is fetched: one thing, by name. An empty name or a wildcard would be a PACS as a whole (PS3.4 C.4.2.1.4 wants neither); what is no
 * real UID but a name all the same exists in old archives.
 */
const OneUID = z
  .string()
  .max(64)
  .regex(/^[^*?\\/\s]+$/);

export const syncVerbs = {
  'remotes.list': verb(
    Nothing,
    z.object({
      rows: z.array(RemoteRow),
      /** Whether the system protects the passwords that are kept; if not, the person is told. */
      secretsProtected: z.boolean(),
    }),
  ),
  /** Adds (without `remote`) or changes one. Secrets not named stay as they are; an empty one is forgotten. */
  'remotes.save': verb(
    z.object({
      remote: RemoteKey.optional(),
      name: z.string().trim().min(1).max(64),
      settings: RemoteSettings,
      policy: RemotePolicy,
      secrets: z.record(z.string().max(80), z.string().max(8000)).default({}),
    }),
    RemoteRow,
    [
      'NOT_FOUND',
      'REMOTE_NAME_TAKEN',
      'REMOTE_LOGIN_IN_URL',
      'REMOTE_IN_ARCHIVE',
      'FORWARD_CYCLIC',
      'FORWARD_NO_PROOF',
    ],
  ),
  'remotes.remove': verb(z.object({ remote: RemoteKey }), Nothing, ['NOT_FOUND', 'REMOTE_BUSY', 'REMOTE_HAS_RULES']),
  /** Tries a remote out, saved or not: what it takes to reach it, to log in, and what it can prove. */
  'remotes.test': verb(
    z.object({
      remote: RemoteKey.optional(),
      settings: RemoteSettings,
      secrets: z.record(z.string().max(80), z.string().max(8000)).default({}),
    }),
    RemoteTest,
  ),
  /** Tries again at once whatever waits, whatever the hour. */
  'remotes.now': verb(z.object({ remote: RemoteKey }), Nothing, ['NOT_FOUND']),
  'outbox.preview': verb(
    z.object({
      selection: ExportSelection,
      attachments: Files,
      remote: RemoteKey,
      anonymise: AnonymisationWay.nullable(),
    }),
    z.object({
      patients: z.int(),
      studies: z.int(),
      images: z.int(),
      files: z.int(),
      /** Why no file at all can go there so; null when they can. */
      filesRefused: z.string().nullable(),
      bytes: z.int(),
      leftOut: z.array(z.object({ image: ImageId, code: z.string() })),
      leftOutFiles: LeftOutFiles,
      /** Already proven there. */
      alreadyThere: z.int(),
      /** May show the patient's name in the picture itself. */
      burnedIn: z.array(ImageId),
      /** Patients who have not been asked whether pictures may leave the clinic. */
      notAsked: z.int(),
    }),
    ['NOT_FOUND'],
  ),
  /** Images, attached files, or both: one transaction, the images first. Files only go whole, and only where there is a place for them. */
  'outbox.send': verb(
    z.object({
      selection: ExportSelection,
      attachments: Files,
      remote: RemoteKey,
      anonymise: AnonymisationWay.nullable(),
      priority: z.int().min(-10).max(10).default(0),
    }),
    z.object({
      transaction: TransactionKey,
      images: z.int(),
      files: z.int(),
      leftOut: z.array(z.object({ image: ImageId, code: z.string() })),
      leftOutFiles: LeftOutFiles,
    }),
    ['NOT_FOUND', 'EXPORT_NOTHING', 'REMOTE_NO_FILES', 'SEND_FILES_ANONYMOUS'],
  ),
  'outbox.transactions': verb(
    z.object({
      remote: RemoteKey.optional(),
      openOnly: z.boolean().default(false),
      /** Those with an image in one of these states. */
      states: z.array(ItemState).optional(),
      limit: z.int().min(1).max(500).default(50),
      offset: z.int().min(0).default(0),
    }),
    z.object({ total: z.int(), rows: z.array(TransactionRow) }),
  ),
  'outbox.transaction': verb(z.object({ transaction: TransactionKey }), TransactionRow, ['NOT_FOUND']),
  'outbox.items': verb(ItemFilter, z.object({ total: z.int(), rows: z.array(ItemRow) })),
  /** Takes back what has not arrived yet. */
  'outbox.cancel': verb(z.object({ transaction: TransactionKey }), Nothing, ['NOT_FOUND']),
  /** Puts refused, parked and cancelled items of a transaction in the queue again. */
  'outbox.retry': verb(z.object({ transaction: TransactionKey }), z.object({ items: z.int() }), ['NOT_FOUND']),
  /** Sends the versions that are here now of what a destination holds in older ones; of one patient, or of all. */
  'outbox.correct': verb(
    z.object({ remote: RemoteKey, patient: PatientKey.optional() }),
    z.object({
      transaction: TransactionKey,
      images: z.int(),
      leftOut: z.array(z.object({ image: ImageId, code: z.string() })),
    }),
    ['NOT_FOUND', 'EXPORT_NOTHING'],
  ),
  'outbox.summary': verb(Nothing, OutboxSummary),
  /** The delivery ledger: for each image and remote what is proven, and how. */
  'ledger.list': verb(ItemFilter, z.object({ total: z.int(), rows: z.array(ItemRow) })),
  /** `wanted`: how many proofs an image needs before it may be deleted here (a setting of the archive). */
  'ledger.image': verb(
    z.object({ image: ImageId }),
    z.object({ rows: z.array(ItemRow), proofs: z.int(), wanted: z.int() }),
  ),
  'ledger.csv': verb(ItemFilter.omit({ limit: true, offset: true }), z.object({ csv: z.string() })),
  /** The same as a file (UTF-8, RFC 4180); patients who do not want pictures to leave are not named in it. */
  'ledger.export': verb(
    ItemFilter.omit({ limit: true, offset: true }).extend({ path: z.string().min(1).max(4096) }),
    z.object({ lines: z.int() }),
    ['BAD_REQUEST', 'EXPORT_INSIDE_ARCHIVE', 'EXPORT_TARGET_FULL', 'EXPORT_TARGET_LOST'],
  ),
  /** What a remote holds: patient, study, series and instance, as in a query of PS3.4 C.4.1. */
  'pacs.query': verb(
    z.object({
      remote: RemoteKey,
      level: z.enum(['patient', 'study', 'series', 'image']),
      match: z.array(z.object({ keyword: z.string().max(64), value: z.string().max(256) })).max(20),
      limit: z.int().min(1).max(1000).default(200),
    }),
    z.object({ rows: z.array(z.record(z.string(), z.string())), more: z.boolean() }),
    ['NOT_FOUND', 'REMOTE_CANNOT'],
  ),
  /** Fetches from a remote into the archive; goes on as a job of type import. */
  'pacs.retrieve': verb(
    z.object({
      remote: RemoteKey,
      StudyInstanceUID: OneUID,
      SeriesInstanceUID: OneUID.optional(),
      SOPInstanceUID: OneUID.optional(),
      /** For remotes that know a study only under its patient. */
      PatientID: z.string().max(64).optional(),
    }),
    z.object({ job: JobId }),
    ['NOT_FOUND', 'REMOTE_CANNOT', 'REMOTE_PAUSED'],
  ),
  ...matchingVerbs,
  ...remoteContentVerbs,
  ...scpVerbs,
  ...certificateVerbs,
} as const;

export const syncEvents = {
  /** Something in the outbox moved; at most a few times a second. */
  'outbox.changed': OutboxSummary,
  ...scpEvents,
} as const;

export type SyncVerb = keyof typeof syncVerbs;
