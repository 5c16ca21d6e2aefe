import type { Database } from 'better-sqlite3';
import { refreshPatientText } from '../catalog/text-index';
import { statement } from './statements';

/** The patient a key stands for: the one it was merged into, along all merges; the key itself when it was not merged. */
export function survivorOf<K extends string>(db: Database, key: K): K {
  const into = statement(db, 'SELECT into_patient AS key FROM patient_merge WHERE from_patient = ?');
  let survivor = key;
  for (let next = into.get(survivor) as { key: K } | undefined; next; next = into.get(survivor) as typeof next) {
    survivor = next.key;
  }
  return survivor;
}

/** Whether a patient stands under another one. */
export function isMerged(db: Database, key: string): boolean {
  return statement(db, 'SELECT 1 FROM patient_merge WHERE from_patient = ?').get(key) !== undefined;
}

/** A patient and all who were merged into them, directly or not. */
export function allOf(db: Database, key: string): readonly string[] {
  const rows = statement(
    db,
    `WITH RECURSIVE under (key) AS (
       SELECT ? UNION SELECT from_patient FROM patient_merge JOIN under ON into_patient = under.key
     ) SELECT key FROM under`,
  ).all(key) as { key: string }[];
  return rows.map((row) => row.key);
}

/** A row of the table patient as it stands for itself, also while it is merged. */
export function ownRow(db: Database, key: string): Readonly<Record<string, unknown>> | undefined {
  const own = statement(db, 'SELECT * FROM patient WHERE key = ?').get(key) as Record<string, unknown> | undefined;
  if (own) return own;
  const merged = statement(db, 'SELECT columns FROM merged_patient WHERE key = ?').get(key) as
    { columns: string } | undefined;
  return merged ? (JSON.parse(merged.columns) as Record<string, unknown>) : undefined;
}

interface Hidden {
  readonly key: string;
  readonly PatientID: string;
  readonly IssuerOfPatientID: string;
  readonly PatientName: string;
  readonly id_folded: string;
  readonly name_folded: string;
  readonly registered: number;
}

/** What a row says of the images under it; told anew when it is put back (settle.ts). */
const OF_THE_IMAGES = {
  headshot: null,
  last_study_date: '',
  changed_at: '',
  study_count: 0,
  series_count: 0,
  image_count: 0,
};

/**
 * Takes a patient who was merged out of the table patient and puts all that stands under them under the surviving one.
 * Does nothing when either is not there.
 */
export function hide(db: Database, key: string): void {
  const row = statement(db, 'SELECT * FROM patient WHERE key = ?').get(key) as
    (Hidden & { readonly id: number }) | undefined;
  const survivor = statement(db, 'SELECT id FROM patient WHERE key = ?').get(survivorOf(db, key)) as
    { id: number } | undefined;
  if (!row || !survivor || survivor.id === row.id) return;
  const { id, ...columns } = row;
  const { PatientID, IssuerOfPatientID, PatientName, id_folded, name_folded, registered } = columns;
  statement(
    db,
    `INSERT INTO merged_patient (key, survivor_id, PatientID, IssuerOfPatientID, PatientName, id_folded, name_folded, registered,
       columns, details)
     VALUES (@key, @survivor, @PatientID, @IssuerOfPatientID, @PatientName, @id_folded, @name_folded, @registered, @columns,
       @details)`,
  ).run({
    key,
    survivor: survivor.id,
    PatientID,
    IssuerOfPatientID,
    PatientName,
    id_folded,
    name_folded,
    registered,
    columns: JSON.stringify({ ...columns, ...OF_THE_IMAGES }),
    details: takeDetails(db, id),
  });
  for (const table of ['image', 'series', 'study', 'attachment'] as const)
    statement(db, `UPDATE ${table} SET patient_id = ? WHERE patient_id = ?`).run(survivor.id, id);
  statement(db, 'UPDATE merged_patient SET survivor_id = ? WHERE survivor_id = ?').run(survivor.id, id);
  statement(db, 'DELETE FROM patient WHERE id = ?').run(id);
  refreshPatientText(db, id);
  refreshPatientText(db, survivor.id);
}

/**
 * Puts a hidden patient back into the table patient, with all that belongs to them and to those merged into them. What the row
 * says of images has to be settled afterwards.
 * Gives the id of their row; undefined when they are not hidden.
 */
export function unhide(db: Database, key: string): number | undefined {
  const hidden = statement(
    db,
    'SELECT survivor_id AS survivor, columns, details FROM merged_patient WHERE key = ?',
  ).get(key) as { survivor: number; columns: string; details: string | null } | undefined;
  if (!hidden) return undefined;
  const id = insertRow(db, 'patient', hidden.columns);
  if (hidden.details !== null) insertRow(db, 'patient_details', hidden.details, { patient_id: id });
  statement(db, 'DELETE FROM merged_patient WHERE key = ?').run(key);
  for (const owner of allOf(db, key)) {
    statement(db, 'UPDATE merged_patient SET survivor_id = ? WHERE key = ?').run(id, owner);
    for (const table of ['study', 'attachment'] as const)
      statement(db, `UPDATE ${table} SET patient_id = ? WHERE owner = ?`).run(id, owner);
    for (const table of ['series', 'image'] as const)
      statement(db, `UPDATE ${table} SET patient_id = ? WHERE study_id IN (SELECT id FROM study WHERE owner = ?)`).run(
        id,
        owner,
      );
  }
  refreshPatientText(db, id);
  refreshPatientText(db, hidden.survivor);
  return id;
}

/** Takes a patient's details out of their table; gives them as JSON, null when there are none. */
function takeDetails(db: Database, patient: number): string | null {
  const row = statement(db, 'SELECT * FROM patient_details WHERE patient_id = ?').get(patient) as
    Record<string, unknown> | undefined;
  if (!row) return null;
  statement(db, 'DELETE FROM patient_details WHERE patient_id = ?').run(patient);
  const { patient_id: _patient, ...details } = row;
  return JSON.stringify(details);
}

/** Writes a row that was kept as JSON; gives its number. */
function insertRow(
  db: Database,
  table: 'patient' | 'patient_details',
  json: string,
  more: Readonly<Record<string, number>> = {},
): number {
  // Written by `hide`.
  const columns = { ...(JSON.parse(json) as Record<string, string | number | null>), ...more };
  const names = Object.keys(columns);
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`;
  return Number(statement(db, sql).run(columns).lastInsertRowid);
}
