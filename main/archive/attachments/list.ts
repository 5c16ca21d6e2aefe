import type { Database } from 'better-sqlite3';
import type { AttachmentQuery, AttachmentRow } from '@shared/contract/attachments';
import { FieldboxError } from '@shared/errors';
import { idOf, statement } from '../index-writer/statements';
import { type Condition, conditionOf, orderOf } from './filter';
import { COLUMNS, FROM, type RawRow, rowOf } from './rows';

export interface AttachmentPage {
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly rows: AttachmentRow[];
}

/** One page of attachments. Throws NOT_FOUND for a patient or case that is not there, FILTER_WRONG. */
export function listAttachments(db: Database, query: AttachmentQuery): AttachmentPage {
  const conditions = [...whose(db, query), ...query.filters.map(conditionOf)];
  const saysArchived = query.filters.some(({ field }) => field === 'archivedAt');
  if (!query.withArchived && !saysArchived) conditions.push({ sql: 'attachment.archived_at IS NULL', values: [] });
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
  const values = conditions.flatMap((condition) => condition.values);
  const { total } = db.prepare(`SELECT count(*) AS total ${FROM} ${where}`).get(...values) as { total: number };
  const rows = db
    .prepare(`SELECT ${COLUMNS} ${FROM} ${where} ORDER BY ${orderOf(query.sort)} LIMIT ? OFFSET ?`)
    .all(...values, query.perPage, (query.page - 1) * query.perPage) as RawRow[];
  return {
    total,
    page: query.page,
    pages: Math.ceil(total / query.perPage),
    rows: rows.map((row) => rowOf(db, row)),
  };
}

function whose(db: Database, query: AttachmentQuery): Condition[] {
  const conditions: Condition[] = [];
  if (query.patient !== undefined) {
    const patient = idOf(db, 'patient', query.patient);
    if (patient === undefined) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
    conditions.push({ sql: 'attachment.patient_id = ?', values: [patient] });
  }
  if (query.case?.kind === 'study') {
    if (!statement(db, 'SELECT 1 FROM study WHERE key = ?').get(query.case.study))
      throw new FieldboxError('NOT_FOUND', { what: 'study' });
    conditions.push(inCase('study', query.case.study));
  }
  if (query.case?.kind === 'visit') {
    if (idOf(db, 'clinic', query.case.clinic) === undefined) throw new FieldboxError('NOT_FOUND', { what: 'clinic' });
    conditions.push(inCase('clinic', query.case.clinic));
  }
  return conditions;
}

function inCase(column: 'study' | 'clinic', key: string): Condition {
  return {
    sql: `attachment.id IN (SELECT attachment_id FROM attachment_case WHERE attachment_case.${column} = ?)`,
    values: [key],
  };
}
