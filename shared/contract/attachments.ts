import { z } from 'zod';
import { AttachmentKey, ClinicKey, PatientKey, StudyKey, UserKey, ImageId } from '../model/ids';
import { Instant } from '../model/vocabulary';
import { verb } from './verb';

/** Most characters (code points, of any script) of a description. */
export const DESCRIPTION_LENGTH = 255;
/** Files that may be sent at once. */
export const MAX_FILES_SENT = 1000;
/** Bytes that may come over the bridge at once; larger files come by their path. */
export const MAX_BYTES_IN_MEMORY = 64 * 2 ** 20;

const Description = z
  .string()
  .max(4 * DESCRIPTION_LENGTH)
  .refine((text) => Array.from(text).length <= DESCRIPTION_LENGTH)
  .default('');

/** A case of a patient: a study, or the visit to one clinic. A file may belong to several. */
export const AttachmentCase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('study'), study: StudyKey }),
  z.object({ kind: z.literal('visit'), clinic: ClinicKey }),
]);
export type AttachmentCase = z.infer<typeof AttachmentCase>;
const Cases = z.array(AttachmentCase).max(50);

/** How an attachment can be shown here; everything else can only be saved. */
export const Preview = z.enum(['pdf', 'image', 'text', 'none']);
export type Preview = z.infer<typeof Preview>;

/** A file of any kind that belongs to a patient. */
export const AttachmentRow = z.object({
  attachment: AttachmentKey,
  /** Our own counter: the order of arrival; never given twice. */
  number: z.int(),
  patient: PatientKey,
  cases: z.array(AttachmentCase),
  description: z.string(),
  /** What the file was called, without folders. */
  name: z.string(),
  /** Media type, found from the bytes and never from the name. */
  contentType: z.string(),
  bytes: z.int(),
  /** SHA-256 of the bytes. */
  sha256: ImageId,
  preview: Preview,
  state: z.enum(['good', 'missing', 'corrupt']),
  pinnedAt: Instant.nullable(),
  /** When all work on the file itself had ended; null while something (a device, a converter) still works on it. */
  processedAt: Instant.nullable(),
  /** Put out of the way: not in lists unless asked for; the bytes stay. */
  archivedAt: Instant.nullable(),
  createdAt: Instant,
  updatedAt: Instant,
  /** Who added it; null when nobody was signed in. */
  by: UserKey.nullable(),
});
export type AttachmentRow = z.infer<typeof AttachmentRow>;

export const AttachmentField = z.enum([
  'number',
  'patient',
  'by',
  'name',
  'description',
  'contentType',
  'bytes',
  'createdAt',
  'updatedAt',
  'processedAt',
  'pinnedAt',
  'archivedAt',
]);
export type AttachmentField = z.infer<typeof AttachmentField>;

/**
 * `=` equal (numbers and keys: also one of a list with commas), `!=` not equal, `~` contains, `~~` like a pattern with `%`,
 * `?` there is a value, `!?` there is none, `*` any. Texts: `=` `!=` `~` `~~` `?` `!?`. Times: `>=` `>` `<=` `<` `?` `!?` `*`.
 * Numbers: `=` `!=` `>=` `>` `<=` `<` `?` `!?`. Keys: `=` `!=` `?` `!?`.
 */
export const FilterOperator = z.enum(['=', '!=', '~', '~~', '?', '!?', '*', '>=', '>', '<=', '<']);
export type FilterOperator = z.infer<typeof FilterOperator>;

export const AttachmentFilter = z.object({
  field: AttachmentField,
  operator: FilterOperator,
  value: z.string().max(1000).default(''),
});
export type AttachmentFilter = z.infer<typeof AttachmentFilter>;

export const AttachmentSort = z.object({ field: AttachmentField, descending: z.boolean().default(false) });
export type AttachmentSort = z.infer<typeof AttachmentSort>;

/** A page of attachments. All filters hold together; without a sort the oldest is first. */
export const AttachmentQuery = z.object({
  patient: PatientKey.optional(),
  case: AttachmentCase.optional(),
  filters: z.array(AttachmentFilter).max(20).default([]),
  sort: z.array(AttachmentSort).max(5).default([]),
  /** Also those that are put away; a filter on `archivedAt` says it too. */
  withArchived: z.boolean().default(false),
  page: z.int().min(1).max(1_000_000).default(1),
  perPage: z.int().min(1).max(100).default(50),
});
export type AttachmentQuery = z.infer<typeof AttachmentQuery>;

const One = z.object({ attachment: AttachmentKey });

export const attachmentVerbs = {
  /**
   * Keeps a file byte for byte and gives it to a patient. The same bytes that this patient has already (and that are not put
   * away) are not added again unless `evenIfHere`; the answer is then the one that was here.
   */
  'attachments.add': verb(
    z.object({
      patient: PatientKey,
      file: z.union([
        z.object({
          path: z.string().min(1),
          /** What it is called, where the path does not say it. */
          name: z.string().max(1000).optional(),
        }),
        z.object({ bytes: z.instanceof(Uint8Array), name: z.string().max(1000) }),
      ]),
      description: Description,
      cases: Cases.default([]),
      pinned: z.boolean().default(false),
      processed: z.boolean().default(true),
      evenIfHere: z.boolean().default(false),
    }),
    z.object({ isNew: z.boolean(), row: AttachmentRow }),
    [
      'NOT_FOUND',
      'FILE_EMPTY',
      'FILE_TOO_LARGE',
      'FILE_UNREADABLE',
      'PATH_NOT_FOUND',
      'SYMBOLIC_LINK',
      'SPECIAL_FILE',
      'CASE_OF_ANOTHER',
      'DISK_FULL',
      'DISK_FAILED',
    ],
  ),
  'attachments.list': verb(
    AttachmentQuery,
    z.object({ total: z.int(), page: z.int(), pages: z.int(), rows: z.array(AttachmentRow) }),
    ['NOT_FOUND', 'FILTER_WRONG'],
  ),
  /** One attachment, also one that is put away. */
  'attachments.get': verb(One, AttachmentRow, ['NOT_FOUND']),
  'attachments.update': verb(
    One.extend({
      changes: z.object({
        description: Description.unwrap().optional(),
        pinned: z.boolean().optional(),
        processed: z.boolean().optional(),
        cases: Cases.optional(),
      }),
    }),
    AttachmentRow,
    ['NOT_FOUND', 'CASE_OF_ANOTHER', 'DISK_FULL'],
  ),
  /** Puts an attachment away: nothing is deleted, and it can be taken back. */
  'attachments.archive': verb(One, AttachmentRow, ['NOT_FOUND', 'DISK_FULL']),
  'attachments.unarchive': verb(One, AttachmentRow, ['NOT_FOUND', 'DISK_FULL']),
  /**
   * How to show an attachment. Pictures and PDFs come over the app's own protocol (shared/contract/frames.ts); of a text the
   * beginning is here, decoded, and `cut` says whether there is more.
   */
  'attachments.preview': verb(
    One,
    z.discriminatedUnion('kind', [
      z.object({ kind: z.enum(['pdf', 'image', 'none']) }),
      z.object({ kind: z.literal('text'), text: z.string(), encoding: z.string(), cut: z.boolean() }),
    ]),
    ['NOT_FOUND', 'OBJECT_MISSING'],
  ),
  /** Writes a copy outside of the archive, when the patient did not say no, and reads it back. */
  'attachments.saveCopy': verb(
    One.extend({
      /** Absolute path of the new file. */
      target: z.string().min(1),
      overwrite: z.boolean().default(false),
    }),
    z.object({ path: z.string(), bytes: z.int() }),
    [
      'NOT_FOUND',
      'CONSENT_REFUSED',
      'OBJECT_MISSING',
      'OBJECT_DAMAGED',
      'EXPORT_INSIDE_ARCHIVE',
      'EXPORT_TARGET_NOT_EMPTY',
      'EXPORT_TARGET_FULL',
      'EXPORT_TARGET_LOST',
      'EXPORT_FAT_LIMIT',
      'EXPORT_VERIFY_FAILED',
    ],
  ),
} as const;
