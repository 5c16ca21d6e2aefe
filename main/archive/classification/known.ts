import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import type { SeriesKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import { idOf, statement } from '../index-writer/statements';

type NamedTable = 'series_tag' | 'series_type' | 'tag_filter';

/** Refuses series the archive does not know; gives each once. Throws NOT_FOUND. */
export function requireSeries(db: Database, series: readonly SeriesKey[]): SeriesKey[] {
  const unique = [...new Set(series)];
  for (const key of unique) {
    if (idOf(db, 'series', key) === undefined) throw new FieldboxError('NOT_FOUND', { what: `series ${key}` });
  }
  return unique;
}

/** Throws NOT_FOUND. */
export function requireRow(db: Database, table: NamedTable | 'series_rule', key: string): number {
  const id = idOf(db, table, key);
  if (id === undefined) throw new FieldboxError('NOT_FOUND', { what: key });
  return id;
}

/** The key of the row with a name, whatever its capitals and accents. */
export function keyOfName(db: Database, table: NamedTable, name: string): string | undefined {
  const wanted = foldText(name);
  const rows = statement(db, `SELECT key, name FROM ${table}`).all() as { key: string; name: string }[];
  return rows.find((row) => foldText(row.name) === wanted)?.key;
}

/** Throws NAME_TAKEN when another row than `own` has the name. */
export function requireFreeName(db: Database, table: NamedTable, name: string, own: string | null): void {
  const taken = keyOfName(db, table, name);
  if (taken !== undefined && taken !== own) throw new FieldboxError('NAME_TAKEN');
}
