import type { Database } from 'better-sqlite3';
import type { FlatSeriesRow, ImageRow, PatientRow, SeriesRow, StudyRow } from '@shared/model/rows';
import type { Level, Listing } from '@shared/model/vocabulary';
import { idOf, statement } from '../index-writer/statements';
import { LISTS, rowSelect, tableOf } from './columns';

interface Rows {
  readonly patient: PatientRow;
  readonly study: StudyRow;
  readonly series: SeriesRow;
  readonly image: ImageRow;
  readonly flatSeries: FlatSeriesRow;
}

/** The rows with these ids, in this order; ids that are not there are left out. */
export function rowsOf<L extends Listing>(db: Database, list: L, ids: readonly number[]): Rows[L][] {
  if (ids.length === 0) return [];
  const { columns, joins } = rowSelect(list);
  const table = tableOf(list);
  const sql = `SELECT ${columns} FROM json_each(@ids) AS wanted CROSS JOIN ${table} ON ${table}.id = wanted.value ${joins}
    ORDER BY wanted.id`;
  const rows = statement(db, sql).all({ ids: JSON.stringify(ids) }) as Record<string, unknown>[];
  for (const row of rows) {
    for (const name of LISTS[list].booleans) row[name] = row[name] === 1;
    for (const name of LISTS[list].json) row[name] = JSON.parse(String(row[name]));
  }
  // The columns of a list are named and typed as its row in shared/model; the catalogue's tests parse them with its schema.
  return rows as unknown as Rows[L][];
}

/**
 * The row with this key (for images the object's hash); undefined when there is none. The key of a patient who was merged into
 * another one gives that other one.
 */
export function rowByKey<L extends Level>(db: Database, level: L, key: string): Rows[L] | undefined {
  const id = level === 'patient' ? idOf(db, 'patient', key) : idOfRow(db, level, key);
  return id === undefined ? undefined : rowsOf(db, level, [id])[0];
}

function idOfRow(db: Database, level: Exclude<Level, 'patient'>, key: string): number | undefined {
  const column = level === 'image' ? 'object' : 'key';
  const found = statement(db, `SELECT id FROM ${level} WHERE ${column} = ?`).get(key) as { id: number } | undefined;
  return found?.id;
}
