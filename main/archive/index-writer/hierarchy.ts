import type { Database } from 'better-sqlite3';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { foldText } from '../catalog/folding';
import { statement } from './statements';

/** Columns of an unregistered patient, as the first of their images has them. */
export function patientColumns(attributes: IndexAttributes) {
  const { PatientID = '', IssuerOfPatientID = '', PatientName = '' } = attributes;
  const age = attributes.ageYears ?? null;
  return {
    PatientID,
    IssuerOfPatientID,
    PatientName,
    PatientBirthDate: attributes.PatientBirthDate ?? '',
    PatientSex: attributes.PatientSex ?? '',
    birth_date_precision: attributes.birthDate === undefined ? 'unknown' : 'known',
    age_years: age,
    age_on: age === null ? null : (attributes.studyDate ?? null),
    name_folded: foldText(PatientName),
    id_folded: foldText(PatientID),
  };
}

/** Columns of a study, as the first of its images has them. */
export function studyColumns(attributes: IndexAttributes, clinic: number | null) {
  return {
    StudyInstanceUID: attributes.StudyInstanceUID ?? '',
    StudyDate: attributes.StudyDate ?? '',
    StudyTime: attributes.StudyTime ?? '',
    StudyID: attributes.StudyID ?? '',
    StudyDescription: attributes.StudyDescription ?? '',
    AccessionNumber: attributes.AccessionNumber ?? '',
    ReferringPhysicianName: attributes.ReferringPhysicianName ?? '',
    InstitutionName: attributes.InstitutionName ?? '',
    clinic_id: clinic,
  };
}

/** Columns of a series, as the first of its images has them. */
export function seriesColumns(attributes: IndexAttributes, source: string, sourceRef: string) {
  return {
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
    source,
    source_ref: sourceRef,
  };
}

type Columns = Readonly<Record<string, string | number | null>>;
type Table = 'patient' | 'study' | 'series' | 'image';

/** How rows go into a table that were inserted last: the same columns come again and again. */
const inserts = new Map<Table, { readonly names: readonly string[]; readonly sql: string }>();

/** Inserts a row; gives its id. */
export function insertRow(db: Database, table: Table, columns: Columns): number {
  const names = Object.keys(columns);
  const last = inserts.get(table);
  const isSame = last?.names.length === names.length && last.names.every((name, at) => name === names[at]);
  const sql = isSame
    ? last.sql
    : `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  if (!isSame) inserts.set(table, { names, sql });
  return Number(statement(db, sql).run(...Object.values(columns)).lastInsertRowid);
}

/** Changes columns of a row; tells whether any value was another before. */
export function updateRow(db: Database, table: Table, id: number, columns: Columns): boolean {
  const names = Object.keys(columns);
  const set = names.map((name) => `${name} = @${name}`).join(', ');
  const differs = names.map((name) => `${name} IS NOT @${name}`).join(' OR ');
  return (
    statement(db, `UPDATE ${table} SET ${set} WHERE id = @id AND (${differs})`).run({ ...columns, id }).changes > 0
  );
}
