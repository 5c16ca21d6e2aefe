import { idColumn, TABLES, type Table } from './columns';
import type { Condition } from './condition';

export interface Ways {
  /** The condition whose rows are fetched first; every other one is asked of those rows only. */
  readonly driver?: Condition | undefined;
  /** Conditions that so few rows fulfil that all of them are fetched before the others are asked. */
  readonly sets?: readonly Condition[] | undefined;
  /** A table above that the statement walks along already. */
  readonly joined?: Table | undefined;
  /** Conditions on a walked table that an index may begin with. */
  readonly leading?: readonly Condition[];
}

/**
 * The terms of a WHERE for rows of `level`. Conditions on rows above are asked of the one row above. Of the rows below there
 * must be one that fulfils everything said about rows below (PS3.4 C.4.1.1.3: an entity matches with what lies in it).
 * The unary `+` keeps SQLite from finding a way of its own: it knows less than the plan.
 */
export function restrict(level: Table, conditions: readonly Condition[], ways: Ways = {}): readonly string[] {
  const depth = TABLES.indexOf(level);
  const terms: string[] = [];
  const between = ways.driver && betweenTable(level, conditions, ways.driver);
  if (between) {
    const above = conditions.filter(({ table }) => TABLES.indexOf(table) <= TABLES.indexOf(between));
    const inner = restrict(between, above, { driver: ways.driver }).join(' AND ');
    const rest = conditions.filter((condition) => !above.includes(condition));
    return [
      `${idColumn(level, between)} IN (SELECT ${between}.id FROM ${between} WHERE ${inner})`,
      ...restrict(level, rest, ways),
    ];
  }
  for (const table of TABLES.slice(0, depth + 1)) {
    const checks: string[] = [];
    for (const condition of conditions) {
      if (condition.table !== table) continue;
      // What stands above is asked where it is walked along: before anything below it is looked at.
      const column = table === ways.joined ? `${table}.id` : idColumn(level, table);
      if (condition === ways.driver) terms.push(driving(column, condition));
      else if (ways.leading?.includes(condition)) terms.push(condition.check);
      else if (condition.ids !== undefined && ways.sets?.includes(condition))
        terms.push(`+(${column} IN (${condition.ids}))`);
      else if (condition.id !== undefined) terms.push(`+(${column} = (${condition.id}))`);
      else checks.push(condition.check);
    }
    if (checks.length === 0) continue;
    if (table === level || table === ways.joined) terms.push(...checks.map((check) => `+(${check})`));
    else
      terms.push(
        `+EXISTS (SELECT 1 FROM ${table} WHERE ${table}.id = ${idColumn(level, table)} AND ${checks.map((check) => `(${check})`).join(' AND ')})`,
      );
  }
  const below = conditions.filter((condition) => TABLES.indexOf(condition.table) > depth);
  const lowest = TABLES.findLast((table) => below.some((condition) => condition.table === table));
  if (!lowest) return terms;
  const link = idColumn(lowest, level);
  if (ways.driver && below.includes(ways.driver)) {
    const inner = restrict(lowest, below, { driver: ways.driver });
    terms.push(`${level}.id IN (SELECT ${link} FROM ${lowest} WHERE ${inner.join(' AND ')})`);
  } else {
    const inner = restrict(lowest, below, { sets: ways.sets });
    terms.push(`+EXISTS (SELECT 1 FROM ${lowest} WHERE ${link} = ${level}.id AND ${inner.join(' AND ')})`);
  }
  return terms;
}

/** The lowest table between the driver's and the list's of which something is asked: there are fewer rows there than in the list. */
function betweenTable(level: Table, conditions: readonly Condition[], driver: Condition): Table | undefined {
  const from = TABLES.indexOf(driver.table);
  return TABLES.slice(from + 1, TABLES.indexOf(level)).findLast((table) =>
    conditions.some((condition) => condition.table === table),
  );
}

function driving(column: string, { id, ids, check }: Condition): string {
  if (id !== undefined) return `${column} = (${id})`;
  return ids === undefined ? check : `${column} IN (${ids})`;
}
