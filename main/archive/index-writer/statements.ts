import type { Database, Statement } from 'better-sqlite3';

/** Half of those kept: more than are in use at a time; questions of every kind would otherwise pile up for as long as the archive is open. */
const KEPT = 200;

/** Statements used since `older` were set aside, which go when there are as many again that were used after them. */
interface Kept {
  used: Map<string, Statement>;
  older: Map<string, Statement>;
}

const cache = new WeakMap<Database, Kept>();

/**
 * A prepared statement; the ones used last are kept prepared.
 *
 * Write `+?` for `?` where a table has a partial index and the statement runs for every image: the planner otherwise looks at the
 * value to see whether that index would do, and compiles the statement anew for every value (sqlite3_prepare_v3, "If the specific
 * value bound to a host parameter ..."), which takes ten times as long as running it.
 */
export function statement(db: Database, sql: string): Statement {
  const kept = cache.get(db) ?? { used: new Map<string, Statement>(), older: new Map<string, Statement>() };
  const known = kept.used.get(sql);
  if (known) return known;
  const prepared = kept.older.get(sql) ?? db.prepare(sql);
  if (kept.used.size >= KEPT) {
    kept.older = kept.used;
    kept.used = new Map();
  }
  kept.used.set(sql, prepared);
  cache.set(db, kept);
  return prepared;
}

/**
 * The id column of the row with this key; undefined when there is none. A patient who was merged into another one is found as
 * that other one, unless it is asked for the row `itself`.
 */
export function idOf(
  db: Database,
  table:
    | 'clinic'
    | 'station'
    | 'kind'
    | 'patient'
    | 'study'
    | 'series'
    | 'import_session'
    | 'project'
    | 'project_archive'
    | 'form'
    | 'series_tag'
    | 'series_type'
    | 'series_rule'
    | 'tag_filter',
  key: string,
  which: 'survivor' | 'itself' = 'survivor',
): number | undefined {
  const row = statement(db, `SELECT id FROM ${table} WHERE key = ?`).get(key) as { id: number } | undefined;
  if (row || table !== 'patient' || which === 'itself') return row?.id;
  const merged = statement(db, 'SELECT survivor_id AS id FROM merged_patient WHERE key = ?').get(key) as
    { id: number } | undefined;
  return merged?.id;
}
