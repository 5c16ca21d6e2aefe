import { basename } from 'node:path/posix';
import type { Database } from 'better-sqlite3';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { foldText } from '../catalog/folding';
import { refreshPatientText, refreshStudyText } from '../catalog/text-index';
import type { RecordOf } from '../records/record';
import { BUILTIN_KINDS } from '../people/builtin-kinds';
import type { Appliers } from './appliers';
import { addToArchive } from './apply-grouping';
import { addImportItem } from './apply-intake';
import { derivedPatientKey, identityOf, seriesKey, studyKey } from './keys';
import { idOf, statement } from './statements';

type StoredRecord = RecordOf<'object.stored'>;

export const objectAppliers: Appliers<'object.stored'> = {
  'object.stored': (db, record, attributesOf) => applyObjectStored(db, record, attributesOf(record.body.image)),
};

/**
 * Puts an object into the index under its patient, study and series. `attributes` is undefined when the object cannot be
 * read any more: then its row of the object table says so and nothing else is known of it.
 */
function applyObjectStored(db: Database, record: StoredRecord, attributes: IndexAttributes | undefined): void {
  const { body } = record;
  const insertObject = statement(
    db,
    `INSERT INTO object (sha256, bytes, role, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (sha256) DO UPDATE SET state = excluded.state`,
  );
  insertObject.run(body.image, body.bytes, 'instance', attributes ? 'good' : 'missing');
  if (body.sourceObject) insertObject.run(body.sourceObject.sha256, body.sourceObject.bytes, 'source', 'good');
  if (!attributes || statement(db, 'SELECT 1 FROM image WHERE object = ?').get(body.image)) return;

  const patient = resolvePatient(db, record, attributes);
  const study = resolveStudy(db, record, attributes, patient);
  const series = resolveSeries(db, record, attributes, patient, study);
  if (body.archive) addToArchive(db, body.archive, series.id);
  insertImage(db, record, attributes, { patient: patient.id, study: study.id, series: series.id });
  markConflict(db, attributes.SOPInstanceUID ?? '');
  statement(db, `UPDATE patient SET last_study_date = max(last_study_date, ?), changed_at = ? WHERE id = ?`).run(
    attributes.studyDate ?? '',
    record.at,
    patient.id,
  );
  if (body.kind === BUILTIN_KINDS.headshot) {
    statement(db, 'UPDATE patient SET headshot = ? WHERE id = ?').run(body.image, patient.id);
  }
  if (study.isNew || series.isNew) refreshStudyText(db, study.id);
  if (body.session !== null) {
    const session = idOf(db, 'import_session', body.session);
    if (session !== undefined) {
      addImportItem(db, session, {
        path: body.path,
        entry: body.entry,
        outcome: 'added',
        object: body.image,
        code: null,
        details: {},
        bytes: body.bytes,
      });
    }
  }
}

interface Resolved {
  readonly id: number;
  readonly key: string;
  readonly isNew: boolean;
}

function resolvePatient(db: Database, record: StoredRecord, attributes: IndexAttributes): Resolved {
  if (record.body.patient !== null) {
    const id = idOf(db, 'patient', record.body.patient);
    if (id !== undefined) return { id, key: record.body.patient, isNew: false };
  }
  const named = {
    PatientID: attributes.PatientID ?? '',
    IssuerOfPatientID: attributes.IssuerOfPatientID ?? '',
    PatientName: attributes.PatientName ?? '',
  };
  const identity = identityOf(named, attributes.StudyInstanceUID ?? record.body.image);
  const known = statement(
    db,
    'SELECT patient.id, patient.key FROM patient_identity JOIN patient ON patient.id = patient_id WHERE identity = ?',
  ).get(identity) as { id: number; key: string } | undefined;
  if (known) return { ...known, isNew: false };

  const key = derivedPatientKey(identity);
  const age = attributes.ageYears ?? null;
  const inserted = statement(
    db,
    `INSERT INTO patient (key, PatientID, IssuerOfPatientID, PatientName, PatientBirthDate, PatientSex, birth_date_precision,
       age_years, age_on, registered, temporary, consent, note, name_folded, id_folded, changed_at)
     VALUES (@key, @PatientID, @IssuerOfPatientID, @PatientName, @PatientBirthDate, @PatientSex, @precision, @age, @ageOn, 0, 0,
       'not-asked', '', @nameFolded, @idFolded, @at)`,
  ).run({
    key,
    ...named,
    PatientBirthDate: attributes.PatientBirthDate ?? '',
    PatientSex: attributes.PatientSex ?? '',
    precision: attributes.birthDate === undefined ? 'unknown' : 'known',
    age,
    ageOn: age === null ? null : (attributes.studyDate ?? null),
    nameFolded: foldText(named.PatientName),
    idFolded: foldText(named.PatientID),
    at: record.at,
  });
  const id = Number(inserted.lastInsertRowid);
  statement(db, 'INSERT INTO patient_identity (identity, patient_id) VALUES (?, ?)').run(identity, id);
  refreshPatientText(db, id);
  return { id, key, isNew: true };
}

function resolveStudy(db: Database, record: StoredRecord, attributes: IndexAttributes, patient: Resolved): Resolved {
  const key = studyKey(patient.key, attributes.StudyInstanceUID ?? record.body.image);
  const known = statement(db, 'SELECT id FROM study WHERE key = ?').get(key) as { id: number } | undefined;
  if (known) return { id: known.id, key, isNew: false };
  const inserted = statement(
    db,
    `INSERT INTO study (key, patient_id, StudyInstanceUID, StudyDate, StudyTime, StudyID, StudyDescription, AccessionNumber,
       ReferringPhysicianName, InstitutionName, clinic_id)
     VALUES (@key, @patient, @StudyInstanceUID, @StudyDate, @StudyTime, @StudyID, @StudyDescription, @AccessionNumber,
       @ReferringPhysicianName, @InstitutionName, @clinic)`,
  ).run({
    key,
    patient: patient.id,
    StudyInstanceUID: attributes.StudyInstanceUID ?? '',
    StudyDate: attributes.StudyDate ?? '',
    StudyTime: attributes.StudyTime ?? '',
    StudyID: attributes.StudyID ?? '',
    StudyDescription: attributes.StudyDescription ?? '',
    AccessionNumber: attributes.AccessionNumber ?? '',
    ReferringPhysicianName: attributes.ReferringPhysicianName ?? '',
    InstitutionName: attributes.InstitutionName ?? '',
    clinic: record.body.clinic === null ? null : (idOf(db, 'clinic', record.body.clinic) ?? null),
  });
  return { id: Number(inserted.lastInsertRowid), key, isNew: true };
}

function resolveSeries(
  db: Database,
  record: StoredRecord,
  attributes: IndexAttributes,
  patient: Resolved,
  study: Resolved,
): Resolved {
  const key = seriesKey(study.key, attributes.SeriesInstanceUID ?? record.body.image);
  const known = statement(db, 'SELECT id FROM series WHERE key = ?').get(key) as { id: number } | undefined;
  if (known) return { id: known.id, key, isNew: false };
  const inserted = statement(
    db,
    `INSERT INTO series (key, study_id, patient_id, SeriesInstanceUID, Modality, SeriesNumber, SeriesDescription, SeriesDate,
       SeriesTime, BodyPartExamined, Laterality, ProtocolName, Manufacturer, ManufacturerModelName, StationName, source)
     VALUES (@key, @study, @patient, @SeriesInstanceUID, @Modality, @SeriesNumber, @SeriesDescription, @SeriesDate,
       @SeriesTime, @BodyPartExamined, @Laterality, @ProtocolName, @Manufacturer, @ManufacturerModelName, @StationName, @source)`,
  ).run({
    key,
    study: study.id,
    patient: patient.id,
    SeriesInstanceUID: attributes.SeriesInstanceUID ?? '',
    Modality: attributes.Modality ?? '',
    SeriesNumber: attributes.SeriesNumber ?? '',
    SeriesDescription: attributes.SeriesDescription ?? '',
    SeriesDate: attributes.SeriesDate ?? '',
    SeriesTime: attributes.SeriesTime ?? '',
    BodyPartExamined: attributes.BodyPartExamined ?? '',
    Laterality: attributes.Laterality ?? '',
    ProtocolName: attributes.ProtocolName ?? '',
    Manufacturer: attributes.Manufacturer ?? '',
    ManufacturerModelName: attributes.ManufacturerModelName ?? '',
    StationName: attributes.StationName ?? '',
    source: record.body.source,
  });
  return { id: Number(inserted.lastInsertRowid), key, isNew: true };
}

function insertImage(
  db: Database,
  record: StoredRecord,
  attributes: IndexAttributes,
  ids: { patient: number; study: number; series: number },
): void {
  const { body } = record;
  statement(
    db,
    `INSERT INTO image (id, object, source_object, series_id, study_id, patient_id, SOPInstanceUID, SOPClassUID, TransferSyntaxUID,
       InstanceNumber, instance_order, ContentDate, ContentTime, ImageType, NumberOfFrames, Rows, Columns, has_pixels, bytes,
       kind_id, clinic_id, station_id, source, session_id, file_name, taken_at, stored_at, attributes)
     VALUES (@arrival, @object, @sourceObject, @series, @study, @patient, @SOPInstanceUID, @SOPClassUID, @TransferSyntaxUID,
       @InstanceNumber, @instanceOrder, @ContentDate, @ContentTime, @ImageType, @NumberOfFrames, @Rows, @Columns, @hasPixels, @bytes,
       @kind, @clinic, @station, @source, @session, @fileName, @takenAt, @storedAt, @attributes)`,
  ).run({
    arrival: record.seq,
    object: body.image,
    sourceObject: body.sourceObject?.sha256 ?? null,
    ...ids,
    SOPInstanceUID: attributes.SOPInstanceUID ?? '',
    SOPClassUID: attributes.SOPClassUID ?? '',
    TransferSyntaxUID: attributes.transferSyntaxUID,
    InstanceNumber: attributes.InstanceNumber ?? '',
    instanceOrder: orderOf(attributes.InstanceNumber),
    ContentDate: attributes.ContentDate ?? '',
    ContentTime: attributes.ContentTime ?? '',
    ImageType: attributes.ImageType ?? '',
    NumberOfFrames: attributes.NumberOfFrames ?? 1,
    Rows: attributes.Rows ?? null,
    Columns: attributes.Columns ?? null,
    hasPixels: attributes.hasPixelData ? 1 : 0,
    bytes: body.bytes,
    kind: body.kind === null ? null : (idOf(db, 'kind', body.kind) ?? null),
    clinic: body.clinic === null ? null : (idOf(db, 'clinic', body.clinic) ?? null),
    station: body.station === null ? null : (idOf(db, 'station', body.station) ?? null),
    source: body.source,
    session: body.session === null ? null : (idOf(db, 'import_session', body.session) ?? null),
    fileName: fileName(body),
    takenAt: body.takenAt,
    storedAt: record.at,
    attributes: JSON.stringify(attributes),
  });
}

/** Objects with other bytes under the same SOP Instance UID are all kept and all flagged. */
function markConflict(db: Database, sopInstanceUID: string): void {
  if (sopInstanceUID === '') return;
  const { n } = statement(db, 'SELECT count(*) AS n FROM image WHERE SOPInstanceUID = ?').get(sopInstanceUID) as {
    n: number;
  };
  if (n > 1) statement(db, 'UPDATE image SET conflict = 1 WHERE SOPInstanceUID = ?').run(sopInstanceUID);
}

function orderOf(instanceNumber: string | undefined): number {
  const number = Number.parseInt(instanceNumber ?? '', 10);
  return Number.isSafeInteger(number) ? number : 0;
}

function fileName(body: StoredRecord['body']): string {
  return basename((body.entry === '' ? body.path : body.entry).replaceAll('\\', '/'));
}
