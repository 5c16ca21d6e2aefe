import { z } from 'zod';
import { ImageId, PatientKey, ProjectArchiveKey, ProjectKey, SeriesKey, StudyKey } from './ids';
import { Instant } from './vocabulary';

/** Name of a project or archive; other systems address it by exactly this text. */
export const GroupName = z.string().trim().min(1).max(64);

/** An archive within a project, with how much is in it. */
export const ProjectArchiveRow = z.object({
  archive: ProjectArchiveKey,
  project: ProjectKey,
  name: z.string(),
  description: z.string(),
  /** One that is not active keeps what it has and takes in nothing new. */
  active: z.boolean(),
  /** New patients and imports go here unless something else is said. */
  isDefault: z.boolean(),
  patients: z.int(),
  studies: z.int(),
  series: z.int(),
});
export type ProjectArchiveRow = z.infer<typeof ProjectArchiveRow>;

export const ProjectRow = z.object({
  project: ProjectKey,
  name: z.string(),
  description: z.string(),
  active: z.boolean(),
  archives: z.array(ProjectArchiveRow),
});
export type ProjectRow = z.infer<typeof ProjectRow>;

/**
 * What is put into an archive. A patient or study stands for everything of it that is here and everything that comes later; a
 * series or image for that series alone.
 */
export const GroupSelection = z.object({
  patients: z.array(PatientKey).max(10_000).default([]),
  studies: z.array(StudyKey).max(10_000).default([]),
  series: z.array(SeriesKey).max(10_000).default([]),
  images: z.array(ImageId).max(10_000).default([]),
});
export type GroupSelection = z.infer<typeof GroupSelection>;

/** Words for the state of a series that every screen knows; others come from other systems and are shown as they are. */
export const knownSeriesStates = ['waiting', 'processing', 'done', 'failed', 'review'] as const;
/** State of a series in its processing; empty: none was set. */
export const SeriesState = z.string().trim().max(32);

/** A date as this API writes it, or nothing. */
const IsoDate = z.string().nullable();
const Text = z.string().nullable();

/** Rows as the archive API v1 names them: dates YYYY-MM-DD, null for what is not known. */
export const GroupedPatient = z.object({
  patient: PatientKey,
  PatientID: z.string(),
  PatientName: Text,
  PatientBirthDate: IsoDate,
  PatientSex: Text,
});
export type GroupedPatient = z.infer<typeof GroupedPatient>;

export const GroupedStudy = z.object({
  study: StudyKey,
  StudyInstanceUID: z.string(),
  StudyDate: IsoDate,
  StudyTime: Text,
  StudyDescription: Text,
  ReferringPhysicianName: Text,
  InstitutionName: Text,
  AccessionNumber: Text,
});
export type GroupedStudy = z.infer<typeof GroupedStudy>;

export const GroupedSeries = z.object({
  seriesKey: SeriesKey,
  SeriesInstanceUID: z.string(),
  SOPClassUID: Text,
  SeriesDate: IsoDate,
  SeriesTime: Text,
  SeriesDescription: Text,
  Manufacturer: Text,
  ManufacturerModelName: Text,
  status: Text,
  status_message: Text,
  Modality: Text,
  SeriesNumber: z.int().nullable(),
  BodyPartExamined: Text,
  Rows: z.int().nullable(),
  Columns: z.int().nullable(),
  PhotometricInterpretation: Text,
  StationName: Text,
  NumberOfFrames: z.int().nullable(),
  TransferSyntaxUID: Text,
  /** When something about the series last changed here. */
  modified: Instant,
});
export type GroupedSeries = z.infer<typeof GroupedSeries>;
