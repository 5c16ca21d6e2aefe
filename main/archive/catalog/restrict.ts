import { idColumn, TABLES, type Table } from './columns';
import type { Condition } from './condition';

export interface Ways {
  /** The condition whose rows are fetched first; every other one is asked of those rows only. */
  readonly driver?: Condition | undefined;
  /** Conditions that so few rows fulfil that all of them are fetched before the others are asked. */
  readonly sets?: readonly Condition[] | undefined;
  /** Tables above that the statement goes through already, the highest first. */
  readonly joined?: readonly Table[];
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
    const column = askedBy(level, table, ways.joined);
    for (const condition of conditions) {
      if (condition.table !== table) continue;
      if (condition === ways.driver) terms.push(driving(column, condition, table === level));
      else if (ways.leading?.includes(condition)) terms.push(condition.check);
      else if (condition.ids !== undefined && ways.sets?.includes(condition))
        terms.push(`+(${column} IN (${condition.ids}))`);
      else if (condition.id !== undefined) terms.push(`+(${column} = (${condition.id}))`);
      else checks.push(condition.check);
    }
    if (checks.length === 0) continue;
    if (table === level || ways.joined?.includes(table)) terms.push(...checks.map((check) => `+(${check})`));
    else
      terms.push(
        `+EXISTS (SELECT 1 FROM ${table} WHERE ${table}.id = ${column} AND ${checks.map((check) => `(${check})`).join(' AND ')})`,
      );
  }
  const below = conditions.filter((condition) => TABLES.indexOf(condition.table) > depth);
  const lowest = lowestAsked(below, TABLES);
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

/**
 * The column by which a row above is asked: of the highest row at hand that says in which it lies, so that nothing below that one is looked
 * at where the answer is no.
 */
function askedBy(level: Table, table: Table, joined: readonly Table[] = []): string {
  const highest = joined.find((each) => TABLES.indexOf(each) >= TABLES.indexOf(table));
  return idColumn(highest ?? level, table);
}

/** The lowest table above the list's, from the driver's on, of which something else is asked: there are fewer rows there than in the list. */
function betweenTable(level: Table, conditions: readonly Condition[], driver: Condition): Table | undefined {
  return lowestAsked(
    conditions.filter((condition) => condition !== driver),
    TABLES.slice(TABLES.indexOf(driver.table), TABLES.indexOf(level)),
  );
}

/** The lowest of tables of which something is asked. */
export function lowestAsked(conditions: readonly Condition[], tables: readonly Table[]): Table | undefined {
  return tables.findLast((table) => conditions.some((condition) => condition.table === table));
}

/** What finds the driver's rows. The index of its value may hold what else is asked of them, so that they need not be looked at. */
function driving(column: string, { id, ids, check, isOneValue }: Condition, isOwn: boolean): string {
  if (id !== undefined) return `${column} = (${id})`;
  return ids === undefined || (isOwn && isOneValue) ? check : `${column} IN (${ids})`;
}
