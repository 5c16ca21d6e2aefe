import type { Database } from 'better-sqlite3';
import type { AtPatient, AtSeries, AtStudy } from '@shared/contract/grouping';
import { FieldboxError } from '@shared/errors';
import type { GroupedPatient, GroupedSeries, GroupedStudy } from '@shared/model/grouping';
import { ImageId, PatientKey, SeriesKey, StudyKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import { statement } from '../index-writer/statements';

/** A series found by its address; `image` when it was addressed by the SOP Instance UID of one of its images. */
export interface FoundSeries {
  readonly id: number;
  readonly key: SeriesKey;
  readonly image: ImageId | null;
}

/** The id of an archive by the names of its project and its own, letter by letter. Throws GROUP_NOT_FOUND. */
function archiveId(db: Database, at: AtPatient): number {
  const row = statement(
    db,
    `SELECT a.id FROM project_archive AS a JOIN project AS p ON p.id = a.project_id WHERE p.name = @Project AND a.name = @Archive`,
  ).get({ Project: at.Project, Archive: at.Archive }) as { id: number } | undefined;
  if (!row) throw new FieldboxError('GROUP_NOT_FOUND', { name: `${at.Project} / ${at.Archive}` });
  return row.id;
}

const IN_ARCHIVE = `EXISTS (SELECT 1 FROM archive_series AS m WHERE m.archive_id = @archive AND m.series_id = series.id)`;

/**
 * The patients of this number in the archive (two people may carry one number; the ones with pictures there come first).
 * Throws GROUP_NOT_FOUND, GROUPED_PATIENT_NOT_FOUND.
 */
function patientsAt(db: Database, at: AtPatient): { archive: number; patients: RawPatient[] } {
  const archive = archiveId(db, at);
  const patients = statement(
    db,
    `SELECT id, key, PatientID, PatientName, PatientBirthDate, PatientSex,
       EXISTS (SELECT 1 FROM series WHERE series.patient_id = patient.id AND ${IN_ARCHIVE}) AS filled
     FROM patient WHERE PatientID = @PatientID AND id_folded = @folded
       AND (EXISTS (SELECT 1 FROM archive_patient AS m WHERE m.archive_id = @archive AND m.patient_id = patient.id)
         OR EXISTS (SELECT 1 FROM series WHERE series.patient_id = patient.id AND ${IN_ARCHIVE}))
     ORDER BY filled DESC, registered DESC, id`,
  ).all({ archive, PatientID: at.PatientID, folded: foldText(at.PatientID) }) as RawPatient[];
  if (patients.length === 0) throw new FieldboxError('GROUPED_PATIENT_NOT_FOUND');
  return { archive, patients };
}

/** Throws GROUP_NOT_FOUND, GROUPED_PATIENT_NOT_FOUND. */
export function patientAt(db: Database, at: AtPatient): GroupedPatient {
  const [row] = patientsAt(db, at).patients;
  if (!row) throw new FieldboxError('GROUPED_PATIENT_NOT_FOUND');
  return {
    patient: PatientKey.parse(row.key),
    PatientID: row.PatientID,
    PatientName: textOf(row.PatientName),
    PatientBirthDate: dateOf(row.PatientBirthDate),
    PatientSex: textOf(row.PatientSex),
  };
}

const STUDY = `SELECT study.id, study.key, StudyInstanceUID, StudyDate, StudyTime, StudyDescription, ReferringPhysicianName,
  InstitutionName, AccessionNumber FROM study WHERE study.patient_id IN (SELECT value FROM json_each(@patients))
  AND EXISTS (SELECT 1 FROM series WHERE series.study_id = study.id AND ${IN_ARCHIVE})`;

/** Studies of a patient in the archive, newest first. Throws GROUP_NOT_FOUND, GROUPED_PATIENT_NOT_FOUND. */
export function studiesAt(db: Database, at: AtPatient): GroupedStudy[] {
  const { archive, patients } = patientsAt(db, at);
  const rows = statement(db, `${STUDY} ORDER BY StudyDate DESC, StudyTime DESC, study.id DESC`).all({
    archive,
    patients: JSON.stringify(patients.map(({ id }) => id)),
  }) as RawStudy[];
  return rows.map(studyOf);
}

function rawStudyAt(db: Database, at: AtStudy): { archive: number; study: RawStudy } {
  const { archive, patients } = patientsAt(db, at);
  const study = statement(db, `${STUDY} AND StudyInstanceUID = @uid ORDER BY study.id DESC`).get({
    archive,
    patients: JSON.stringify(patients.map(({ id }) => id)),
    uid: at.StudyInstanceUID,
  }) as RawStudy | undefined;
  if (!study) throw new FieldboxError('GROUPED_STUDY_NOT_FOUND');
  return { archive, study };
}

/** Throws GROUP_NOT_FOUND, GROUPED_PATIENT_NOT_FOUND, GROUPED_STUDY_NOT_FOUND. */
export function studyAt(db: Database, at: AtStudy): GroupedStudy {
  return studyOf(rawStudyAt(db, at).study);
}

const SERIES = `SELECT series.id, series.key, SeriesInstanceUID, SeriesDate, SeriesTime, SeriesDescription, Manufacturer,
    ManufacturerModelName, Modality, SeriesNumber, BodyPartExamined, StationName,
    status.status, status.message AS status_message,
    image.SOPClassUID, image.Rows, image.Columns, image.TransferSyntaxUID, image.NumberOfFrames,
    json_extract(image.attributes, '$.PhotometricInterpretation') AS PhotometricInterpretation,
    max(coalesce(status.at, ''), (SELECT max(stored_at) FROM image AS i WHERE i.series_id = series.id),
      coalesce((SELECT max(max(added_at, coalesce(removed_at, ''))) FROM result WHERE result.series = series.key), ''),
      coalesce((SELECT max(r.at) FROM entry AS e JOIN entry_revision AS r ON r.entry_id = e.id WHERE e.series = series.key), '')) AS modified
  FROM series
  JOIN image ON image.id = (SELECT i.id FROM image AS i WHERE i.series_id = series.id ORDER BY i.instance_order, i.id LIMIT 1)
  LEFT JOIN series_status AS status ON status.series = series.key
  WHERE series.study_id = @study AND ${IN_ARCHIVE}`;

/** Series of a study in the archive, newest first. Throws GROUP_NOT_FOUND, GROUPED_PATIENT_NOT_FOUND, GROUPED_STUDY_NOT_FOUND. */
export function seriesOfStudyAt(db: Database, at: AtStudy): GroupedSeries[] {
  const { archive, study } = rawStudyAt(db, at);
  const rows = statement(db, `${SERIES} ORDER BY SeriesDate DESC, SeriesTime DESC, series.id DESC`).all({
    archive,
    study: study.id,
  }) as RawSeries[];
  return rows.map(seriesOf);
}

/**
 * A series by its UID or, as retina images are addressed, by the SOP Instance UID of one of its images. Throws
 * GROUP_NOT_FOUND, GROUPED_PATIENT_NOT_FOUND, GROUPED_STUDY_NOT_FOUND, GROUPED_SERIES_NOT_FOUND.
 */
export function findSeriesAt(db: Database, at: AtSeries): FoundSeries {
  const { archive, study } = rawStudyAt(db, at);
  const values = { archive, study: study.id, uid: at.SeriesInstanceUID };
  const bySeries = statement(
    db,
    `SELECT series.id, series.key, NULL AS image FROM series
     WHERE series.study_id = @study AND SeriesInstanceUID = @uid AND ${IN_ARCHIVE} ORDER BY series.id DESC`,
  ).get(values) as RawFound | undefined;
  const found =
    bySeries ??
    (statement(
      db,
      `SELECT series.id, series.key, image.object AS image FROM image JOIN series ON series.id = image.series_id
       WHERE image.SOPInstanceUID = @uid AND series.study_id = @study AND ${IN_ARCHIVE} ORDER BY image.id DESC`,
    ).get(values) as RawFound | undefined);
  if (!found) throw new FieldboxError('GROUPED_SERIES_NOT_FOUND');
  return {
    id: found.id,
    key: SeriesKey.parse(found.key),
    image: found.image === null ? null : ImageId.parse(found.image),
  };
}

/** Throws what findSeriesAt throws. */
export function seriesAt(db: Database, at: AtSeries): GroupedSeries {
  const found = findSeriesAt(db, at);
  const { archive, study } = rawStudyAt(db, at);
  const row = statement(db, `${SERIES} AND series.id = @series`).get({ archive, study: study.id, series: found.id }) as
    RawSeries | undefined;
  if (!row) throw new FieldboxError('GROUPED_SERIES_NOT_FOUND');
  return seriesOf(row);
}

interface RawPatient {
  readonly id: number;
  readonly key: string;
  readonly PatientID: string;
  readonly PatientName: string;
  readonly PatientBirthDate: string;
  readonly PatientSex: string;
}
interface RawStudy {
  readonly id: number;
  readonly key: string;
  readonly StudyInstanceUID: string;
  readonly StudyDate: string;
  readonly StudyTime: string;
  readonly StudyDescription: string;
  readonly ReferringPhysicianName: string;
  readonly InstitutionName: string;
  readonly AccessionNumber: string;
}
type RawSeries = Omit<GroupedSeries, 'seriesKey' | 'SeriesNumber' | 'SeriesDate'> & {
  readonly id: number;
  readonly key: string;
  readonly SeriesDate: string;
  readonly SeriesNumber: string;
};
interface RawFound {
  readonly id: number;
  readonly key: string;
  readonly image: string | null;
}

function studyOf(row: RawStudy): GroupedStudy {
  return {
    study: StudyKey.parse(row.key),
    StudyInstanceUID: row.StudyInstanceUID,
    StudyDate: dateOf(row.StudyDate),
    StudyTime: textOf(row.StudyTime),
    StudyDescription: textOf(row.StudyDescription),
    ReferringPhysicianName: textOf(row.ReferringPhysicianName),
    InstitutionName: textOf(row.InstitutionName),
    AccessionNumber: textOf(row.AccessionNumber),
  };
}

function seriesOf(row: RawSeries): GroupedSeries {
  const number = Number.parseInt(row.SeriesNumber, 10);
  return {
    seriesKey: SeriesKey.parse(row.key),
    SeriesInstanceUID: row.SeriesInstanceUID,
    SOPClassUID: textOf(row.SOPClassUID),
    SeriesDate: dateOf(row.SeriesDate),
    SeriesTime: textOf(row.SeriesTime),
    SeriesDescription: textOf(row.SeriesDescription),
    Manufacturer: textOf(row.Manufacturer),
    ManufacturerModelName: textOf(row.ManufacturerModelName),
    status: row.status,
    status_message: textOf(row.status_message),
    Modality: textOf(row.Modality),
    SeriesNumber: Number.isSafeInteger(number) ? number : null,
    BodyPartExamined: textOf(row.BodyPartExamined),
    Rows: row.Rows,
    Columns: row.Columns,
    PhotometricInterpretation: textOf(row.PhotometricInterpretation),
    StationName: textOf(row.StationName),
    NumberOfFrames: row.NumberOfFrames,
    TransferSyntaxUID: textOf(row.TransferSyntaxUID),
    modified: row.modified,
  };
}

/** YYYYMMDD as YYYY-MM-DD; null when it is no date. */
function dateOf(value: string): string | null {
  const match = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(value);
  return match ? match.slice(1).join('-') : null;
}

function textOf(value: string | null): string | null {
  return value === null || value === '' ? null : value;
}
