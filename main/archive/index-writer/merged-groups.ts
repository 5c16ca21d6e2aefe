import type { Database } from 'better-sqlite3';
import { allOf, survivorOf } from './merged';
import { idOf, statement } from './statements';

/**
 * Whole patients in archives of projects, across merges. What a person has decided is kept with the key of the patient
 * (`archive_owner`), whom a merge hides; the patient who survives is in all archives in which any of those under them are. Series that
 * are in an archive for that reason alone are noted (`archive_carried`), and leave it when the merge is taken back.
 */

/** A patient is in an archive whole, because a person said so. */
export function putWhole(db: Database, archiveId: number, patient: string): void {
  const owner = survivorOf(db, patient);
  statement(db, 'INSERT OR IGNORE INTO archive_owner (archive_id, owner) VALUES (?, ?)').run(archiveId, owner);
  regroup(db, owner);
}

/** A patient is not in an archive whole any more, nor is anybody who was merged into them. */
export function endWhole(db: Database, archiveId: number, patientId: number): void {
  statement(db, 'DELETE FROM archive_patient WHERE archive_id = ? AND patient_id = ?').run(archiveId, patientId);
  const patient = statement(db, 'SELECT key FROM patient WHERE id = ?').get(patientId) as { key: string } | undefined;
  for (const owner of patient === undefined ? [] : allOf(db, patient.key))
    statement(db, 'DELETE FROM archive_owner WHERE archive_id = ? AND owner = ?').run(archiveId, owner);
}

/** Makes the archives of a patient follow from what was said of them and of all who are under them now. */
export function regroup(db: Database, patient: string): void {
  const survivor = survivorOf(db, patient);
  const id = idOf(db, 'patient', survivor, 'itself');
  if (id === undefined) return;
  const said = `SELECT archive_id FROM archive_owner WHERE owner IN (SELECT value FROM json_each(@owners))`;
  const values = { id, owners: JSON.stringify(allOf(db, survivor)) };
  const run = (sql: string): void => void statement(db, sql).run(values);
  run(`DELETE FROM archive_patient WHERE patient_id = @id AND archive_id NOT IN (${said})`);
  const carried = `SELECT c.archive_id, c.series_id FROM archive_carried AS c JOIN series AS s ON s.id = c.series_id
    WHERE s.patient_id = @id AND c.archive_id NOT IN (${said})`;
  run(`DELETE FROM archive_series WHERE (archive_id, series_id) IN (${carried})`);
  run(`INSERT OR IGNORE INTO archive_patient (archive_id, patient_id) SELECT DISTINCT archive_id, @id FROM (${said})`);
  run(`INSERT OR IGNORE INTO archive_carried (archive_id, series_id)
    SELECT whole.archive_id, s.id FROM archive_patient AS whole JOIN series AS s ON s.patient_id = whole.patient_id
      JOIN study ON study.id = s.study_id
    WHERE whole.patient_id = @id
      AND NOT EXISTS (SELECT 1 FROM archive_owner AS o WHERE o.archive_id = whole.archive_id AND o.owner = study.owner)
      AND NOT EXISTS (SELECT 1 FROM archive_series AS m WHERE m.archive_id = whole.archive_id AND m.series_id = s.id)`);
  run(`INSERT OR IGNORE INTO archive_series (archive_id, series_id)
    SELECT whole.archive_id, s.id FROM archive_patient AS whole JOIN series AS s ON s.patient_id = whole.patient_id
    WHERE whole.patient_id = @id`);
}

/** A person has put a series into an archive: it stays there, whatever becomes of merges. */
export function isPutIn(db: Database, archiveId: number, seriesId: number): void {
  statement(db, 'DELETE FROM archive_carried WHERE archive_id = ? AND series_id = ?').run(archiveId, seriesId);
}
