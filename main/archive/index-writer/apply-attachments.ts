import type { Database } from 'better-sqlite3';
import type { AttachmentCase } from '@shared/contract/attachments';
import type { PatientKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { idOf, statement } from './statements';

export const attachmentAppliers: Appliers<'attachment.added' | 'attachment.changed'> = {
  'attachment.added': applyAdded,
  'attachment.changed': applyChanged,
};

function applyAdded(db: Database, record: RecordOf<'attachment.added'>): void {
  const { body, at, by, seq } = record;
  const patient = idOf(db, 'patient', body.patient);
  const file = statement(
    db,
    `SELECT content_type AS type, bytes FROM stored_file JOIN object USING (sha256) WHERE sha256 = ?`,
  ).get(body.file) as { type: string; bytes: number } | undefined;
  if (patient === undefined || file === undefined) return; // their own record was damaged; this one stays in the chain
  const added = statement(
    db,
    `INSERT INTO attachment (id, key, patient_id, owner, file, name, name_folded, description, description_folded, pinned_at,
       processed_at, archived_at, created_at, updated_at, by_user)
     VALUES (@seq, @key, @patient, @owner, @file, @name, @nameFolded, @description, @descriptionFolded, @pinnedAt, @processedAt, NULL,
       @at, @at, @by)
     ON CONFLICT DO NOTHING`,
  ).run({
    seq,
    key: body.attachment,
    patient,
    owner: body.patient,
    file: body.file,
    name: body.name,
    nameFolded: foldText(body.name),
    description: body.description,
    descriptionFolded: foldText(body.description),
    pinnedAt: body.pinned ? at : null,
    processedAt: body.processed ? at : null,
    at,
    by,
  });
  if (added.changes === 0) return; // applied before
  saveCases(db, seq, body.cases);
  addLogEntry(db, record, 'ATTACHMENT_ADDED', { type: file.type, bytes: file.bytes }, { patient: body.patient });
}

/** Times stay when what they tell was so before: pinning what is pinned changes nothing. */
function applyChanged(db: Database, record: RecordOf<'attachment.changed'>): void {
  const { body, at } = record;
  const found = statement(
    db,
    `SELECT attachment.id, patient.key AS patient FROM attachment JOIN patient ON patient.id = patient_id
     WHERE attachment.key = ?`,
  ).get(body.attachment) as { id: number; patient: PatientKey } | undefined;
  if (!found) return; // the attachment's own record was damaged; this one stays in the chain
  const { id, patient } = found;
  const set = (sql: string, ...values: (string | null)[]): void => void statement(db, sql).run(...values, id);
  if (body.description !== undefined) {
    set(
      'UPDATE attachment SET description = ?, description_folded = ? WHERE id = ?',
      body.description,
      foldText(body.description),
    );
  }
  if (body.cases !== undefined) saveCases(db, id, body.cases);
  const marks = [
    ['pinned_at', body.pinned],
    ['processed_at', body.processed],
    ['archived_at', body.archived],
  ] as const;
  for (const [column, marked] of marks) {
    if (marked === true) set(`UPDATE attachment SET ${column} = coalesce(${column}, ?) WHERE id = ?`, at);
    if (marked === false) set(`UPDATE attachment SET ${column} = NULL WHERE id = ?`);
  }
  set('UPDATE attachment SET updated_at = ? WHERE id = ?', at);
  const code =
    body.archived === undefined ? 'ATTACHMENT_CHANGED' : body.archived ? 'ATTACHMENT_ARCHIVED' : 'ATTACHMENT_RESTORED';
  addLogEntry(db, record, code, {}, { patient });
}

function saveCases(db: Database, attachment: number, cases: readonly AttachmentCase[]): void {
  statement(db, 'DELETE FROM attachment_case WHERE attachment_id = ?').run(attachment);
  const insert = statement(
    db,
    'INSERT INTO attachment_case (attachment_id, position, study, clinic) VALUES (?, ?, ?, ?)',
  );
  cases.forEach((each, position) => {
    insert.run(
      attachment,
      position,
      each.kind === 'study' ? each.study : null,
      each.kind === 'visit' ? each.clinic : null,
    );
  });
}
