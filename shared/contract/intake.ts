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
import { ImageRow } from '../model/rows';
import { Instant, SourceRef, SourceType } from '../model/vocabulary';
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
  /** Which source of that type; `sources.named` gives its name. */
  sourceRef: SourceRef,
  /** Programs add to it whenever they like; it stays `running`. */
  open: z.boolean(),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  state: z.enum(['running', 'done', 'cancelled', 'failed', 'interrupted']),
  files: z.int(),
  added: z.int(),
  alreadyStored: z.int(),
  rejected: z.int(),
  bytes: z.int(),
  /** Names of the files and folders that were chosen, without the folders above them; or the name the session was given. */
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
    z.object({
      source: SourceType.optional(),
      sourceRef: SourceRef.optional(),
      state: ImportSession.shape.state.optional(),
      /** Part of the label. */
      text: z.string().max(200).default(''),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(50),
    }),
    z.object({ total: z.int(), rows: z.array(ImportSession) }),
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
  /** The images of a session, whether they were new or here before, in the order of arrival. */
  'import.images': verb(
    z.object({
      session: ImportSessionKey,
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(200),
    }),
    z.object({ total: z.int(), rows: z.array(ImageRow) }),
    ['NOT_FOUND'],
  ),
  /**
   * Begins a session that images are added to one by one. The same name again by the same person gives the session there is.
   */
  'import.create': verb(z.object({ name: z.string().trim().min(1).max(200) }), ImportSession, ['SESSION_NAME_TAKEN']),
  /** Takes a session off the list. Its images stay. */
  'import.forget': verb(z.object({ session: ImportSessionKey }), z.object({}), ['NOT_FOUND', 'SESSION_RUNNING']),
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
