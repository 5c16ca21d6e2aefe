import type { Database } from 'better-sqlite3';
import { foldText } from '../catalog/folding';
import { refreshPatientText } from '../catalog/text-index';
import type { PatientSaved, RecordBody } from '../records/record';
import { identityOf } from './keys';
import { idOf, statement } from './statements';

/** Registers or changes a patient; objects that already name this identity stay where they are. */
export function applyPatient(db: Database, body: PatientSaved, at: string): void {
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
  const id = idOf(db, 'patient', body.patient);
  if (id === undefined) throw new Error('A patient that was just written is not there.');
  if (!body.temporary || body.PatientID !== '') {
    statement(
      db,
      'INSERT INTO patient_identity (identity, patient_id) VALUES (?, ?) ON CONFLICT (identity) DO NOTHING',
    ).run(identityOf(body, body.patient), id);
  }
  refreshPatientText(db, id);
}

export function applyClinic(db: Database, body: RecordBody<'clinic.saved'>): void {
  statement(
    db,
    `INSERT INTO clinic (key, name, place, first_day, last_day) VALUES (@clinic, @name, @place, @firstDay, @lastDay)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, place = excluded.place, first_day = excluded.first_day,
       last_day = excluded.last_day`,
  ).run(body);
}

export function applyStation(db: Database, body: RecordBody<'station.saved'>): void {
  const clinic = idOf(db, 'clinic', body.clinic);
  if (clinic === undefined) return; // the clinic's own record was damaged; the station's record stays in the chain
  statement(
    db,
    `INSERT INTO station (key, clinic_id, name, active) VALUES (@station, @clinicId, @name, @active)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, active = excluded.active`,
  ).run({ station: body.station, clinicId: clinic, name: body.name, active: body.active ? 1 : 0 });
}

export function applyKind(db: Database, body: RecordBody<'kind.saved'>): void {
  statement(
    db,
    `INSERT INTO kind (key, code, name, active) VALUES (@kind, @code, @name, @active)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, active = excluded.active`,
  ).run({ ...body, active: body.active ? 1 : 0 });
}
