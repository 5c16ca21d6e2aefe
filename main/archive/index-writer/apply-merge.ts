import type { Database } from 'better-sqlite3';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { hide, isMerged, survivorOf, unhide } from './merged';
import { regroup } from './merged-groups';
import { settle, Touched } from './settle';
import { idOf, statement } from './statements';

export const mergeAppliers: Appliers<'patients.merged' | 'patients.unmerged'> = {
  'patients.merged': applyMerged,
  'patients.unmerged': applyUnmerged,
};

/** Puts one patient under another one. Whatever would make a circle was never written down and is left out. */
function applyMerged(db: Database, record: RecordOf<'patients.merged'>): void {
  const { from, into, reason } = record.body;
  // The surviving one's own record may have been damaged; this one stays in the chain.
  if (idOf(db, 'patient', into, 'itself') === undefined || isMerged(db, from) || survivorOf(db, into) === from) return;
  statement(
    db,
    `INSERT INTO patient_merge (from_patient, into_patient, seq, at, by_user, reason) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (from_patient) DO NOTHING`,
  ).run(from, into, record.seq, record.at, record.by, reason);
  hide(db, from);
  afterwards(db, record);
  addLogEntry(db, record, 'PATIENT_MERGED_INTO', {}, { patient: from });
  addLogEntry(db, record, 'PATIENT_MERGED_HERE', {}, { patient: into });
}

function applyUnmerged(db: Database, record: RecordOf<'patients.unmerged'>): void {
  const { from } = record.body;
  if (!isMerged(db, from)) return;
  statement(db, 'DELETE FROM patient_merge WHERE from_patient = ?').run(from);
  unhide(db, from);
  afterwards(db, record);
  addLogEntry(db, record, 'PATIENT_UNMERGED', {}, { patient: from });
  addLogEntry(db, record, 'PATIENT_UNMERGED', {}, { patient: record.body.into });
}

function afterwards(db: Database, record: RecordOf<'patients.merged' | 'patients.unmerged'>): void {
  const touched = new Touched();
  touched.owners.add(record.body.from).add(record.body.into);
  settle(db, touched, record.at);
  for (const patient of touched.owners) regroup(db, patient);
}
