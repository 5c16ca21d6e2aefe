import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import type { Table } from './columns';
import type { Condition, Params } from './condition';
import { once, rowCount } from './counts';
import { restrict, type Ways } from './restrict';
import { sourceOf } from './walk';

/** Rows that are gathered and sorted within a few milliseconds. */
const MOST_GATHERED = 3000;
/** Tables of at most so many rows are gone through whole. */
const SMALL_TABLE = 20_000;
/** Rows counted along one index. */
const MOST_COUNTED = 50_000;
/** Looks into indexes while walking past rows for one page; when it would take more, what is asked for is rare and is gathered. */
const MOST_LOOKS = 25_000;
/** What it costs to gather and sort one row. */
const LOOKS_TO_GATHER = 6;
/** A list is judged by rows from so many places, of which as many are asked as cost so many looks into an index. */
const SAMPLES = 25;
const SAMPLE_LOOKS = 750;

/** How a question is answered. */
export interface Plan {
  readonly total: number;
  readonly totalIsExact: boolean;
  /** All rows that fit, in no order; undefined when they are many: then the list is walked along in its order. */
  readonly ids: readonly number[] | undefined;
  /** Conditions that few rows fulfil. */
  readonly sets: readonly Condition[];
}

/**
 * Decides how to find the rows of a table that fulfil conditions. What few rows fulfil is gathered by way of an index; what
 * many fulfil is met soon enough on a walk along the list. Which of both it is, the indexes and a sample of the list tell.
 * `page` is the number of rows that are wanted at a time.
 */
export function planFor(
  db: Database,
  level: Table,
  conditions: readonly Condition[],
  params: Params,
  page: number,
): Plan {
  if (conditions.length === 0) return { total: rowCount(db, level), totalIsExact: true, ids: undefined, sets: [] };
  const terms = restrict(level, conditions);
  const key = `plan ${level} ${String(page)} ${terms.join(' ')} ${JSON.stringify(params.values)}`;
  return once(db, key, () => decide(db, level, conditions, params, page));
}

function decide(db: Database, level: Table, conditions: readonly Condition[], params: Params, page: number): Plan {
  const measured = conditions
    .filter((condition) => condition.ids !== undefined && condition.slow === undefined)
    .map((condition) => ({ condition, rows: countIds(db, condition, params, MOST_GATHERED) }))
    .sort((a, b) => a.rows - b.rows);
  const [best] = measured;
  if (best && best.rows <= MOST_GATHERED) {
    const ids = gather(db, level, conditions, { driver: best.condition }, params, MOST_GATHERED + 1);
    if (ids.length <= MOST_GATHERED) return gathered(ids);
  }
  const all = rowCount(db, level);
  if (all <= SMALL_TABLE) return gathered(gather(db, level, conditions, {}, params, all));
  const joined = best && best.rows > MOST_GATHERED ? together(db, level, conditions, params) : undefined;
  if (joined?.few) {
    const ids = gather(db, level, joined.conditions, { driver: joined.driver }, params, MOST_GATHERED + 1);
    if (ids.length <= MOST_GATHERED) return gathered(ids);
  }
  const sets = measured.flatMap(({ condition, rows }) => (rows <= MOST_GATHERED ? [condition] : []));
  const [only, ...others] = conditions;
  if (only?.column !== undefined && others.length === 0 && only.table === level) {
    const rows = countIds(db, only, params, MOST_COUNTED);
    if (rows <= MOST_COUNTED) return { total: rows, totalIsExact: true, ids: undefined, sets };
  }
  const looks = looksOf(conditions);
  const share = sampleShare(db, level, conditions, sets, params, looks);
  const walked = (page / share) * looks;
  const walk: Plan = { total: Math.round(all * share), totalIsExact: false, ids: undefined, sets };
  if (walked <= MOST_LOOKS) return walk;
  if (joined) return gathered(gather(db, level, joined.conditions, { driver: joined.driver }, params, all));
  const rare = rarest(db, measured, params);
  if (rare && walked <= rare.rows * LOOKS_TO_GATHER) return walk;
  const driver = rare?.condition ?? conditions.find((condition) => condition.ids !== undefined);
  return gathered(gather(db, level, conditions, { driver }, params, all));
}

interface Joined {
  readonly driver: Condition;
  /** Whether few series fulfil it. */
  readonly few: boolean;
  readonly conditions: readonly Condition[];
}

/**
 * Conditions on what series share with their study and patient as one: each may be frequent, and all together rare. Rows above
 * that have no series must not be lost, so for those there must be a condition on series.
 */
function together(db: Database, level: Table, conditions: readonly Condition[], params: Params): Joined | undefined {
  const shared = conditions.filter((condition) => condition.facet !== undefined);
  const ofSeries = level === 'series' || level === 'image' || shared.some((condition) => condition.table === 'series');
  if (shared.length < 2 || !ofSeries) return undefined;
  const words = shared.map((condition) => `(${condition.facet ?? ''})`).join(' AND ');
  const sql = 'SELECT rowid FROM series_facet WHERE series_facet MATCH ?';
  const found = statement(db, `${sql} LIMIT ${String(MOST_GATHERED + 1)}`)
    .pluck(true)
    .all(words) as number[];
  const few = found.length <= MOST_GATHERED;
  const driver: Condition = {
    table: 'series',
    check: restrict('series', shared).join(' AND '),
    ids: few ? params.list(found) : sql.replace('?', params.add(words)),
  };
  return { driver, few, conditions: [driver, ...conditions.filter((condition) => !shared.includes(condition))] };
}

/** The condition that the fewest rows fulfil; all have been counted up to where they are no longer few. */
function rarest(
  db: Database,
  measured: readonly { readonly condition: Condition; readonly rows: number }[],
  params: Params,
): { readonly condition: Condition; readonly rows: number } | undefined {
  const [best] = measured;
  if (!best || best.rows <= MOST_GATHERED) return best;
  let found = { condition: best.condition, rows: MOST_COUNTED };
  for (const { condition } of measured) {
    const rows = countIds(db, condition, params, found.rows);
    if (rows < found.rows) found = { condition, rows };
  }
  return found;
}

/** What it costs to ask one row: the first condition always, the others only of rows that fulfil the ones before. */
function looksOf(conditions: readonly Condition[]): number {
  const weights = conditions.map((condition) => condition.weight ?? 1);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const first = Math.max(...weights);
  return first + (sum - first) * 0.3;
}

function gathered(ids: readonly number[]): Plan {
  return { total: ids.length, totalIsExact: true, ids, sets: [] };
}

/** How many rows a condition's index has, counted up to one more than `most`. */
function countIds(db: Database, { ids = '' }: Condition, params: Params, most: number): number {
  const row = statement(db, `SELECT count(*) AS n FROM (${ids} LIMIT ${String(most + 1)})`).get(params.values);
  return (row as { n: number }).n;
}

function gather(
  db: Database,
  level: Table,
  conditions: readonly Condition[],
  ways: Ways,
  params: Params,
  most: number,
): readonly number[] {
  const where = restrict(level, conditions, ways).join(' AND ');
  return statement(db, `SELECT ${level}.id FROM ${level} WHERE ${where} LIMIT ${String(most)}`)
    .pluck(true)
    .all(params.values) as number[];
}

/** About which part of a table's rows fulfils the conditions; never zero. */
function sampleShare(
  db: Database,
  level: Table,
  conditions: readonly Condition[],
  sets: readonly Condition[],
  params: Params,
  looks: number,
): number {
  // Both ends at once would have all the rows between them read.
  const ends = `SELECT (SELECT min(id) FROM ${level}) AS first, (SELECT max(id) FROM ${level}) AS last`;
  const { first, last } = statement(db, ends).get() as { first: number; last: number };
  const each = Math.max(2, Math.round(SAMPLE_LOOKS / SAMPLES / looks));
  const step = (last - first) / SAMPLES;
  const starts = JSON.stringify(Array.from({ length: SAMPLES }, (_, at) => Math.floor(first + step * at)));
  const fits = restrict(level, conditions, { sets }).join(' AND ');
  const { rows, hits } = statement(
    db,
    `SELECT count(*) AS rows, total(CASE WHEN ${fits} THEN 1 ELSE 0 END) AS hits FROM json_each(@starts) AS s
     CROSS JOIN ${sourceOf(level)} ON ${level}.id BETWEEN s.value AND s.value + @each`,
  ).get({ ...params.values, starts, each: each - 1 }) as { rows: number; hits: number };
  return rows === 0 ? Number.MIN_VALUE : Math.max(hits, 0.5) / rows;
}
