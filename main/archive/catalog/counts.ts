import type { Database } from 'better-sqlite3';
import type { Table } from './columns';
import { statement } from '../index-writer/statements';

/** So many answers are remembered until something changes. */
const KEPT = 256;

interface Remembered {
  readonly version: string;
  readonly answers: Map<string, unknown>;
}

const remembered = new WeakMap<Database, Remembered>();

const reading = new WeakSet<Database>();

/** Does what only reads. Whether anything has changed is looked at once, when it begins. */
export function whileReading<T>(db: Database, read: () => T): T {
  if (reading.has(db)) return read();
  answersOf(db);
  reading.add(db);
  try {
    return read();
  } finally {
    reading.delete(db);
  }
}

/** What `find` gives, kept under the key until anything in the database changes. `find` must depend on nothing else. */
export function once<T>(db: Database, key: string, find: () => T): T {
  const answers = answersOf(db);
  // Under a key there is only what the same caller has put there.
  if (answers.has(key)) return answers.get(key) as T;
  const answer = find();
  if (answers.size >= KEPT) answers.clear();
  answers.set(key, answer);
  return answer;
}

/** What is remembered of the database as it is. */
function answersOf(db: Database): Map<string, unknown> {
  const kept = remembered.get(db);
  if (kept && reading.has(db)) return kept.answers;
  const version = `${String(dataVersion(db))} ${String(totalChanges(db))}`;
  if (kept?.version === version) return kept.answers;
  const answers = new Map<string, unknown>();
  remembered.set(db, { version, answers });
  return answers;
}

/** Changes when another connection has written. */
export function dataVersion(db: Database): number {
  return statement(db, 'PRAGMA data_version').pluck(true).get() as number;
}

/** What this connection has changed since it was opened; `data_version` speaks of other connections only. */
function totalChanges(db: Database): number {
  return statement(db, 'SELECT total_changes()').pluck(true).get() as number;
}

/** How many rows a table has. */
export function rowCount(db: Database, table: Table): number {
  const row = statement(db, `SELECT rows FROM row_count WHERE what = ? AND source = ''`).get(table) as
    { rows: number } | undefined;
  return row?.rows ?? 0;
}

/** How many images came from a source; without a reference from any of its kind. */
export function imagesFrom(db: Database, source: string, sourceRef: string): number {
  const sql = `SELECT total(rows) FROM row_count WHERE what = 'image source' AND source = ?`;
  const rows =
    sourceRef === ''
      ? statement(db, sql).pluck(true).get(source)
      : statement(db, `${sql} AND source_ref = ?`).pluck(true).get(source, sourceRef);
  return Number(rows);
}

/** How many images came from sources that stand before a source in the order of their names, and how many behind it. */
export function imagesBeside(db: Database, source: string): { readonly before: number; readonly behind: number } {
  const sql = `SELECT total(CASE WHEN source < @source THEN rows END) AS before,
    total(CASE WHEN source > @source THEN rows END) AS behind FROM row_count WHERE what = 'image source'`;
  return statement(db, sql).get({ source }) as { before: number; behind: number };
}
