import type { Listing } from '@shared/model/vocabulary';
import { idColumn, type Order, type Table, TABLES, tableOf, type Term } from './columns';
import { Params } from './condition';
import type { CursorValue } from './cursor';
import { compareValues } from './sort-values';

/** A value a list is sorted by, and in which direction. */
export interface SortTerm extends Pick<Term, 'sql'> {
  readonly descending: boolean;
}

/** The terms of an order, in one direction. */
export function termsOf(order: Order, descending: boolean): readonly SortTerm[] {
  return order.terms.map((term) => ({ sql: term.sql, descending }));
}

/** A walk along the index of an order: from which tables, and what is left out on the way. */
export interface Walk {
  readonly list: Listing;
  readonly order: Order;
  readonly descending: boolean;
  readonly source: string;
  readonly where: readonly string[];
  /** So many of the first values are the same in all rows. */
  readonly fixed: number;
  /** Values that `where` speaks of, and ids that it does (plan.ts). */
  readonly params: Params;
  readonly known: Readonly<Record<string, string>>;
}

/** A walk along a whole list. */
export function wholeWalk(list: Listing, order: Order, descending: boolean): Walk {
  const source = walkSource(list, order, narrowSource(list, order));
  return { list, order, descending, source, where: [], fixed: 0, params: new Params(), known: {} };
}

/** How the list's own table is read when nothing is asked of its rows but in which rows above they lie. */
export function narrowSource(list: Listing, order: Order): string {
  return order.terms[0]?.sql === 'image.id' ? 'image INDEXED BY image_arrival' : tableOf(list);
}

/** A WHERE, if there is anything to fulfil. */
export function filter(terms: readonly string[]): string {
  return terms.length === 0 ? '' : ` WHERE ${terms.join(' AND ')}`;
}

/** Images are wide; an index has what is asked of them most. */
export function sourceOf(table: Table): string {
  return table === 'image' ? 'image INDEXED BY image_facts' : table;
}

/** The table along whose index a list is walked in an order. */
export function walkedTable(list: Listing, order: Order): Table {
  return order.terms[0]?.table ?? tableOf(list);
}

/** The tables between the one along whose index a list is walked and the list's own. */
export function tablesBetween(list: Listing, order: Order): readonly Table[] {
  return TABLES.slice(TABLES.indexOf(walkedTable(list, order)) + 1, TABLES.indexOf(tableOf(list)));
}

/**
 * What to select from for a walk along the index of an order; `narrow` is how the list's own table is read, and `through` a table
 * between by way of which its rows are come to.
 */
export function walkSource(list: Listing, order: Order, narrow: string, through?: Table): string {
  const from = walkedTable(list, order);
  const level = tableOf(list);
  if (from === level) return narrow;
  const below = (table: Table, above: Table): string =>
    ` CROSS JOIN ${table} ON ${idColumn(table, above)} = ${above}.id`;
  return through ? from + below(through, from) + below(level, through) : from + below(level, from);
}

/** Terms of a WHERE. */
type Terms = readonly string[];

/**
 * The rows that come behind these values, in parts that lie one behind the other. SQLite finds the beginning of a comparison of row values
 * in an index only by what stands before the id, so rows that are alike up to there are a part of their own: in an order by modality, a
 * third of all images would be passed by else.
 */
export function partsBehind(
  walk: Pick<Walk, 'list' | 'order' | 'descending'>,
  values: readonly CursorValue[],
  params: Params,
): readonly Terms[] {
  const { terms, leading, alike } = boundedTerms(walk);
  const beyond = walk.descending ? '<' : '>';
  // One value tells it all by itself.
  if (terms.length === 1 && leading.length === 1) return [[bound(leading, values, params, beyond)]];
  const isBehind = `+(${behind(terms, values, params)})`;
  if (alike.length === 0) return [[bound(leading, values, params, `${beyond}=`), isBehind]];
  const id = leading.slice(alike.length);
  return [
    [...same(alike, values, params), bound(id, values.slice(alike.length), params, `${beyond}=`), isBehind],
    [bound(alike, values, params, beyond)],
  ];
}

/** The row with these values and those before it that come behind the row with the others (undefined: from the beginning), in parts. */
export function partsUpTo(
  walk: Pick<Walk, 'list' | 'order' | 'descending'>,
  from: readonly CursorValue[] | undefined,
  to: readonly CursorValue[],
  params: Params,
): readonly Terms[] {
  const { terms, leading, alike } = boundedTerms(walk);
  const [before, beyond] = walk.descending ? (['>', '<'] as const) : (['<', '>'] as const);
  const isUpTo = `+(NOT (${behind(terms, to, params)}))`;
  const behindFrom = from ? partsBehind(walk, from, params) : [[]];
  if (alike.length === 0) return behindFrom.map((part) => [...part, bound(leading, to, params, `${before}=`), isUpTo]);
  const upToId = bound(leading.slice(alike.length), to.slice(alike.length), params, `${before}=`);
  const [first = []] = behindFrom;
  const toAlike = to.slice(0, alike.length);
  if (from && compareValues(alike, from, toAlike) === 0) return [[...first, upToId, isUpTo]];
  return [
    ...(from ? [first] : []),
    [...(from ? [bound(alike, from, params, beyond)] : []), bound(alike, to, params, before)],
    [...same(alike, to, params), upToId, isUpTo],
  ];
}

/** The terms of a walk's order, those of them that stand in the index it goes along, and those that stand there before the id. */
function boundedTerms({ list, order, descending }: Pick<Walk, 'list' | 'order' | 'descending'>) {
  const terms = termsOf(order, descending);
  const from = walkedTable(list, order);
  const leading = terms.slice(0, order.terms.filter((term) => term.table === from).length);
  return { terms, leading, alike: leading.at(-1)?.sql === `${from}.id` ? leading.slice(0, -1) : [] };
}

/** Rows that have these values. */
function same(terms: readonly SortTerm[], values: readonly CursorValue[], params: Params): Terms {
  return terms.map(({ sql }, at) => `${sql} = ${params.add(values[at] ?? '')}`);
}

/** A bound that an index knows what to do with. All terms here run in one direction. */
function bound(
  terms: readonly SortTerm[],
  values: readonly CursorValue[],
  params: Params,
  operator: '<' | '<=' | '>' | '>=',
): string {
  const left = terms.map((term) => term.sql).join(', ');
  const right = terms.map((_, at) => params.add(values[at] ?? '')).join(', ');
  return terms.length === 1 ? `${left} ${operator} ${right}` : `(${left}) ${operator} (${right})`;
}

/** Rows that come after the values of a cursor. */
export function behind(terms: readonly SortTerm[], values: readonly CursorValue[], params: Params): string {
  const [term, ...others] = terms;
  if (!term) return '0';
  const value = params.add(values[0] ?? '');
  const beyond = `${term.sql} ${term.descending ? '<' : '>'} ${value}`;
  return others.length === 0
    ? beyond
    : `(${beyond} OR (${term.sql} = ${value} AND ${behind(others, values.slice(1), params)}))`;
}

/** An ORDER BY. */
export function inOrder(terms: readonly SortTerm[], sortedBy: (term: SortTerm) => string = (term) => term.sql): string {
  return terms.map((term) => sortedBy(term) + (term.descending ? ' DESC' : '')).join(', ');
}
