import type { Database } from 'better-sqlite3';
import type { RecordBody, RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { sourceRefOf } from './source-ref';
import { idOf, statement } from './statements';

export const intakeAppliers: Appliers<'import.started' | 'import.items' | 'import.finished' | 'import.forgotten'> = {
  'import.started': applyImportStarted,
  'import.items': (db, { body }) => applyImportItems(db, body),
  'import.finished': applyImportFinished,
  'import.forgotten': (db, { body }) => {
    statement(db, 'UPDATE import_session SET forgotten = 1 WHERE key = ?').run(body.session);
  },
};

function applyImportStarted(db: Database, record: RecordOf<'import.started'>): void {
  const { session, source, label, open = false } = record.body;
  statement(
    db,
    `INSERT INTO import_session (key, source, source_ref, open, label, started_at, state)
     VALUES (@session, @source, @sourceRef, @open, @label, @at, 'running')
     ON CONFLICT (key) DO NOTHING`,
  ).run({ session, source, sourceRef: sourceRefOf(record), open: open ? 1 : 0, label, at: record.at });
}

/** Files that were already here or were put aside. */
function applyImportItems(db: Database, body: RecordBody<'import.items'>): void {
  const session = idOf(db, 'import_session', body.session);
  if (session === undefined) return; // the session's own record was damaged; this one stays in the chain
  for (const item of body.items) {
    addImportItem(db, session, {
      path: item.path,
      entry: item.entry,
      outcome: item.outcome,
      object: item.image,
      code: item.code,
      details: item.details,
      bytes: 0,
    });
  }
}

export interface ImportItemRow {
  readonly path: string;
  readonly entry: string;
  readonly outcome: 'added' | 'alreadyStored' | 'rejected';
  readonly object: string | null;
  readonly code: string | null;
  readonly details: Readonly<Record<string, string | number>>;
  readonly bytes: number;
}

const COUNTER = { added: 'added', alreadyStored: 'already_stored', rejected: 'rejected' } as const;

/** One line of an import's report, and its count. */
export function addImportItem(db: Database, sessionId: number, item: ImportItemRow): void {
  statement(
    db,
    `INSERT INTO import_item (session_id, path, entry, outcome, object, code, details)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(sessionId, item.path, item.entry, item.outcome, item.object, item.code, JSON.stringify(item.details));
  const counter = COUNTER[item.outcome];
  statement(
    db,
    `UPDATE import_session SET files = files + 1, ${counter} = ${counter} + 1, bytes = bytes + ? WHERE id = ?`,
  ).run(item.bytes, sessionId);
}

function applyImportFinished(db: Database, record: RecordOf<'import.finished'>): void {
  const { state, session } = record.body;
  statement(db, 'UPDATE import_session SET state = ?, finished_at = ? WHERE key = ?').run(state, record.at, session);
  const counts = statement(
    db,
    'SELECT added, already_stored AS alreadyStored, rejected FROM import_session WHERE key = ?',
  ).get(session) as { added: number; alreadyStored: number; rejected: number } | undefined;
  if (!counts) return; // the session's own record was damaged; this one stays in the chain
  addLogEntry(db, record, state === 'done' ? 'IMPORTED' : 'IMPORT_NOT_DONE', counts);
}

/** Imports that a crash or power cut ended; called when the archive is opened. Sessions that programs add to stay open. */
export function markInterrupted(db: Database): void {
  statement(db, `UPDATE import_session SET state = 'interrupted' WHERE state = 'running' AND open = 0`).run();
}
