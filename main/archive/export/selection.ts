import type { Database } from 'better-sqlite3';
import type { ExportSelection } from '@shared/contract/release';
import { FieldboxError, type ErrorCode } from '@shared/errors';
import { ImageId, type PatientKey } from '@shared/model/ids';
import type { Consent, ExportForm } from '@shared/model/vocabulary';
import { CONSENT_SQL } from '../release/facts';
import { idOf } from '../index-writer/statements';
import { mayLeave, type Release } from '../release/gate';

/** One image with all that the gate and the plan need. */
export interface SelectedRow {
  readonly id: number;
  readonly object: ImageId;
  readonly bytes: number;
  readonly objectState: 'good' | 'missing' | 'corrupt';
  readonly sourceObject: ImageId | null;
  readonly sourceBytes: number | null;
  readonly sourceState: 'good' | 'missing' | 'corrupt' | null;
  readonly fileName: string;
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly InstanceNumber: string;
  readonly NumberOfFrames: number;
  readonly hasPixels: 0 | 1;
  readonly kind: string | null;
  readonly takenAt: string | null;
  readonly ContentDate: string;
  readonly storedAt: string;
  readonly seriesId: number;
  readonly SeriesInstanceUID: string;
  readonly Modality: string;
  readonly SeriesNumber: string;
  readonly SeriesDescription: string;
  readonly studyId: number;
  readonly StudyInstanceUID: string;
  readonly StudyDate: string;
  readonly StudyDescription: string;
  readonly patientId: number;
  readonly patientKey: PatientKey;
  readonly PatientName: string;
  readonly PatientID: string;
  readonly PatientBirthDate: string;
  readonly PatientSex: string;
  readonly consent: Consent;
  /** It is the result of an anonymisation here. */
  readonly isAnonymous: 0 | 1;
}

const ROW = `
  SELECT image.id, image.object, image.bytes, object.state AS objectState,
    image.source_object AS sourceObject, source.bytes AS sourceBytes, source.state AS sourceState,
    image.file_name AS fileName, image.SOPClassUID, image.SOPInstanceUID, image.InstanceNumber, image.NumberOfFrames,
    image.has_pixels AS hasPixels, kind.name AS kind, image.taken_at AS takenAt, image.ContentDate,
    -- When an anonymous copy was made may well be the day of the visit.
    CASE image.source WHEN 'anonymisation' THEN '' ELSE image.stored_at END AS storedAt,
    series.id AS seriesId, series.SeriesInstanceUID, series.Modality, series.SeriesNumber, series.SeriesDescription,
    study.id AS studyId, study.StudyInstanceUID, study.StudyDate, study.StudyDescription,
    patient.id AS patientId, patient.key AS patientKey, patient.PatientName, patient.PatientID, patient.PatientBirthDate, patient.PatientSex, ${CONSENT_SQL} AS consent,
    EXISTS (SELECT 1 FROM anonymised_image WHERE anonymous = image.object) AS isAnonymous
  FROM image
  JOIN object ON object.sha256 = image.object
  LEFT JOIN object AS source ON source.sha256 = image.source_object
  JOIN series ON series.id = image.series_id
  JOIN study ON study.id = image.study_id
  JOIN patient ON patient.id = image.patient_id
  LEFT JOIN kind ON kind.id = image.kind_id
  WHERE image.id = +?`;

/** What a selection comes to: the images that may leave, in the order of the hierarchy, and those that stay. */
export interface Selected {
  readonly rows: readonly SelectedRow[];
  readonly leftOut: readonly { readonly image: ImageId; readonly code: ErrorCode }[];
}

/** Encapsulated PDF Storage, PS3.4 B.5. */
const ENCAPSULATED_PDF = '1.2.840.10008.5.1.4.1.1.104.1';

/**
 * Finds the images of a selection and asks the gate about each. Throws NOT_FOUND for what the archive does not know: an
 * export never silently holds less than what was asked for.
 */
export function select(db: Database, selection: ExportSelection, form: ExportForm, release: Release): Selected {
  const row = db.prepare<[number], SelectedRow>(ROW);
  const rows: SelectedRow[] = [];
  const leftOut: { image: ImageId; code: ErrorCode }[] = [];
  for (const id of imagesOf(db, selection)) {
    const found = row.get(id);
    if (!found) continue;
    const code = reasonToStay(found, form, release);
    if (code === null) rows.push(found);
    else leftOut.push({ image: ImageId.parse(found.object), code });
  }
  return { rows, leftOut };
}

/** An image that may be sent as it is stored, or anonymous. */
export interface Sendable {
  readonly image: ImageId;
  readonly bytes: number;
}

/** The same for what is sent: `select` reads much that only an export needs. Throws NOT_FOUND. */
export function selectToSend(
  db: Database,
  selection: ExportSelection,
  release: Release,
): { readonly rows: readonly Sendable[]; readonly leftOut: Selected['leftOut'] } {
  const row = db.prepare<[number], Sendable & Pick<SelectedRow, 'consent' | 'objectState'>>(TO_SEND);
  const rows: Sendable[] = [];
  const leftOut: { image: ImageId; code: ErrorCode }[] = [];
  for (const id of imagesOf(db, selection)) {
    const found = row.get(id);
    if (!found) continue;
    const { image, bytes } = found;
    const verdict = mayLeave(found, release);
    if (verdict.leaves) rows.push({ image, bytes });
    else leftOut.push({ image: ImageId.parse(image), code: verdict.code });
  }
  return { rows, leftOut };
}

const TO_SEND = `
  SELECT image.object AS image, image.bytes, object.state AS objectState, ${CONSENT_SQL} AS consent
  FROM image JOIN object ON object.sha256 = image.object JOIN patient ON patient.id = image.patient_id WHERE image.id = +?`;

function reasonToStay(row: SelectedRow, form: ExportForm, release: Release): ErrorCode | null {
  const facts = { image: row.object, consent: row.consent, objectState: goingOut(row, form) };
  const verdict = mayLeave(facts, release);
  if (!verdict.leaves) return verdict.code;
  if (form === 'pictures' && row.hasPixels === 0 && row.SOPClassUID !== ENCAPSULATED_PDF) return 'EXPORT_NO_PICTURE';
  return null;
}

/** The condition of the file that would go out: for originals of photos and documents that is the source. */
function goingOut(row: SelectedRow, form: ExportForm): SelectedRow['objectState'] {
  return form === 'originals' && row.sourceState !== null ? row.sourceState : row.objectState;
}

/** Numbers of the images, patient by patient, study by study, in the order in which series are shown. */
export function imagesOf(db: Database, selection: ExportSelection): number[] {
  const found = new Map<number, { readonly id: number; readonly key: string }>();
  const add = (id: number, key: string): void => void found.set(id, { id, key });
  const levels = [
    ['patient', 'patient_id', selection.patients],
    ['study', 'study_id', selection.studies],
    ['series', 'series_id', selection.series],
  ] as const;
  for (const [table, column, keys] of levels) {
    const parent = db.prepare<[string], { id: number }>(`SELECT id FROM ${table} WHERE key = ?`);
    const idOfKey = (key: string): number | undefined =>
      table === 'patient' ? idOf(db, 'patient', key) : parent.get(key)?.id;
    const images = db.prepare<[number], OrderRow>(`${ORDER} WHERE image.${column} = +?`);
    for (const key of keys) {
      const id = idOfKey(key) ?? notFound(table, key);
      for (const image of images.iterate(id)) add(image.id, orderKey(image));
    }
  }
  const single = db.prepare<[string], OrderRow>(`${ORDER} WHERE image.object = +?`);
  for (const key of selection.images) {
    const image = single.get(key) ?? notFound('image', key);
    add(image.id, orderKey(image));
  }
  const ofClinic = db.prepare<[string], OrderRow & DayRow>(
    `${ORDER.replace('FROM image', ', image.taken_at AS takenAt, image.ContentDate, study.StudyDate, image.stored_at AS storedAt FROM image')}
     JOIN clinic ON clinic.id = image.clinic_id WHERE clinic.key = ?`,
  );
  for (const { clinic, day } of selection.clinicDays) {
    for (const image of ofClinic.iterate(clinic))
      if (day === null || dayOf(image) === day) add(image.id, orderKey(image));
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ id }) => id);
}

interface OrderRow {
  readonly id: number;
  readonly patientId: number;
  readonly studyDate: string;
  readonly studyId: number;
  readonly seriesId: number;
  readonly instanceOrder: number;
}

const ORDER = `
  SELECT image.id, image.patient_id AS patientId, study.StudyDate AS studyDate, image.study_id AS studyId, image.series_id AS seriesId,
    image.instance_order AS instanceOrder FROM image JOIN study ON study.id = image.study_id`;

function orderKey(row: OrderRow): string {
  const digits = (value: number): string => String(Math.max(0, value)).padStart(16, '0');
  return [
    digits(row.patientId),
    row.studyDate,
    digits(row.studyId),
    digits(row.seriesId),
    digits(row.instanceOrder),
    digits(row.id),
  ].join('|');
}

export interface DayRow {
  readonly takenAt: string | null;
  readonly ContentDate: string;
  readonly StudyDate: string;
  readonly storedAt: string;
}

/** The day of an image as the clinic lived it, YYYYMMDD: when it was taken, else its content or study, else when it came. Empty when nothing says it. */
export function dayOf(row: DayRow): string {
  if (row.takenAt !== null) return localDay(row.takenAt);
  if (isDay(row.ContentDate)) return row.ContentDate;
  if (isDay(row.StudyDate)) return row.StudyDate;
  return localDay(row.storedAt);
}

/** Stands in anonymised images where a date was (PS3.15 E.1, action D). */
const DUMMY_DAY = '19000101';

function isDay(date: string): boolean {
  return /^\d{8}$/.test(date) && date !== DUMMY_DAY;
}

/** A moment in UTC is turned into this laptop's day; one with the device's own zone or none already says its day. */
function localDay(moment: string): string {
  if (!moment.endsWith('Z')) return moment.slice(0, 10).replaceAll('-', '');
  const at = new Date(moment);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}${two(at.getMonth() + 1)}${two(at.getDate())}`;
}

function notFound(what: string, key: string): never {
  throw new FieldboxError('NOT_FOUND', { what: `${what} ${key}` });
}
