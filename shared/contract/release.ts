import { z } from 'zod';
import { ClinicKey, ExportKey, ImageId, JobId, PatientKey, SeriesKey, StudyKey } from '../model/ids';
import { AnonymisationWay } from '../model/anonymisation';
import { DicomDate, ExportContainer, ExportForm, Instant } from '../model/vocabulary';
import { verb } from './verb';

/** What goes out: any mix of levels; a clinic day is a clinic with a date. */
export const ExportSelection = z.object({
  patients: z.array(PatientKey).default([]),
  studies: z.array(StudyKey).default([]),
  series: z.array(SeriesKey).default([]),
  images: z.array(ImageId).default([]),
  clinicDays: z.array(z.object({ clinic: ClinicKey, day: DicomDate.nullable() })).default([]),
});
export type ExportSelection = z.infer<typeof ExportSelection>;

export const ExportRequest = z.object({
  selection: ExportSelection,
  form: ExportForm,
  container: ExportContainer,
  /** Absolute path of the new folder, or of the zip file, that will be written; nothing may be there yet (an empty folder may). */
  target: z.string().min(1),
  /** How the images are anonymised on their way out; without it they go as they are. The originals are not touched. */
  anonymise: AnonymisationWay.optional(),
  /** Of `originals`: photos and documents go as the DICOM objects made from them, so that everything is DICOM. */
  dicomOnly: z.boolean().optional(),
});
export type ExportRequest = z.infer<typeof ExportRequest>;

export const ExportResult = z.object({
  exportKey: ExportKey,
  form: ExportForm,
  container: ExportContainer,
  target: z.string(),
  anonymised: z.boolean().default(false),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  state: z.enum(['running', 'proven', 'failed', 'cancelled', 'interrupted']),
  images: z.int(),
  files: z.int(),
  bytes: z.int(),
  /** Files read back and found equal. */
  verified: z.int(),
  /** Images that were asked for and stayed here, with the reason. */
  leftOut: z.array(z.object({ image: ImageId, code: z.string() })),
  error: z.object({ code: z.string(), details: z.record(z.string(), z.union([z.string(), z.number()])) }).nullable(),
});
export type ExportResult = z.infer<typeof ExportResult>;

export const releaseVerbs = {
  /** What an export would contain: for the dialog before it starts. */
  'export.preview': verb(
    z.object({ selection: ExportSelection, form: ExportForm }),
    z.object({
      patients: z.int(),
      studies: z.int(),
      images: z.int(),
      bytes: z.int(),
      leftOut: z.array(z.object({ image: ImageId, code: z.string() })),
    }),
  ),
  'export.start': verb(ExportRequest, z.object({ job: JobId, exportKey: ExportKey }), [
    'EXPORT_NOTHING',
    'ANONYMISE_TAG_PATH',
    'ANONYMISE_ONE_NUMBER',
    'ANONYMISE_NAME_TAKEN',
    'ANONYMISE_AREA_OUTSIDE',
    'EXPORT_TARGET_NOT_EMPTY',
    'EXPORT_TARGET_FULL',
  ]),
  'export.list': verb(
    z.object({ limit: z.int().min(1).max(500).default(50) }),
    z.object({ rows: z.array(ExportResult) }),
  ),
  'export.get': verb(z.object({ exportKey: ExportKey }), ExportResult, ['NOT_FOUND']),
} as const;
