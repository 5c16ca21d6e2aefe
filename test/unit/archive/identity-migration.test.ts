import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { addSqlFunctions } from '../../../main/archive/catalog/sql-functions';
import { migrations } from '../../../main/archive/database/migrations';

const PATIENT = `INSERT INTO patient (id, key, PatientID, IssuerOfPatientID, PatientName, PatientBirthDate, PatientSex,
  birth_date_precision, registered, temporary, consent, note, name_folded, id_folded, changed_at)
  VALUES (?, ?, 'A', '', 'Abel', '', '', 'unknown', ?, 0, 'yes', '', 'abel', 'a', '')`;

test('an index from before versions and merges keeps its studies and the identities of registered patients', () => {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  addSqlFunctions(db);
  const at = migrations.findIndex(({ sql }) => sql.includes('CREATE TABLE set_aside'));
  for (const { sql } of migrations.slice(0, at)) db.exec(sql);
  db.prepare(PATIENT).run(1, 'key-1', 1);
  db.prepare(PATIENT).run(2, 'key-2', 0);
  db.exec(`INSERT INTO patient_identity VALUES ('A||abel', 1), ('B||boll', 2)`);
  db.exec(`INSERT INTO study (key, patient_id, StudyInstanceUID, StudyDate, StudyTime, StudyID, StudyDescription, AccessionNumber,
    ReferringPhysicianName, InstitutionName) VALUES ('study-1', 2, '1.2', '', '', '', '', '', '', '')`);
  for (const { sql } of migrations.slice(at)) db.exec(sql);
  expect(db.prepare('SELECT key, owner FROM study').all()).toEqual([{ key: 'study-1', owner: 'key-2' }]);
  // Who is known from images only is found by the identity itself.
  expect(db.prepare('SELECT identity, patient FROM known_identity').all()).toEqual([
    { identity: 'A||abel', patient: 'key-1' },
  ]);
});
