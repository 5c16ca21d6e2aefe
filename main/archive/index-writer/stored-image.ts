import { basename } from 'node:path/posix';
import type { Database } from 'better-sqlite3';
import {
  type ClinicKey,
  type ImageId,
  type ImportSessionKey,
  type KindKey,
  type PatientKey,
  type SeriesKey,
  type StationKey,
  type StudyKey,
  type UserKey,
} from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import type { IndexAttributes } from '../../dicom/index-attributes';
import type { ObjectStored } from '../records/bodies/intake';
import { statement } from './statements';

/** All that the index knows of one image and needs to put it (back) in its place; plain JSON. */
export interface StoredImage {
  readonly image: ImageId;
  /** The image's place in the order of arrival; versions share it. */
  readonly arrival: number;
  readonly storedAt: string;
  readonly storedBy: UserKey | null;
  readonly bytes: number;
  readonly sourceObject: ImageId | null;
  readonly source: SourceType;
  /** Which source of that type; empty when nobody knows. */
  readonly sourceRef: string;
  readonly session: ImportSessionKey | null;
  readonly fileName: string;
  /** Whose it is by itself; null: as its own attributes say. */
  readonly owner: PatientKey | null;
  readonly clinic: ClinicKey | null;
  readonly station: StationKey | null;
  readonly kind: KindKey | null;
  readonly takenAt: string | null;
  readonly attributes: IndexAttributes;
}

/** As a record tells it. */
export function fromRecord(
  body: ObjectStored,
  arrival: number,
  first: { readonly storedAt: string; readonly storedBy: UserKey | null; readonly sourceRef: string },
  attributes: IndexAttributes,
): StoredImage {
  const { image, bytes, source, session, clinic, station, kind, takenAt } = body;
  return {
    image,
    arrival,
    storedAt: first.storedAt,
    storedBy: first.storedBy,
    sourceRef: first.sourceRef,
    bytes,
    sourceObject: body.sourceObject?.sha256 ?? null,
    source,
    session,
    fileName: basename((body.entry === '' ? body.path : body.entry).replaceAll('\\', '/')),
    owner: body.patient,
    clinic,
    station,
    kind,
    takenAt,
    attributes,
  };
}

/** What a record tells of it; `change` is what differs. */
export function asRecord(db: Database, stored: StoredImage, change: Partial<ObjectStored> = {}): ObjectStored {
  const source = stored.sourceObject;
  const size = source === null ? undefined : (sizeOf(db, source) ?? 0);
  return {
    image: stored.image,
    bytes: stored.bytes,
    sourceObject: source === null ? null : { sha256: source, bytes: size ?? 0 },
    source: stored.source,
    sourceRef: stored.sourceRef,
    session: stored.session,
    path: stored.fileName,
    entry: '',
    patient: stored.owner,
    clinic: stored.clinic,
    station: stored.station,
    kind: stored.kind,
    takenAt: stored.takenAt,
    ...change,
  };
}

function sizeOf(db: Database, object: string): number | undefined {
  const row = statement(db, 'SELECT bytes FROM object WHERE sha256 = ?').get(object) as { bytes: number } | undefined;
  return row?.bytes;
}

/** Where a living image stands. */
export interface Standing {
  readonly stored: StoredImage & { readonly owner: PatientKey };
  /** Under whom it is shown. */
  readonly patient: PatientKey;
  readonly study: StudyKey;
  readonly series: SeriesKey;
  readonly ids: { readonly patient: number; readonly study: number; readonly series: number };
}

interface Row extends Omit<StoredImage, 'attributes'> {
  readonly owner: PatientKey;
  readonly attributes: string;
  readonly patientKey: PatientKey;
  readonly studyKey: StudyKey;
  readonly seriesKey: SeriesKey;
  readonly patientId: number;
  readonly studyId: number;
  readonly seriesId: number;
}

const SELECT = `
  SELECT image.object AS image, image.id AS arrival, image.stored_at AS storedAt, image.stored_by AS storedBy, image.bytes, image.source_object AS sourceObject,
    image.source, image.source_ref AS sourceRef, import_session.key AS session, image.file_name AS fileName, study.owner, clinic.key AS clinic,
    station.key AS station, kind.key AS kind, image.taken_at AS takenAt, image.attributes, patient.key AS patientKey,
    study.key AS studyKey, series.key AS seriesKey, patient.id AS patientId, study.id AS studyId, series.id AS seriesId
  FROM image
  JOIN series ON series.id = image.series_id
  JOIN study ON study.id = image.study_id
  JOIN patient ON patient.id = image.patient_id
  LEFT JOIN import_session ON import_session.id = image.session_id
  LEFT JOIN clinic ON clinic.id = image.clinic_id
  LEFT JOIN station ON station.id = image.station_id
  LEFT JOIN kind ON kind.id = image.kind_id`;

/** A living image; undefined when there is none of this name. */
export function livingImage(db: Database, image: string): Standing | undefined {
  return standing(statement(db, `${SELECT} WHERE image.object = +?`).get(image) as Row | undefined);
}

/** The living version of the image that arrived so; undefined when it lies in the trash or was erased. */
export function livingAt(db: Database, arrival: number): Standing | undefined {
  return standing(statement(db, `${SELECT} WHERE image.id = +?`).get(arrival) as Row | undefined);
}

function standing(row: Row | undefined): Standing | undefined {
  if (!row) return undefined;
  const { attributes, patientKey, studyKey, seriesKey, patientId, studyId, seriesId, ...plain } = row;
  return {
    // Written by this program from the type it is read as.
    stored: { ...plain, attributes: JSON.parse(attributes) as IndexAttributes },
    patient: patientKey,
    study: studyKey,
    series: seriesKey,
    ids: { patient: patientId, study: studyId, series: seriesId },
  };
}
