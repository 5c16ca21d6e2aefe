import type { Database } from 'better-sqlite3';
import type { Counts } from '@shared/contract/catalog';
import { statement } from '../index-writer/statements';
import { type Table, TABLES } from './columns';
import { type Condition, type Params, valuesIn } from './condition';
import { planFor } from './plan';
import { lowestAsked } from './restrict';
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

type Count = Counts['patients'];

/** How many rows of each level fulfil what is asked of it. */
export function countLevels(db: Database, asked: Readonly<Record<Table, AskedOf>>): Counts {
  const few = countByFew(db, asked);
  const count = (table: Table): Count => few[table] ?? countOf(db, table, asked[table]);
  return { patients: count('patient'), studies: count('study'), series: count('series'), images: count('image') };
}

function countOf(db: Database, table: Table, { conditions, params }: AskedOf): Count {
  const { total, totalIsExact } = planFor(db, table, conditions, params, { page: 1, arrival: false });
  return { total, totalIsExact };
}

/**
 * How many rows fit at each level, from the few that fit at the lowest level of which anything is asked: what fits above has one of them in
 * it, what fits below lies in one of them. Nothing when they are not few; only those levels of which the same is asked as of images.
 */
function countByFew(db: Database, asked: Readonly<Record<Table, AskedOf>>): Readonly<Partial<Record<Table, Count>>> {
  const { conditions, params } = asked.image;
  const lowest = lowestAsked(conditions, TABLES);
  if (!lowest) return {};
  const said = (table: Table): string => {
    const text = JSON.stringify(asked[table].conditions);
    return text + JSON.stringify(valuesIn(text, asked[table].params.values));
  };
  const wanted = said('image');
  const alike = TABLES.filter((table) => said(table) === wanted);
  if (alike.length === 1 || !alike.includes(lowest)) return {};
  const { ids } = planFor(db, lowest, conditions, params, { page: 1, arrival: false });
  if (!ids || ids.length > MOST_FOLLOWED) return {};
  const depth = TABLES.indexOf(lowest);
  const columns = TABLES.map((table, at) => {
    if (at < depth) return `count(DISTINCT ${lowest}.${table}_id)`;
    return table === lowest || table === 'patient' ? 'count(*)' : `total(${lowest}.${COUNT_COLUMNS[table]})`;
  });
  const sql = `SELECT ${columns.join(', ')} FROM json_each(?) AS j CROSS JOIN ${sourceOf(lowest)} ON ${lowest}.id = j.value`;
  const totals = statement(db, sql).raw(true).get(JSON.stringify(ids)) as number[];
  return Object.fromEntries(
    alike.map((table) => [table, { total: totals[TABLES.indexOf(table)] ?? 0, totalIsExact: true }]),
  );
}
