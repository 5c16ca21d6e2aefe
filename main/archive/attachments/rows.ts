import type { Database } from 'better-sqlite3';
import type { AttachmentCase, AttachmentRow } from '@shared/contract/attachments';
import { FieldboxError } from '@shared/errors';
import { ClinicKey, type AttachmentKey, StudyKey } from '@shared/model/ids';
import { statement } from '../index-writer/statements';
import { previewOf } from './preview';

/** The tables a row is made from; conditions and sorts name their columns. */
export const FROM = `FROM attachment JOIN patient ON patient.id = attachment.patient_id
  JOIN object ON object.sha256 = attachment.file JOIN stored_file ON stored_file.sha256 = attachment.file`;

export const COLUMNS = `attachment.key AS attachment, attachment.id AS number, patient.key AS patient, attachment.description,
  attachment.name, stored_file.content_type AS contentType, object.bytes, object.sha256, object.state,
  attachment.pinned_at AS pinnedAt, attachment.processed_at AS processedAt, attachment.archived_at AS archivedAt,
  attachment.created_at AS createdAt, attachment.updated_at AS updatedAt, attachment.by_user AS by`;

/** What `COLUMNS` gives. */
export type RawRow = Omit<AttachmentRow, 'cases' | 'preview'>;

/** A row with what is not in its own table. */
export function rowOf(db: Database, raw: RawRow): AttachmentRow {
  return { ...raw, cases: casesOf(db, raw.number), preview: previewOf(raw.contentType, raw.bytes) };
}

/** Throws NOT_FOUND. */
export function attachmentRow(db: Database, attachment: AttachmentKey): AttachmentRow {
  const raw = statement(db, `SELECT ${COLUMNS} ${FROM} WHERE attachment.key = ?`).get(attachment) as RawRow | undefined;
  if (!raw) throw new FieldboxError('NOT_FOUND', { what: 'attachment' });
  return rowOf(db, raw);
}

function casesOf(db: Database, attachment: number): AttachmentCase[] {
  const rows = statement(db, 'SELECT study, clinic FROM attachment_case WHERE attachment_id = ? ORDER BY position').all(
    attachment,
  ) as { study: string | null; clinic: string | null }[];
  return rows.map(({ study, clinic }) =>
    study === null
      ? { kind: 'visit', clinic: ClinicKey.parse(clinic) }
      : { kind: 'study', study: StudyKey.parse(study) },
  );
}
