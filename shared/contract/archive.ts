import { z } from 'zod';
import { AnonymisationRunId, ExportKey, ImageId, ImportSessionKey, JobId } from '../model/ids';
import { Instant } from '../model/vocabulary';
import { verb } from './verb';

const Nothing = z.object({});

export const VerifyReport = z.object({
  objects: z.int(),
  bytes: z.int(),
  missing: z.array(z.string()),
  corrupt: z.array(z.string()),
  orphaned: z.array(z.string()),
  deep: z.boolean(),
  finishedAt: Instant,
});
export type VerifyReport = z.infer<typeof VerifyReport>;

export const ArchiveStatus = z.object({
  archiveId: z.string(),
  path: z.string(),
  format: z.int(),
  counts: z.object({ patients: z.int(), studies: z.int(), series: z.int(), images: z.int(), conflicts: z.int() }),
  bytes: z.int(),
  freeBytes: z.int(),
  lastVerify: VerifyReport.nullable(),
  /** What was repaired when the archive was opened. */
  recovered: z.object({ finished: z.int(), removed: z.int(), replayed: z.int() }),
  /** Records that the index could not take (their numbers in the chain); nothing is lost, but something is not shown. */
  passedOver: z.array(z.int()),
});
export type ArchiveStatus = z.infer<typeof ArchiveStatus>;

/** What a long task is doing; sent as an event and listed by `jobs.list`. */
export const Job = z.object({
  job: JobId,
  type: z.enum(['import', 'export', 'verify', 'rebuild', 'anonymise', 'modify', 'move', 'erase', 'classify', 'fetch']),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  startedAt: Instant,
  /** Things finished and things known so far; `total` grows while folders are still being read. */
  done: z.int(),
  total: z.int(),
  bytesDone: z.int(),
  bytesTotal: z.int(),
  /** For an import: how the things done fell out. */
  added: z.int(),
  alreadyStored: z.int(),
  rejected: z.int(),
  /** What is going on now, as a translation key: reading, storing, writing, checking, tidying, anonymising. */
  phase: z.enum(['reading', 'storing', 'writing', 'checking', 'tidying', 'anonymising']),
  importSession: ImportSessionKey.nullable(),
  exportKey: ExportKey.nullable(),
  anonymisationRun: AnonymisationRunId.nullable(),
  error: z.object({ code: z.string(), details: z.record(z.string(), z.union([z.string(), z.number()])) }).nullable(),
});
export type Job = z.infer<typeof Job>;

export const archiveVerbs = {
  'archive.status': verb(Nothing, ArchiveStatus),
  'archive.verify': verb(z.object({ deep: z.boolean() }), z.object({ job: JobId })),
  'archive.rebuild': verb(Nothing, z.object({ job: JobId })),
  'jobs.list': verb(Nothing, z.object({ jobs: z.array(Job) })),
  'jobs.cancel': verb(z.object({ job: JobId }), Nothing, ['NOT_FOUND']),
} as const;

/** Events the engine sends; each has one schema. */
export const archiveEvents = {
  'job.changed': Job,
  /** Something in the catalogue changed: lists that are open ask again. */
  'catalog.changed': z.object({ images: z.array(ImageId).max(64), at: Instant }),
} as const;
