import type { Database } from 'better-sqlite3';
import type { Listing } from '@shared/model/vocabulary';
import { statement } from '../index-writer/statements';
import { idColumn, joinsFor, type Order, tableOf, type Term } from './columns';
import type { Condition, Params } from './condition';
import type { CursorValue } from './cursor';
import { type Plan, sourceOf } from './plan';
import { restrict } from './restrict';

/** A row of a page, with what a cursor needs to continue behind it. */
export interface Hit {
  readonly id: number;
  readonly values: CursorValue[];
}

/** Behind which row a page begins. */
export interface Position {
  readonly corrected: boolean;
  readonly values: readonly CursorValue[];
}

export interface PageQuestion {
  readonly list: Listing;
  readonly order: Order;
  readonly descending: boolean;
  readonly limit: number;
  readonly offset: number;
  readonly cursor: Position | undefined;
  readonly params: Params;
  readonly conditions: readonly Condition[];
  /** Sorts hits as typed before corrected ones. */
  readonly rank: string | undefined;
  readonly plan: Plan;
}

/** A value the list is sorted by, and in which direction. */
interface SortTerm extends Pick<Term, 'sql'> {
  readonly descending: boolean;
}

/** The rows of a page in their order, and whether there are more behind them. */
export function readHits(
  db: Database,
  question: PageQuestion,
): { readonly hits: readonly Hit[]; readonly more: boolean } {
  const { order, descending, limit, offset, cursor, params, rank, plan } = question;
  const { total, totalIsExact } = plan;
  if (totalIsExact && offset >= total) return { hits: [], more: false };
  // The far half of a long list is reached from its other end.
  const backwards = totalIsExact && cursor === undefined && offset > total / 2;
  const known = totalIsExact && cursor === undefined;
  const wanted = known ? Math.min(limit, total - offset) : limit + 1;
  const skip = backwards ? total - offset - wanted : offset;
  const terms: SortTerm[] = [
    ...(rank === undefined ? [] : [{ sql: rank, descending: backwards }]),
    ...order.terms.map((term) => ({ sql: term.sql, descending: descending !== backwards })),
  ];
  const sql =
    plan.ids !== undefined
      ? gatheredSql(question, plan.ids, terms)
      : order.walk
        ? walkSql(question, terms)
        : sortSql(question, terms);
  const rows = statement(db, sql)
    .raw(true)
    .all({ ...params.values, take: wanted, skip }) as CursorValue[][];
  if (backwards) rows.reverse();
  const hits = rows.slice(0, limit).map(([id, ...values]): Hit => ({ id: Number(id), values }));
  return { hits, more: known ? offset + hits.length < total : rows.length > hits.length };
}

/** Sorts rows that are known. */
function gatheredSql(
  { list, cursor, params }: PageQuestion,
  ids: readonly number[],
  terms: readonly SortTerm[],
): string {
  const table = tableOf(list);
  const source = `json_each(${params.add(JSON.stringify(ids))}) AS wanted CROSS JOIN ${sourceOf(table)} ON ${table}.id = wanted.value`;
  const where = cursor ? [`+(${behind(terms, cursor.values, params)})`] : [];
  return select(table, source + joinsFor(list, terms), where, terms, (term) => `+(${term.sql})`);
}

/**
 * Walks along the index of the order and leaves out what is not asked for. A condition on the very column that is walked along
 * tells where to begin; one on a value by which the list is kept in the order of arrival gives an index of its own.
 */
function walkSql({ list, order, cursor, params, conditions, plan }: PageQuestion, terms: readonly SortTerm[]): string {
  const level = tableOf(list);
  const [first] = order.terms;
  const from = first?.table ?? level;
  const leading = conditions.filter(
    (condition) =>
      condition.table === from &&
      condition.column !== undefined &&
      (condition.column === first?.sql || (first?.sql === 'image.id' && KEPT_BY_ARRIVAL.has(condition.column))),
  );
  const where = [...restrict(level, conditions, { joined: from, leading: leading.slice(0, 1), sets: plan.sets })];
  if (cursor) {
    const leadingTerms = order.terms.filter((term) => term.table === from).length;
    where.push(
      startBound(terms.slice(0, leadingTerms), cursor.values, params),
      `+(${behind(terms, cursor.values, params)})`,
    );
  }
  const own = first?.sql === 'image.id' && leading.length === 0 ? sourceOf(level) : level;
  const source = from === level ? own : `${from} CROSS JOIN ${level} ON ${idColumn(level, from)} = ${from}.id`;
  return select(level, source, where, terms, (term) => term.sql);
}

/** Columns with an index in which the images of each value stand in the order of arrival. */
const KEPT_BY_ARRIVAL: ReadonlySet<string> = new Set([
  'image.clinic_id',
  'image.station_id',
  'image.kind_id',
  'image.source',
]);

/** Gathers and sorts everything: for orders that no index has. */
function sortSql({ list, cursor, params, conditions }: PageQuestion, terms: readonly SortTerm[]): string {
  const table = tableOf(list);
  const where = [...restrict(table, conditions)];
  if (cursor) where.push(`+(${behind(terms, cursor.values, params)})`);
  return select(table, table + joinsFor(list, terms), where, terms, (term) => `+(${term.sql})`);
}

function select(
  table: string,
  source: string,
  where: readonly string[],
  terms: readonly SortTerm[],
  sortedBy: (term: SortTerm) => string,
): string {
  const columns = [`${table}.id`, ...terms.map((term) => term.sql)].join(', ');
  const order = terms.map((term) => sortedBy(term) + (term.descending ? ' DESC' : '')).join(', ');
  const filter = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
  return `SELECT ${columns} FROM ${source}${filter} ORDER BY ${order} LIMIT @take OFFSET @skip`;
}

/** Where in the index to begin. All terms here run in one direction. */
function startBound(terms: readonly SortTerm[], values: readonly CursorValue[], params: Params): string {
  const left = terms.map((term) => term.sql).join(', ');
  const right = terms.map((_, at) => params.add(values[at] ?? '')).join(', ');
  const operator = terms[0]?.descending ? '<=' : '>=';
  return terms.length === 1 ? `${left} ${operator} ${right}` : `(${left}) ${operator} (${right})`;
}

/** Rows that come after the values of a cursor. */
function behind(terms: readonly SortTerm[], values: readonly CursorValue[], params: Params): string {
  const [term, ...others] = terms;
  if (!term) return '0';
  const value = params.add(values[0] ?? '');
  const beyond = `${term.sql} ${term.descending ? '<' : '>'} ${value}`;
  return others.length === 0
    ? beyond
    : `(${beyond} OR (${term.sql} = ${value} AND ${behind(others, values.slice(1), params)}))`;
}
