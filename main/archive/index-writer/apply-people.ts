import type { Database } from 'better-sqlite3';
import { foldText } from '../catalog/folding';
import { refreshPatientText } from '../catalog/text-index';
import type { RecordBody, RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { identityOf } from './keys';
import { hide, isMerged, unhide } from './merged';
import { addLogEntry } from './log-entry';
import { idOf, statement } from './statements';

export const peopleAppliers: Appliers<'patient.saved' | 'clinic.saved' | 'station.saved' | 'kind.saved'> = {
  'patient.saved': applyPatient,
  'clinic.saved': (db, { body }) => applyClinic(db, body),
  'station.saved': (db, { body }) => applyStation(db, body),
  'kind.saved': (db, { body }) => applyKind(db, body),
};

/** Registers or changes a patient; objects that already name this identity stay where they are. */
function applyPatient(db: Database, record: RecordOf<'patient.saved'>): void {
  const { body, at } = record;
  unhide(db, body.patient);
  // Who was known from images only is registered by this, too.
  const isNew = statement(db, 'SELECT 1 FROM patient WHERE key = ? AND registered = 1').get(body.patient) === undefined;
  statement(
    db,
    `INSERT INTO patient (key, PatientID, IssuerOfPatientID, PatientName, PatientBirthDate, PatientSex, birth_date_precision,
       age_years, age_on, registered, temporary, consent, note, name_folded, id_folded, changed_at)
     VALUES (@patient, @PatientID, @IssuerOfPatientID, @PatientName, @PatientBirthDate, @PatientSex, @birthDatePrecision,
       @ageYears, @ageOn, 1, @temporary, @consent, @note, @nameFolded, @idFolded, @at)
     ON CONFLICT (key) DO UPDATE SET PatientID = excluded.PatientID, IssuerOfPatientID = excluded.IssuerOfPatientID,
       PatientName = excluded.PatientName, PatientBirthDate = excluded.PatientBirthDate, PatientSex = excluded.PatientSex,
       birth_date_precision = excluded.birth_date_precision, age_years = excluded.age_years, age_on = excluded.age_on,
       registered = 1, temporary = excluded.temporary, consent = excluded.consent, note = excluded.note,
       name_folded = excluded.name_folded, id_folded = excluded.id_folded, changed_at = excluded.changed_at`,
  ).run({
    ...body,
    temporary: body.temporary ? 1 : 0,
    nameFolded: foldText(body.PatientName),
    idFolded: foldText(body.PatientID),
    at,
  });
  const id = idOf(db, 'patient', body.patient, 'itself');
  if (id === undefined) throw new Error('A patient that was just written is not there.');
  if (!body.temporary || body.PatientID !== '') {
    statement(db, 'INSERT INTO known_identity (identity, patient) VALUES (?, ?) ON CONFLICT (identity) DO NOTHING').run(
      identityOf(body, body.patient),
      body.patient,
    );
  }
  refreshPatientText(db, id);
  if (isMerged(db, body.patient)) hide(db, body.patient);
  addLogEntry(db, record, isNew ? 'PATIENT_REGISTERED' : 'PATIENT_CHANGED', {}, { patient: body.patient });
}

function applyClinic(db: Database, body: RecordBody<'clinic.saved'>): void {
  statement(
    db,
    `INSERT INTO clinic (key, name, place, first_day, last_day) VALUES (@clinic, @name, @place, @firstDay, @lastDay)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, place = excluded.place, first_day = excluded.first_day,
       last_day = excluded.last_day`,
  ).run(body);
}

function applyStation(db: Database, body: RecordBody<'station.saved'>): void {
  const clinic = idOf(db, 'clinic', body.clinic);
  if (clinic === undefined) return; // the clinic's own record was damaged; the station's record stays in the chain
  statement(
    db,
    `INSERT INTO station (key, clinic_id, name, active) VALUES (@station, @clinicId, @name, @active)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, active = excluded.active`,
  ).run({ station: body.station, clinicId: clinic, name: body.name, active: body.active ? 1 : 0 });
}

function applyKind(db: Database, body: RecordBody<'kind.saved'>): void {
  statement(
    db,
    `INSERT INTO kind (key, code, name, active) VALUES (@kind, @code, @name, @active)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, active = excluded.active`,
  ).run({ ...body, active: body.active ? 1 : 0 });
}
