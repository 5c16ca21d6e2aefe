import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { type Condition, never, type Params } from './condition';
import { type Test, testOf } from './matching';
import { TEST_FUNCTION } from './sql-functions';

/** What is said of series in tables beside theirs: each may have none, one or several of it. */
interface Beside {
  /** FROM of the rows beside, the part of a WHERE that leads to those of the series at hand, and what one of them must be. */
  readonly from: string;
  readonly link: string;
  readonly given: string;
  /** SELECT of the id of the series of each row; a WHERE follows. */
  readonly ids: string;
  /** What is told apart by `key` and compared as `text`. */
  readonly column: string;
  /** All values there are; without it they are many and each row is asked. */
  readonly values?: string;
}

function labels(label: 'type' | 'tag'): Beside {
  return {
    from: `series_${label}_of AS o`,
    link: 'o.series_id = series.id',
    given: '1',
    ids: `SELECT o.series_id FROM series_${label}_of AS o`,
    column: `o.${label}_id`,
    values: `SELECT l.id AS key, l.name AS text FROM series_${label} AS l`,
  };
}

const STATUS = {
  from: 'series_status AS o',
  link: 'o.series = series.key',
  ids: 'SELECT e.id FROM series_status AS o CROSS JOIN series AS e ON e.key = o.series',
} as const;

const BESIDE: Readonly<Record<string, Beside>> = {
  seriesType: labels('type'),
  seriesTag: labels('tag'),
  status: {
    ...STATUS,
    given: `o.status <> ''`,
    column: 'o.status',
    // From each value to the next along the index: states are few, series many.
    values: `WITH RECURSIVE s (text) AS (SELECT min(status) FROM series_status
      UNION ALL SELECT (SELECT min(n.status) FROM series_status AS n WHERE n.status > s.text) FROM s WHERE s.text IS NOT NULL)
      SELECT s.text AS key, s.text FROM s WHERE s.text IS NOT NULL`,
  },
  statusMessage: { ...STATUS, given: `o.message <> ''`, column: 'o.message' },
};

/** The properties of series that stand beside them. */
export const besideSeries: readonly string[] = Object.keys(BESIDE);

/** That a series has any of a property that stands beside it. */
export function hasBeside(name: string): Condition {
  const beside = besideOf(name);
  return besideCondition(beside, beside.given);
}

/** That any of it fulfils a test. */
export function compareBeside(db: Database, name: string, test: Test, params: Params): Condition {
  const beside = besideOf(name);
  const { column, values, given } = beside;
  if (values === undefined) {
    const where = `${given} AND ${TEST_FUNCTION}(${params.add(JSON.stringify(test))}, ${column}) = 1`;
    return { ...besideCondition(beside, where), slow: true };
  }
  const fits = testOf(test);
  const rows = statement(db, values).all() as { key: string | number; text: string }[];
  const keys = rows.flatMap(({ key, text }) => (fits(text) ? [key] : []));
  const [only, ...others] = keys;
  if (only === undefined) return never('series');
  return besideCondition(
    beside,
    others.length === 0 ? `${column} = ${params.add(only)}` : `${column} IN (${params.list(keys)})`,
  );
}

/** Series with any of these types or tags, given by their keys. */
export function labelCondition(label: 'type' | 'tag', keys: readonly string[], params: Params): Condition {
  const some = `o.${label}_id IN (SELECT l.id FROM series_${label} AS l WHERE l.key IN (${params.list(keys)}))`;
  return besideCondition(labels(label), some);
}

function besideCondition({ from, link, ids }: Beside, where: string): Condition {
  return {
    table: 'series',
    check: `EXISTS (SELECT 1 FROM ${from} WHERE ${link} AND ${where})`,
    ids: `${ids} WHERE ${where}`,
  };
}

function besideOf(name: string): Beside {
  const beside = BESIDE[name];
  if (!beside) throw new Error(`Nothing stands beside series as ${name}.`);
  return beside;
}
