import { z } from 'zod';
import { ActKey, ImageId, JobId, PatientKey, SeriesKey, StudyKey, UserKey } from '../model/ids';
import { ImageRow, PatientRow } from '../model/rows';
import { Instant } from '../model/vocabulary';
import { verb } from './verb';

/** Images by themselves or by what they lie in; an image that is named twice counts once. */
export const ImageSelection = z.object({
  patients: z.array(PatientKey).max(1000).default([]),
  studies: z.array(StudyKey).max(10_000).default([]),
  series: z.array(SeriesKey).max(10_000).default([]),
  images: z.array(ImageId).max(100_000).default([]),
});
export type ImageSelection = z.infer<typeof ImageSelection>;

/** Why something is done, in a person's own words. */
export const ActReason = z.string().trim().max(500);
const RequiredReason = ActReason.min(1);

/** A reason for the Attribute Modification (0400,0565), PS3.3 C.12.1: put right a mistake, or fit to what this archive goes by. */
export const ModificationReason = z.enum(['CORRECT', 'COERCE']);
export type ModificationReason = z.infer<typeof ModificationReason>;

/** A new value of one attribute. */
export const ChangedValue = z.object({
  /**
   * Keywords or tags joined by full stops; behind a sequence the item counted from 1, or * for all, in square brackets:
   * `RequestAttributesSequence[1].RequestedProcedureID`.
   */
  path: z.string().min(1).max(1000),
  /** Several values are parted by backslashes; the empty text leaves the attribute without a value, null takes it away. */
  value: z.string().max(100_000).nullable(),
});
export type ChangedValue = z.infer<typeof ChangedValue>;

/** An image in the trash. Attributes are those of the image itself. */
export const TrashRow = z.object({
  image: ImageId,
  act: ActKey,
  trashedAt: Instant,
  by: UserKey.nullable(),
  reason: z.string(),
  /** Whose it was; the surviving one after a merge. */
  patient: PatientKey,
  PatientID: z.string(),
  PatientName: z.string(),
  StudyDate: z.string(),
  Modality: z.string(),
  SeriesDescription: z.string(),
  hasPixels: z.boolean(),
  bytes: z.int(),
  fileName: z.string(),
  storedAt: Instant,
});
export type TrashRow = z.infer<typeof TrashRow>;

/** One version of an image; older ones are kept beside the one that counts. */
export const VersionRow = z.object({
  image: ImageId,
  /** Whether this is the one that is shown and given out. */
  current: z.boolean(),
  bytes: z.int(),
  /** When, by whom and why another version took its place; empty for the current one. */
  replacedAt: Instant.nullable(),
  by: UserKey.nullable(),
  reason: z.string(),
  /** Whose the image was in this version. */
  PatientID: z.string(),
  PatientName: z.string(),
});
export type VersionRow = z.infer<typeof VersionRow>;

/** Images that were moved from the wrong patient to the right one. */
export const MoveRow = z.object({
  act: ActKey,
  at: Instant,
  by: UserKey.nullable(),
  reason: z.string(),
  from: z.array(PatientKey),
  fromNames: z.array(z.string()),
  to: PatientKey,
  toName: z.string(),
  images: z.int(),
  undoneAt: Instant.nullable(),
});
export type MoveRow = z.infer<typeof MoveRow>;

/** What moving would do to studies: one that moves as a whole keeps its UID, a part of one becomes a study of its own. */
export const MovePreview = z.object({
  images: z.int(),
  wholeStudies: z.int(),
  splitStudies: z.int(),
  from: z.array(PatientRow),
  to: PatientRow,
});
export type MovePreview = z.infer<typeof MovePreview>;

const Count = z.object({ images: z.int() });
const Begun = z.object({ job: JobId, act: ActKey });

export const identityVerbs = {
  /** Puts images into the trash: they are in no list and leave by no exit until they are restored. */
  'images.trash': verb(z.object({ selection: ImageSelection, reason: ActReason }), Count.extend({ act: ActKey }), [
    'NOT_FOUND',
    'IMAGES_NONE_CHOSEN',
  ]),
  /** The trash, last in first. `text` is looked for in names, numbers and file names. */
  'trash.list': verb(
    z.object({
      patient: PatientKey.optional(),
      text: z.string().max(200).default(''),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(100),
    }),
    z.object({ total: z.int(), bytes: z.int(), rows: z.array(TrashRow) }),
  ),
  /** Takes images out of the trash, each to where it was: some by name, or all that one act put there. */
  'trash.restore': verb(
    z.object({ images: z.array(ImageId).max(100_000).default([]), act: ActKey.optional() }),
    Count,
    ['NOT_IN_TRASH', 'IMAGES_NONE_CHOSEN'],
  ),
  /**
   * Erases images of the trash for good, with their older versions and the files they were made from: those named, or all that
   * have lain there for that many days (0: all).
   */
  'trash.erase': verb(
    z.object({
      images: z.array(ImageId).max(100_000).default([]),
      olderThanDays: z.int().min(0).max(36_500).optional(),
    }),
    Count.extend({ job: JobId }),
    ['NOT_IN_TRASH', 'IMAGES_NONE_CHOSEN'],
  ),
  /**
   * Changes attributes by tag path. Each image gets a new version with an item in its Original Attributes Sequence
   * (PS3.3 C.12.1); the old version is kept. UIDs are changed only with `uids`.
   */
  'images.modify': verb(
    z.object({
      selection: ImageSelection,
      values: z.array(ChangedValue).min(1).max(200),
      uids: z.boolean().default(false),
      modification: ModificationReason.default('CORRECT'),
      reason: RequiredReason,
    }),
    Begun,
    ['NOT_FOUND', 'IMAGES_NONE_CHOSEN', 'TAG_PROTECTED', 'TAG_IS_UID', 'TAG_VALUE', 'NOTHING_CHANGED'],
  ),
  /** All versions of an image, the current one first. Any of them names the image. */
  'images.versions': verb(z.object({ image: ImageId }), z.object({ rows: z.array(VersionRow) }), ['NOT_FOUND']),
  /** Goes back to an older version; the one that was current is kept too. */
  'images.revert': verb(z.object({ image: ImageId, to: ImageId, reason: RequiredReason }), ImageRow, [
    'NOT_FOUND',
    'NOT_A_VERSION',
  ]),
  'images.movePreview': verb(z.object({ selection: ImageSelection, patient: PatientKey }), MovePreview, [
    'NOT_FOUND',
    'IMAGES_NONE_CHOSEN',
    'MOVE_SAME_PATIENT',
  ]),
  /** Gives images that were taken on the wrong patient to the right one: new versions that name the right patient. */
  'images.move': verb(z.object({ selection: ImageSelection, patient: PatientKey, reason: RequiredReason }), Begun, [
    'NOT_FOUND',
    'IMAGES_NONE_CHOSEN',
    'MOVE_SAME_PATIENT',
    'CHANGED_MEANWHILE',
  ]),
  /** Brings back what a move has changed, object for object. */
  'images.undoMove': verb(z.object({ act: ActKey, reason: ActReason.default('') }), Count, [
    'NOT_FOUND',
    'MOVE_UNDONE',
    'CHANGED_MEANWHILE',
  ]),
  /** Moves from or to a patient, the latest first. */
  'images.moves': verb(z.object({ patient: PatientKey }), z.object({ rows: z.array(MoveRow) }), ['NOT_FOUND']),
  /** Says that two patients are one person. `into` survives; both numbers keep working. */
  'patients.merge': verb(z.object({ from: PatientKey, into: PatientKey, reason: RequiredReason }), PatientRow, [
    'NOT_FOUND',
    'MERGE_SAME',
    'MERGE_ALREADY',
    'MERGE_INTO_MERGED',
  ]),
  /** Takes a merge back; what belongs to the merged one, also what has arrived since, is theirs again. Answers with them. */
  'patients.unmerge': verb(z.object({ patient: PatientKey, reason: ActReason.default('') }), PatientRow, [
    'NOT_FOUND',
    'NOT_MERGED',
  ]),
} as const;
