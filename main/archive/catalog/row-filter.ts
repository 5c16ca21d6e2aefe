import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';

/** What a list is asked for: texts that were said, and switches. What was not said is undefined and filters nothing. */
export type RowFilter = Readonly<Record<string, string | boolean | undefined>>;

/** SQL of what must hold for each thing that may be said; in it the thing itself stands as `@name`. */
export type RowTerms<F extends RowFilter> = { readonly [K in keyof F]?: string };

interface Listing<F extends RowFilter> {
  readonly from: string;
  /** SELECT with the columns and `from`. */
  readonly select: string;
  /** Terms that always hold. */
  readonly always: readonly string[];
  readonly said: RowTerms<F>;
  readonly orderBy: string;
}

/** What hangs on a series is asked for by the same things everywhere. `table` has a column `series` with the key. */
export function seriesTerms(table: string): RowTerms<{ patient: string; study: string; series: string }> {
  return {
    patient: 'patient.key = @patient',
    study: 'series.study_id = (SELECT id FROM study WHERE key = @study)',
    series: `${table}.series = @series`,
  };
}

/** A page of rows and how many there are. */
export function listRows<F extends RowFilter>(
  db: Database,
  listing: Listing<F>,
  filter: F,
  page: { readonly limit: number; readonly offset: number },
): { readonly total: number; readonly rows: readonly unknown[] } {
  const said = Object.entries(filter).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const terms = [...listing.always, ...said.flatMap(([name]) => listing.said[name] ?? [])];
  const where = terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`;
  const values = Object.fromEntries(said);
  const { total } = statement(db, `SELECT count(*) AS total ${listing.from} ${where}`).get(values) as { total: number };
  const rows = statement(db, `${listing.select} ${where} ORDER BY ${listing.orderBy} LIMIT @limit OFFSET @offset`).all({
    ...values,
    ...page,
  });
  return { total, rows };
}
