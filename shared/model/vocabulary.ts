import { z } from 'zod';

/** The levels of PS3.4 C.6.1.1, with "image" for an instance as clinicians say. */
export const Level = z.enum(['patient', 'study', 'series', 'image']);
export type Level = z.infer<typeof Level>;

/** Who brought an image in; `anonymisation`: made here of another one. */
export const SourceType = z.enum([
  'camera',
  'file',
  'folder',
  'zip',
  'watch',
  'scp',
  'box',
  'api',
  'cli',
  'anonymisation',
]);
export type SourceType = z.infer<typeof SourceType>;

/**
 * Which of a type's sources it was: the key of the watched folder, the name of a box or device, the key of the person. The
 * empty text where that is not known.
 */
export const SourceRef = z.string().max(200);

/** What can be listed: the levels, and series with what is said of their patient and study in one row. */
export const Listing = z.enum([...Level.options, 'flatSeries']);
export type Listing = z.infer<typeof Listing>;

/** Values of PatientSex (0010,0040); the empty text means not known. */
export const Sex = z.enum(['F', 'M', 'O', '']);
export type Sex = z.infer<typeof Sex>;

/** How well the birth date is known. An unknown one may carry an age. */
export const BirthDatePrecision = z.enum(['known', 'estimated', 'unknown']);
export type BirthDatePrecision = z.infer<typeof BirthDatePrecision>;

/** What the patient said about pictures leaving the clinic. */
export const Consent = z.enum(['yes', 'no', 'not-asked']);
export type Consent = z.infer<typeof Consent>;

/** A date as in DICOM DA: YYYYMMDD. */
export const DicomDate = z.string().regex(/^\d{8}$/);

/** A moment: ISO 8601 in UTC, with milliseconds. */
export const Instant = z.iso.datetime();

export const Language = z.enum(['en', 'es', 'fr', 'ar']);
export const Theme = z.enum(['system', 'light', 'dark']);

/** How an export is written. */
export const ExportForm = z.enum(['media', 'originals', 'pictures']);
export type ExportForm = z.infer<typeof ExportForm>;
export const ExportContainer = z.enum(['folder', 'zip']);
export type ExportContainer = z.infer<typeof ExportContainer>;
