import { z } from 'zod';
import { EntryValues } from '../forms/entry';
import {
  GroupedPatient,
  GroupedSeries,
  GroupedStudy,
  GroupName,
  GroupSelection,
  ProjectArchiveRow,
  ProjectRow,
  SeriesState,
} from '../model/grouping';
import {
  ExportKey,
  ImageId,
  JobId,
  PatientKey,
  ProjectArchiveKey,
  ProjectKey,
  ResultKey,
  SeriesKey,
  StudyKey,
} from '../model/ids';
import { Language } from '../model/vocabulary';
import { EntryRow } from './forms';
import { verb } from './verb';

const Nothing = z.object({});
const Group = z.object({ name: GroupName, description: z.string().trim().max(1000).default('') });
const Change = Group.extend({ active: z.boolean() });

/** A place as the archive API v1 names it: project, archive and patient by name and number, then UIDs. */
const AtPatient = z.object({
  Project: z.string().max(64),
  Archive: z.string().max(64),
  PatientID: z.string().max(64),
});
const AtStudy = AtPatient.extend({ StudyInstanceUID: z.string().max(64) });
/** For retina images the SOP Instance UID of the image stands in the place of the series' UID. */
const AtSeries = AtStudy.extend({ SeriesInstanceUID: z.string().max(64) });
export type AtPatient = z.infer<typeof AtPatient>;
export type AtStudy = z.infer<typeof AtStudy>;
export type AtSeries = z.infer<typeof AtSeries>;

const noPatient = ['GROUP_NOT_FOUND', 'GROUPED_PATIENT_NOT_FOUND'] as const;
const noStudy = [...noPatient, 'GROUPED_STUDY_NOT_FOUND'] as const;
const noSeries = [...noStudy, 'GROUPED_SERIES_NOT_FOUND'] as const;

export const groupingVerbs = {
  'projects.list': verb(Nothing, z.object({ rows: z.array(ProjectRow) })),
  'projects.create': verb(Group, ProjectRow, ['GROUP_NAME_TAKEN']),
  'projects.update': verb(z.object({ project: ProjectKey, changes: Change }), ProjectRow, [
    'NOT_FOUND',
    'GROUP_NAME_TAKEN',
  ]),
  'projects.createArchive': verb(Group.extend({ project: ProjectKey }), ProjectArchiveRow, [
    'NOT_FOUND',
    'GROUP_NAME_TAKEN',
    'GROUP_CLOSED',
  ]),
  'projects.updateArchive': verb(z.object({ archive: ProjectArchiveKey, changes: Change }), ProjectArchiveRow, [
    'NOT_FOUND',
    'GROUP_NAME_TAKEN',
  ]),
  /** Where new patients and imports go by themselves; null: nowhere. */
  'projects.setDefault': verb(z.object({ archive: ProjectArchiveKey.nullable() }), Nothing, [
    'NOT_FOUND',
    'GROUP_CLOSED',
  ]),
  /** Puts things into an archive, all or none. What is in it already stays. `added` counts series that are new in it. */
  'projects.assign': verb(
    z.object({ archive: ProjectArchiveKey, selection: GroupSelection }),
    z.object({ added: z.int() }),
    ['NOT_FOUND', 'GROUP_CLOSED', 'GROUP_NOTHING_CHOSEN'],
  ),
  /** Takes things out of an archive; they stay in the archive's folder and in other archives. */
  'projects.unassign': verb(
    z.object({ archive: ProjectArchiveKey, selection: GroupSelection }),
    z.object({ removed: z.int() }),
    ['NOT_FOUND', 'GROUP_NOTHING_CHOSEN'],
  ),
  /** The archives in which a patient, study or series is, also in part. */
  'projects.memberships': verb(
    z.union([z.object({ patient: PatientKey }), z.object({ study: StudyKey }), z.object({ series: SeriesKey })]),
    z.object({ rows: z.array(z.object({ archive: ProjectArchiveKey, whole: z.boolean() })) }),
    ['NOT_FOUND'],
  ),
  /** How far the processing of series has come; the empty state takes it away. */
  'series.setStatus': verb(
    z.object({
      series: z.array(SeriesKey).min(1).max(10_000),
      status: SeriesState,
      message: z.string().trim().max(1024).default(''),
    }),
    Nothing,
    ['NOT_FOUND'],
  ),

  'grouped.patient': verb(AtPatient, GroupedPatient, noPatient),
  /** Newest first. */
  'grouped.studies': verb(AtPatient, z.object({ rows: z.array(GroupedStudy) }), noPatient),
  'grouped.study': verb(AtStudy, GroupedStudy, noStudy),
  /** Newest first. */
  'grouped.seriesOfStudy': verb(AtStudy, z.object({ rows: z.array(GroupedSeries) }), noStudy),
  'grouped.series': verb(AtSeries, GroupedSeries, noSeries),
  /** Writes every DICOM file of the series into one zip at `target`, byte for byte, and reads it back. */
  'grouped.dicom': verb(
    AtSeries.extend({ target: z.string().min(1) }),
    z.object({ job: JobId, exportKey: ExportKey }),
    [...noSeries, 'GROUPED_NO_DICOM', 'EXPORT_TARGET_NOT_EMPTY', 'EXPORT_TARGET_FULL'],
  ),
  /**
   * The newest results of these names; all of them, or RESULT_NOT_FOUND. `plain` is what goes into the answer as it is; when
   * `files` is not empty, all of `keys` are written by `results.save` into one zip instead. An exit: the patient's "no" holds.
   */
  'grouped.results': verb(
    AtSeries.extend({ Type: z.string().max(32), Results: z.string().max(2000) }),
    z.object({
      plain: z.array(z.object({ name: z.string(), algorithm: z.string(), value: z.union([z.number(), z.string()]) })),
      files: z.array(ResultKey),
      keys: z.array(ResultKey),
    }),
    [...noSeries, 'RESULT_NOT_FOUND', 'CONSENT_REFUSED', 'OBJECT_MISSING'],
  ),
  /** Finished reports of the series, oldest first. An exit: the patient's "no" holds. */
  'grouped.entries': verb(
    AtSeries.extend({ language: Language.default('en') }),
    z.object({ rows: z.array(EntryRow) }),
    [...noSeries, 'CONSENT_REFUSED'],
  ),
  'grouped.addEntry': verb(
    AtSeries.extend({ FormName: z.string().max(64), FormSubmission: EntryValues, language: Language.default('en') }),
    EntryRow,
    [...noSeries, 'FORM_NOT_FOUND', 'ENTRY_NOT_VALID'],
  ),
  /** The four identifiers of an image as they are stored. */
  'grouped.identifiers': verb(
    z.object({ image: ImageId }),
    z.object({
      PatientID: z.string(),
      StudyInstanceUID: z.string(),
      SeriesInstanceUID: z.string(),
      SOPInstanceUID: z.string(),
    }),
    ['NOT_FOUND'],
  ),
} as const;
