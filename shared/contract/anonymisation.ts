import { z } from 'zod';
import { AnonymisationProfile, AnonymisationWay, Area, DeviceModel, TagValue } from '../model/anonymisation';
import { AnonymisationKeyId, AnonymisationRunId, ImageId, JobId, PatientKey } from '../model/ids';
import { Instant } from '../model/vocabulary';
import { ExportSelection } from './release';
import { verb } from './verb';

const Nothing = z.object({});
const Reason = z.object({ image: ImageId, code: z.string() });

/** How likely writing in the picture tells who it is of (PS3.15 E.3.1), and what says so. */
export const BurnedInLevel = z.enum(['certain', 'high', 'some', 'low', 'none']);
export type BurnedInLevel = z.infer<typeof BurnedInLevel>;
export const BurnedIn = z.object({
  level: BurnedInLevel,
  reason: z.enum(['no-pixels', 'said-yes', 'said-no', 'sop-class', 'modality', 'secondary', 'not-said']),
});
export type BurnedIn = z.infer<typeof BurnedIn>;

/** How a device model stands with areas to be blackened: `fits`: there are some for this size; `other-size`: only for others. */
export const MaskState = z.enum(['fits', 'other-size', 'none']);
export type MaskState = z.infer<typeof MaskState>;

/** Pictures of a selection that come from one device model in one size. */
export const DeviceGroup = z.object({
  device: DeviceModel,
  /** Whether the model says its name: areas can be kept for it. */
  known: z.boolean(),
  images: z.int(),
  /** The most likely of its pictures. */
  risk: BurnedIn,
  mask: MaskState,
  areas: z.array(Area),
  /** A few of them to look at. */
  samples: z.array(ImageId),
});
export type DeviceGroup = z.infer<typeof DeviceGroup>;

export const AnonymisationMode = z.enum(['copy', 'replace']);

export const AnonymisationRequest = AnonymisationWay.extend({
  selection: ExportSelection,
  /** `copy`: the originals stay; `replace`: they are set aside. */
  mode: AnonymisationMode.default('copy'),
});
export type AnonymisationRequest = z.infer<typeof AnonymisationRequest>;

export const AnonymisationResult = z.object({
  run: AnonymisationRunId,
  mode: AnonymisationMode,
  state: z.enum(['done', 'cancelled', 'failed']),
  startedAt: Instant,
  finishedAt: Instant,
  images: z.int(),
  made: z.int(),
  /** Images whose anonymised copy was here already. */
  alreadyThere: z.int(),
  leftOut: z.array(Reason),
  /** The anonymous patients that the copies belong to. */
  patients: z.array(PatientKey),
  keys: z.array(AnonymisationKeyId),
});
export type AnonymisationResult = z.infer<typeof AnonymisationResult>;

/** One key: a patient under one profile. */
export const AnonymisationKeyRow = z.object({
  key: AnonymisationKeyId,
  createdAt: Instant,
  /** The patient it stands for, and whether the archive still has this patient. */
  patient: PatientKey,
  isHere: z.boolean(),
  PatientName: z.string(),
  PatientID: z.string(),
  PatientBirthDate: z.string(),
  anonymousName: z.string(),
  anonymousID: z.string(),
  /** Days that dates were moved by; null unless they were. */
  dateShiftDays: z.int().nullable(),
  profile: AnonymisationProfile,
  values: z.array(TagValue),
  images: z.int(),
});
export type AnonymisationKeyRow = z.infer<typeof AnonymisationKeyRow>;

/** An image that was anonymised with a key: both sides. */
export const AnonymisedImageRow = z.object({
  key: AnonymisationKeyId,
  createdAt: Instant,
  purpose: z.enum(['copy', 'replace', 'export', 'send']),
  original: ImageId,
  anonymous: ImageId,
  /** Whether the archive has the one and the other. */
  originalIsHere: z.boolean(),
  anonymousIsHere: z.boolean(),
  StudyInstanceUID: z.string(),
  SeriesInstanceUID: z.string(),
  SOPInstanceUID: z.string(),
  anonymousStudyInstanceUID: z.string(),
  anonymousSeriesInstanceUID: z.string(),
  anonymousSOPInstanceUID: z.string(),
  /** Attributes that stand in the data set, before and after. */
  values: z.array(
    z.object({
      keyword: z.string(),
      level: z.enum(['patient', 'study', 'series', 'image']),
      original: z.string().nullable(),
      anonymised: z.string().nullable(),
    }),
  ),
});
export type AnonymisedImageRow = z.infer<typeof AnonymisedImageRow>;

/** What keys can be asked for; the last six look at the images of a key. */
export const KeyProperty = z.enum([
  'key',
  'patient',
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'anonymousName',
  'anonymousID',
  'createdAt',
  'image',
  'StudyInstanceUID',
  'SeriesInstanceUID',
  'SOPInstanceUID',
  'anonymousStudyInstanceUID',
  'anonymousSeriesInstanceUID',
  'anonymousSOPInstanceUID',
]);
export type KeyProperty = z.infer<typeof KeyProperty>;
export const KeySort = z.enum(['createdAt', 'PatientName', 'PatientID', 'anonymousName', 'anonymousID', 'images']);

export const KeyQuery = z.object({
  /** Part of a name or number, of either side. */
  filter: z.string().max(200).default(''),
  /** All of these must hold; `like`: somewhere in the value, case and accents do not matter. */
  where: z
    .array(z.object({ property: KeyProperty, operator: z.enum(['=', 'like']), value: z.string().max(256) }))
    .max(20)
    .default([]),
  sort: KeySort.default('createdAt'),
  descending: z.boolean().default(true),
  offset: z.int().min(0).default(0),
  limit: z.int().min(1).max(1000).default(100),
});
export type KeyQuery = z.infer<typeof KeyQuery>;

/** A patient, study, series or image found by something of either side. */
export const KeyMatch = z.object({
  key: AnonymisationKeyId,
  level: z.enum(['patient', 'study', 'series', 'image']),
  /** Which side the text was of. */
  side: z.enum(['original', 'anonymous']),
  patient: PatientKey,
  isHere: z.boolean(),
  PatientName: z.string(),
  PatientID: z.string(),
  anonymousName: z.string(),
  anonymousID: z.string(),
  /** UID or number of this level, before and after. */
  original: z.string(),
  anonymous: z.string(),
  /** For an image: the two, where the archive has them. */
  originalImage: ImageId.nullable(),
  anonymousImage: ImageId.nullable(),
});
export type KeyMatch = z.infer<typeof KeyMatch>;

/** Areas kept for a device model. */
export const DeviceMask = z.object({
  device: DeviceModel,
  /** What people call the device; empty when nobody has given it a name. */
  name: z.string(),
  areas: z.array(Area),
  savedAt: Instant,
  /** A few pictures of it to look at, newest first; none when the archive has no more. */
  samples: z.array(ImageId),
});
export type DeviceMask = z.infer<typeof DeviceMask>;

export const anonymisationVerbs = {
  /** The options of PS3.15 annex E with their codes (PS3.16 CID 7050). */
  'anonymisation.options': verb(
    Nothing,
    z.object({ rows: z.array(z.object({ option: z.string(), code: z.string(), meaning: z.string() })) }),
  ),
  /** What anonymising would come to, and what to look at before. */
  'anonymisation.preview': verb(
    z.object({ selection: ExportSelection }),
    z.object({
      patients: z.int(),
      images: z.int(),
      /** Results of an earlier anonymisation here. */
      alreadyAnonymous: z.int(),
      /** Documents become an empty page: nothing can read what is on theirs. */
      documents: z.int(),
      risks: z.array(BurnedIn.extend({ images: z.int() })),
      devices: z.array(DeviceGroup),
    }),
    ['NOT_FOUND'],
  ),
  'anonymisation.risk': verb(
    z.object({ image: ImageId }),
    z.object({ risk: BurnedIn, device: DeviceModel.nullable(), mask: MaskState, areas: z.array(Area) }),
    ['NOT_FOUND'],
  ),
  'anonymisation.start': verb(AnonymisationRequest, z.object({ job: JobId, run: AnonymisationRunId }), [
    'NOT_FOUND',
    'ANONYMISE_NOTHING',
    'ANONYMISE_TAG_PATH',
    'ANONYMISE_ONE_NUMBER',
    'ANONYMISE_NAME_TAKEN',
    'ANONYMISE_AREA_OUTSIDE',
  ]),
  'anonymisation.result': verb(z.object({ run: AnonymisationRunId }), AnonymisationResult, ['NOT_FOUND']),
  'anonymisation.keys': verb(KeyQuery, z.object({ total: z.int(), rows: z.array(AnonymisationKeyRow) })),
  'anonymisation.key': verb(z.object({ key: AnonymisationKeyId }), AnonymisationKeyRow, ['NOT_FOUND']),
  /** The images of a key, latest first. */
  'anonymisation.values': verb(
    z.object({
      key: AnonymisationKeyId,
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(100),
    }),
    z.object({ total: z.int(), rows: z.array(AnonymisedImageRow) }),
    ['NOT_FOUND'],
  ),
  /** Afterwards nobody can find out from the archive whom the copies are of, and the same person gets another name next time. */
  'anonymisation.removeKey': verb(z.object({ key: AnonymisationKeyId }), Nothing, ['NOT_FOUND']),
  /** Writes all keys as a table; patients who said no to pictures leaving are left out. */
  'anonymisation.csv': verb(z.object({ path: z.string().min(1) }), z.object({ rows: z.int(), leftOut: z.int() }), [
    'EXPORT_INSIDE_ARCHIVE',
    'EXPORT_TARGET_LOST',
    'EXPORT_TARGET_FULL',
  ]),
  /** Who or what is behind a name, number, UID or image, of either side; the most exact first. */
  'anonymisation.find': verb(
    z.object({ text: z.string().trim().min(1).max(256) }),
    z.object({ rows: z.array(KeyMatch) }),
  ),
  /**
   * Gives an anonymous image its identity back: the original where the archive still has it, else a new image made with the key.
   * The log says who did so and why.
   */
  'anonymisation.reverse': verb(
    z.object({ image: ImageId, reason: z.string().trim().min(1).max(500) }),
    z.object({
      level: z.enum(['patient', 'study', 'series', 'image']),
      key: AnonymisationKeyId,
      image: ImageId,
      isNew: z.boolean(),
    }),
    ['NOT_FOUND', 'ANONYMISE_NO_KEY'],
  ),
  'anonymisation.masks': verb(Nothing, z.object({ rows: z.array(DeviceMask) })),
  /**
   * Keeps areas for a device model; an empty list says that there is nothing to be blackened. Without `name` the device goes by
   * the one it has.
   */
  'anonymisation.saveMask': verb(
    z.object({ device: DeviceModel, areas: z.array(Area).max(100), name: z.string().trim().max(64).optional() }),
    DeviceMask,
    ['ANONYMISE_AREA_OUTSIDE', 'ANONYMISE_DEVICE_UNKNOWN'],
  ),
  'anonymisation.removeMask': verb(z.object({ device: DeviceModel }), Nothing, ['NOT_FOUND']),
} as const;
