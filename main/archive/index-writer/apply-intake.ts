import type { Database } from 'better-sqlite3';
import type { RecordBody } from '../records/record';
import { idOf, statement } from './statements';

export function applyImportStarted(db: Database, body: RecordBody<'import.started'>, at: string): void {
  statement(
    db,
    `INSERT INTO import_session (key, source, label, started_at, state) VALUES (@session, @source, @label, @at, 'running')
     ON CONFLICT (key) DO NOTHING`,
  ).run({ ...body, at });
}

/** Files that were already here or were put aside. */
export function applyImportItems(db: Database, body: RecordBody<'import.items'>): void {
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

export function applyImportFinished(db: Database, body: RecordBody<'import.finished'>, at: string): void {
  statement(db, 'UPDATE import_session SET state = ?, finished_at = ? WHERE key = ?').run(body.state, at, body.session);
}

/** Imports that a crash or power cut ended; called when the archive is opened. */
export function markInterrupted(db: Database): void {
  statement(db, `UPDATE import_session SET state = 'interrupted' WHERE state = 'running'`).run();
}

export function applyExportFinished(db: Database, body: RecordBody<'export.finished'>): void {
  statement(
    db,
    'INSERT INTO export (key, result) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET result = excluded.result',
  ).run(body.exportKey, JSON.stringify(body.result));
}
