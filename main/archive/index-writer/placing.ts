import type { Database } from 'better-sqlite3';
import type { PatientKey } from '@shared/model/ids';
import { refreshPatientText } from '../catalog/text-index';
import { assignOnArrival } from '../classification/on-arrival';
import { insertRow, patientColumns, seriesColumns, studyColumns } from './hierarchy';
import { seriesKey, studyKey } from './keys';
import { hide, isMerged } from './merged';
import { noteImage } from './note-image';
import { ownerByIdentity, type Touched } from './settle';
import { idOf, statement } from './statements';
import { livingImage, type Standing, type StoredImage } from './stored-image';

/** Where an image was put. */
export interface Placed {
  readonly owner: PatientKey;
  /** The id of the patient under whom it is shown. */
  readonly patient: number;
  readonly study: number;
  readonly series: number;
  /** Whether its study or series was not there before. */
  readonly isNew: boolean;
}

interface Resolved<K extends string = string> {
  readonly id: number;
  readonly key: K;
  readonly isNew: boolean;
}

/** Puts an image into the index under its patient, study and series, which are made where they are missing. */
export function placeImage(db: Database, stored: StoredImage, at: string): Placed {
  const patient = resolveOwner(db, stored, at);
  const study = resolveStudy(db, stored, patient);
  const series = resolveSeries(db, stored, patient, study);
  insertImage(db, stored, { patient: patient.id, study: study.id, series: series.id });
  assignOnArrival(db, series.id, stored);
  return {
    owner: patient.key,
    patient: patient.id,
    study: study.id,
    series: series.id,
    isNew: study.isNew || series.isNew,
  };
}

/** The same for images that come back or change, whose rows above are settled afterwards. */
export function putIn(db: Database, stored: StoredImage, at: string, touched: Touched): Placed {
  const placed = placeImage(db, stored, at);
  touched.series.add(placed.series);
  touched.studies.add(placed.study);
  if (placed.isNew) touched.newTexts.add(placed.study);
  touched.owners.add(placed.owner);
  touched.sopInstanceUIDs.add(stored.attributes.SOPInstanceUID ?? '');
  return placed;
}

/** Takes a living image out of the index; gives how it stood. Undefined when there is none. */
export function takeOut(db: Database, image: string, touched: Touched): Standing | undefined {
  const standing = livingImage(db, image);
  if (!standing) return undefined;
  statement(db, 'DELETE FROM image WHERE object = ?').run(image);
  touched.series.add(standing.ids.series);
  touched.studies.add(standing.ids.study);
  touched.owners.add(standing.stored.owner);
  touched.sopInstanceUIDs.add(standing.stored.attributes.SOPInstanceUID ?? '');
  return standing;
}

/** The patient to whom the image belongs by itself: as a person said, else as its attributes say. Its id is that of who survives. */
function resolveOwner(db: Database, stored: StoredImage, at: string): Resolved<PatientKey> {
  const named = stored.owner === null ? undefined : idOf(db, 'patient', stored.owner);
  if (stored.owner !== null && named !== undefined) return { id: named, key: stored.owner, isNew: false };
  const key = ownerByIdentity(db, stored.attributes, stored.image);
  const known = idOf(db, 'patient', key);
  if (known !== undefined) return { id: known, key, isNew: false };
  const id = insertRow(db, 'patient', {
    key,
    ...patientColumns(stored.attributes),
    registered: 0,
    temporary: 0,
    consent: 'not-asked',
    note: '',
    changed_at: at,
  });
  if (isMerged(db, key)) hide(db, key);
  else refreshPatientText(db, id);
  return { id: idOf(db, 'patient', key) ?? id, key, isNew: true };
}

function resolveStudy(db: Database, { attributes, image, clinic }: StoredImage, owner: Resolved): Resolved {
  const key = studyKey(owner.key, attributes.StudyInstanceUID ?? image);
  const known = statement(db, 'SELECT id FROM study WHERE key = ?').get(key) as { id: number } | undefined;
  if (known) return { id: known.id, key, isNew: false };
  const id = insertRow(db, 'study', {
    key,
    patient_id: owner.id,
    owner: owner.key,
    ...studyColumns(attributes, clinic === null ? null : (idOf(db, 'clinic', clinic) ?? null)),
  });
  return { id, key, isNew: true };
}

function resolveSeries(
  db: Database,
  { attributes, image, source, sourceRef }: StoredImage,
  patient: Resolved,
  study: Resolved,
): Resolved {
  const key = seriesKey(study.key, attributes.SeriesInstanceUID ?? image);
  const known = statement(db, 'SELECT id FROM series WHERE key = ?').get(key) as { id: number } | undefined;
  if (known) return { id: known.id, key, isNew: false };
  const id = insertRow(db, 'series', {
    key,
    study_id: study.id,
    patient_id: patient.id,
    ...seriesColumns(attributes, source, sourceRef),
  });
  return { id, key, isNew: true };
}

function insertImage(db: Database, stored: StoredImage, ids: { patient: number; study: number; series: number }): void {
  const { attributes } = stored;
  const idFor = (table: 'kind' | 'clinic' | 'station' | 'import_session', key: string | null): number | null =>
    key === null ? null : (idOf(db, table, key) ?? null);
  insertRow(db, 'image', {
    id: stored.arrival,
    object: stored.image,
    source_object: stored.sourceObject,
    series_id: ids.series,
    study_id: ids.study,
    patient_id: ids.patient,
    SOPInstanceUID: attributes.SOPInstanceUID ?? '',
    SOPClassUID: attributes.SOPClassUID ?? '',
    TransferSyntaxUID: attributes.transferSyntaxUID,
    InstanceNumber: attributes.InstanceNumber ?? '',
    instance_order: orderOf(attributes.InstanceNumber),
    ContentDate: attributes.ContentDate ?? '',
    ContentTime: attributes.ContentTime ?? '',
    ImageType: attributes.ImageType ?? '',
    NumberOfFrames: attributes.NumberOfFrames ?? 1,
    Rows: attributes.Rows ?? null,
    Columns: attributes.Columns ?? null,
    has_pixels: attributes.hasPixelData ? 1 : 0,
    bytes: stored.bytes,
    kind_id: idFor('kind', stored.kind),
    clinic_id: idFor('clinic', stored.clinic),
    station_id: idFor('station', stored.station),
    source: stored.source,
    source_ref: stored.sourceRef,
    session_id: idFor('import_session', stored.session),
    file_name: stored.fileName,
    taken_at: stored.takenAt,
    stored_at: stored.storedAt,
    stored_by: stored.storedBy,
    attributes: JSON.stringify(attributes),
  });
  noteImage(db, {
    ...ids,
    id: stored.arrival,
    source: stored.source,
    sourceRef: stored.sourceRef,
    attributes,
  });
}

function orderOf(instanceNumber: string | undefined): number {
  const number = Number.parseInt(instanceNumber ?? '', 10);
  return Number.isSafeInteger(number) ? number : 0;
}
