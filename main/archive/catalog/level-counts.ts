import type { Database } from 'better-sqlite3';
import type { Counts } from '@shared/contract/catalog';
import { statement } from '../index-writer/statements';
import { type Table, TABLES } from './columns';
import type { Condition, Params } from './condition';
import { planFor } from './plan';
import { sourceOf } from './walk';

/** Of so many rows it is looked up what lies above and below them; of more it is sooner estimated. */
const MOST_FOLLOWED = 6000;

/** The columns that say how many rows of a table lie in each row above it (migration 20). */
const COUNT_COLUMNS = { study: 'study_count', series: 'series_count', image: 'image_count' } as const;

/** What is asked of one list. */
export interface AskedOf {
  readonly conditions: readonly Condition[];
  readonly params: Params;
}

/** How many rows fulfil the conditions of a list. */
export function countOf(
  db: Database,
  table: Table,
  { conditions, params }: AskedOf,
): { readonly total: number; readonly totalIsExact: boolean } {
  const { total, totalIsExact } = planFor(db, table, conditions, params, { page: 1, arrival: false });
  return { total, totalIsExact };
}

/**
 * How many rows fit at each level, from the few that fit at the lowest level of which anything is asked: what fits above has one of them in
 * it, what fits below lies in one of them. Undefined when they are not few, or when not the same is asked at all levels.
 */
export function countsByFew(db: Database, asked: Readonly<Record<Table, AskedOf>>): Counts | undefined {
  const { conditions, params } = asked.image;
  const said = (each: AskedOf): string => JSON.stringify([each.conditions, each.params.values]);
  const lowest = TABLES.findLast((table) => conditions.some((condition) => condition.table === table));
  if (!lowest || TABLES.some((table) => said(asked[table]) !== said(asked.image))) return undefined;
  const { ids } = planFor(db, lowest, conditions, params, { page: 1, arrival: false });
  if (!ids || ids.length > MOST_FOLLOWED) return undefined;
  const depth = TABLES.indexOf(lowest);
  const columns = TABLES.map((table, at) => {
    if (at < depth) return `count(DISTINCT ${lowest}.${table}_id)`;
    return table === lowest || table === 'patient' ? 'count(*)' : `total(${lowest}.${COUNT_COLUMNS[table]})`;
  });
  const sql = `SELECT ${columns.join(', ')} FROM json_each(?) AS j CROSS JOIN ${sourceOf(lowest)} ON ${lowest}.id = j.value`;
  const [patients = 0, studies = 0, series = 0, images = 0] = statement(db, sql)
    .raw(true)
    .get(JSON.stringify(ids)) as number[];
  const exact = (total: number): Counts['patients'] => ({ total, totalIsExact: true });
  return { patients: exact(patients), studies: exact(studies), series: exact(series), images: exact(images) };
}
