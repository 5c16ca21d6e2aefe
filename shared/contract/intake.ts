import { z } from 'zod';
import {
  ClinicKey,
  ImageId,
  ImportSessionKey,
  JobId,
  KindKey,
  PatientKey,
  ProjectArchiveKey,
  StationKey,
} from '../model/ids';
import { Instant, SourceType } from '../model/vocabulary';
import { verb } from './verb';

/** To whom and what a photo or document belongs. DICOM files say it themselves and are not changed by it. */
export const IntakeContext = z.object({
  patient: PatientKey.nullable(),
  clinic: ClinicKey.nullable(),
  station: StationKey.nullable(),
  kind: KindKey.nullable(),
  /** The archive of a project all of it goes into, DICOM files too. Null: none; left out: the default one. */
  archive: ProjectArchiveKey.nullable().optional(),
});
export type IntakeContext = z.infer<typeof IntakeContext>;

export const ImportSession = z.object({
  session: ImportSessionKey,
  source: SourceType,
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  state: z.enum(['running', 'done', 'cancelled', 'failed', 'interrupted']),
  files: z.int(),
  added: z.int(),
  alreadyStored: z.int(),
  rejected: z.int(),
  bytes: z.int(),
  /** What was chosen: names of the files and folders, without the folders above them. */
  label: z.string(),
});
export type ImportSession = z.infer<typeof ImportSession>;

/** One line of the report at the end of an import. */
export const ImportItem = z.object({
  item: z.int(),
  path: z.string(),
  /** Path inside a zip, else empty. */
  entry: z.string(),
  outcome: z.enum(['added', 'alreadyStored', 'rejected']),
  image: ImageId.nullable(),
  /** Whether there is a picture to show of it. */
  hasPixels: z.boolean(),
  code: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ImportItem = z.infer<typeof ImportItem>;

export const intakeVerbs = {
  'import.start': verb(
    z.object({ paths: z.array(z.string().min(1)).min(1).max(10_000), context: IntakeContext }),
    z.object({ job: JobId, session: ImportSessionKey }),
    ['DISK_FULL'],
  ),
  'import.sessions': verb(
    z.object({ limit: z.int().min(1).max(500).default(50) }),
    z.object({ rows: z.array(ImportSession) }),
  ),
  'import.session': verb(z.object({ session: ImportSessionKey }), ImportSession, ['NOT_FOUND']),
  'import.items': verb(
    z.object({
      session: ImportSessionKey,
      outcome: z.enum(['added', 'alreadyStored', 'rejected']).optional(),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(200),
    }),
    z.object({ total: z.int(), rows: z.array(ImportItem) }),
    ['NOT_FOUND'],
  ),
  /** Keeps one camera picture. When this answers, the picture is on the disk, flushed, and in the index. */
  'capture.keep': verb(
    z.object({
      bytes: z.instanceof(Uint8Array),
      context: IntakeContext,
      takenAt: Instant,
      /** The device's name as the system gives it. */
      camera: z.string().max(256),
    }),
    z.object({ image: ImageId }),
    ['DISK_FULL', 'DISK_FAILED', 'PHOTO_DAMAGED'],
  ),
} as const;
