import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';

const KEPT = 256;

interface Counts {
  version: string;
  readonly totals: Map<string, number>;
}

const counted = new WeakMap<Database, Counts>();

/** Runs a `SELECT count(*) AS n`; the answer is kept until anything in the database changes. */
export function countOnce(db: Database, sql: string, values: Readonly<Record<string, string | number>>): number {
  const version = `${String(db.pragma('data_version', { simple: true }))} ${String(totalChanges(db))}`;
  let counts = counted.get(db);
  if (counts?.version !== version) {
    counts = { version, totals: new Map() };
    counted.set(db, counts);
  }
  const key = `${sql} ${JSON.stringify(values)}`;
  const known = counts.totals.get(key);
  if (known !== undefined) return known;
  const { n } = statement(db, sql).get(values) as { n: number };
  if (counts.totals.size >= KEPT) counts.totals.clear();
  counts.totals.set(key, n);
  return n;
}

/** What this connection has changed since it was opened; `data_version` speaks of other connections only. */
function totalChanges(db: Database): number {
  return (statement(db, 'SELECT total_changes() AS n').get() as { n: number }).n;
}
