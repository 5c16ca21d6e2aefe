import { z } from 'zod';
import { ClinicKey, ImageId, KindKey, PatientKey, SeriesKey, StationKey, StudyKey, UserKey } from './ids';
import { BirthDatePrecision, Consent, DicomDate, Instant, Sex, SourceRef, SourceType } from './vocabulary';

/**
 * Rows as the catalogue gives them. Attributes of DICOM carry their keyword as name and the value as it stands in the
 * object, in Unicode; a missing one is the empty text or null. Everything of our own begins with a small letter.
 */
export const PatientRow = z.object({
  patient: PatientKey,
  PatientID: z.string(),
  IssuerOfPatientID: z.string(),
  PatientName: z.string(),
  PatientBirthDate: z.string(),
  PatientSex: z.string(),
  birthDatePrecision: BirthDatePrecision,
  /** Age in years given instead of a birth date, on the day `ageOn`. */
  ageYears: z.number().min(0).max(150).nullable(),
  ageOn: DicomDate.nullable(),
  registered: z.boolean(),
  temporary: z.boolean(),
  consent: Consent,
  note: z.string(),
  headshot: ImageId.nullable(),
  studies: z.int(),
  series: z.int(),
  images: z.int(),
  lastStudyDate: z.string(),
  changedAt: Instant,
  /** Who was found to be the same person and now stands under this one, with what they go by; their numbers keep working. */
  mergedFrom: z.array(z.object({ patient: PatientKey, PatientID: z.string(), PatientName: z.string() })),
});
export type PatientRow = z.infer<typeof PatientRow>;

export const StudyRow = z.object({
  study: StudyKey,
  patient: PatientKey,
  StudyInstanceUID: z.string(),
  StudyDate: z.string(),
  StudyTime: z.string(),
  StudyID: z.string(),
  StudyDescription: z.string(),
  AccessionNumber: z.string(),
  ReferringPhysicianName: z.string(),
  InstitutionName: z.string(),
  PatientID: z.string(),
  PatientName: z.string(),
  /** Distinct, sorted, joined with a backslash as in DICOM. */
  ModalitiesInStudy: z.string(),
  clinic: ClinicKey.nullable(),
  series: z.int(),
  images: z.int(),
  cover: ImageId.nullable(),
});
export type StudyRow = z.infer<typeof StudyRow>;

export const SeriesRow = z.object({
  seriesKey: SeriesKey,
  study: StudyKey,
  patient: PatientKey,
  SeriesInstanceUID: z.string(),
  StudyInstanceUID: z.string(),
  Modality: z.string(),
  SeriesNumber: z.string(),
  SeriesDescription: z.string(),
  SeriesDate: z.string(),
  SeriesTime: z.string(),
  BodyPartExamined: z.string(),
  Laterality: z.string(),
  ProtocolName: z.string(),
  Manufacturer: z.string(),
  ManufacturerModelName: z.string(),
  StationName: z.string(),
  PatientID: z.string(),
  PatientName: z.string(),
  StudyDate: z.string(),
  source: SourceType,
  /** Which source of that type; `sources.named` gives its name. */
  sourceRef: SourceRef,
  /** How far its processing has come, with a word to it; empty: nothing was set. */
  status: z.string(),
  statusMessage: z.string(),
  images: z.int(),
  cover: ImageId.nullable(),
});
export type SeriesRow = z.infer<typeof SeriesRow>;

/** A series with its patient and study in one row. */
export const FlatSeriesRow = SeriesRow.extend({
  IssuerOfPatientID: z.string(),
  PatientBirthDate: z.string(),
  PatientSex: z.string(),
  registered: z.boolean(),
  consent: Consent,
  StudyTime: z.string(),
  StudyID: z.string(),
  StudyDescription: z.string(),
  AccessionNumber: z.string(),
  ReferringPhysicianName: z.string(),
  InstitutionName: z.string(),
});
export type FlatSeriesRow = z.infer<typeof FlatSeriesRow>;

/** A source from which images came into the archive. */
export const SourceRow = z.object({
  source: SourceType,
  /** Which source of that type; the empty text where that is not known. */
  sourceRef: SourceRef,
  name: z.string().nullable(),
  series: z.int(),
  images: z.int(),
});
export type SourceRow = z.infer<typeof SourceRow>;

export const ImageRow = z.object({
  image: ImageId,
  seriesKey: SeriesKey,
  study: StudyKey,
  patient: PatientKey,
  SOPInstanceUID: z.string(),
  SOPClassUID: z.string(),
  StudyInstanceUID: z.string(),
  SeriesInstanceUID: z.string(),
  InstanceNumber: z.string(),
  ContentDate: z.string(),
  ContentTime: z.string(),
  Modality: z.string(),
  SeriesDescription: z.string(),
  StudyDate: z.string(),
  PatientID: z.string(),
  PatientName: z.string(),
  ImageType: z.string(),
  NumberOfFrames: z.int(),
  Rows: z.int().nullable(),
  Columns: z.int().nullable(),
  TransferSyntaxUID: z.string(),
  bytes: z.int(),
  hasPixels: z.boolean(),
  kind: KindKey.nullable(),
  clinic: ClinicKey.nullable(),
  station: StationKey.nullable(),
  source: SourceType,
  /** Which source of that type; `sources.named` gives its name. */
  sourceRef: SourceRef,
  /** When the device says it was taken (its own clock and zone), ISO 8601; null when it does not say. */
  takenAt: z.string().nullable(),
  /** When it was stored, by this laptop's clock. */
  storedAt: Instant,
  /** Who took it or brought it in; null when nobody was signed in. */
  storedBy: UserKey.nullable(),
  /** Our own counter: the true order of arrival. */
  arrival: z.int(),
  /** Another object with other bytes stands under the same SOP Instance UID. */
  conflict: z.boolean(),
  /** Name of the file it came from, without folders; empty for the camera. */
  fileName: z.string(),
});
export type ImageRow = z.infer<typeof ImageRow>;

export const ClinicRow = z.object({
  clinic: ClinicKey,
  name: z.string(),
  place: z.string(),
  firstDay: DicomDate,
  lastDay: DicomDate,
  images: z.int(),
});
export type ClinicRow = z.infer<typeof ClinicRow>;

export const StationRow = z.object({ station: StationKey, clinic: ClinicKey, name: z.string(), active: z.boolean() });
export type StationRow = z.infer<typeof StationRow>;

/** A kind of picture. Built-in ones have a `code` and their names come from the translations. */
export const KindRow = z.object({
  kind: KindKey,
  code: z.enum(['headshot', 'xray', 'surgery', 'audiogram', 'document', 'other']).nullable(),
  name: z.string(),
  active: z.boolean(),
});
export type KindRow = z.infer<typeof KindRow>;

/** The person fields of registration. */
export const PatientInput = z.object({
  PatientName: z.string().trim().min(1).max(256),
  PatientID: z.string().trim().max(64),
  PatientSex: Sex,
  PatientBirthDate: DicomDate.or(z.literal('')),
  birthDatePrecision: BirthDatePrecision,
  ageYears: z.number().min(0).max(150).nullable(),
  temporary: z.boolean(),
  consent: Consent,
  note: z.string().max(2000),
});
export type PatientInput = z.infer<typeof PatientInput>;
