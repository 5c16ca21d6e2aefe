import type { Database } from 'better-sqlite3';
import type { Listing } from '@shared/model/vocabulary';
import { statement } from '../index-writer/statements';
import { isArrival, joinsFor, type Order, type Table, TABLES, tableOf } from './columns';
import type { Condition, Params } from './condition';
import { once } from './counts';
import type { CursorValue } from './cursor';
import { canBeFollowed, expectJumps, footholdIn } from './jumps';
import { countIn, type Foothold, Ladder, STEP } from './ladder';
import type { Plan } from './plan';
import { lowestAsked, restrict } from './restrict';
import {
  behind,
  filter,
  inOrder,
  narrowSource,
  partsBehind,
  type SortTerm,
  sourceOf,
  tablesBetween,
  termsOf,
  type Walk,
  walkedTable,
  walkSource,
} from './walk';
import { areCheap, isSoonerWalked } from './walk-or-sort';

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
  /** Sorts hits as typed before corrected ones. */
  readonly rank: string | undefined;
  readonly plan: Plan;
}

/** The rows of a page in their order, and whether there are more behind them. */
export function readHits(
  db: Database,
  question: PageQuestion,
): { readonly hits: readonly Hit[]; readonly more: boolean } {
  const { order, descending, limit, offset, cursor, rank, plan } = question;
  const { total, totalIsExact } = plan;
  if (totalIsExact && offset >= total) return { hits: [], more: false };
  // The far half of a long list is reached from its other end.
  const backwards = totalIsExact && cursor === undefined && offset > total / 2;
  const known = totalIsExact && cursor === undefined;
  const wanted = known ? Math.min(limit, total - offset) : limit + 1;
  const skip = backwards ? total - offset - wanted : offset;
  const terms: SortTerm[] = [
    ...(rank === undefined ? [] : [{ sql: rank, descending: backwards }]),
    ...termsOf(order, descending !== backwards),
  ];
  const rows =
    plan.ids !== undefined && rank === undefined && isArrival(question.list, question.order)
      ? arrived(plan.ids, descending !== backwards, cursor?.values[0], skip, wanted)
      : read(db, question, terms, skip, wanted);
  if (backwards) rows.reverse();
  const hits = rows.slice(0, limit).map(([id, ...values]): Hit => ({ id: Number(id), values }));
  return { hits, more: known ? offset + hits.length < total : rows.length > hits.length };
}

function read(
  db: Database,
  question: PageQuestion,
  terms: readonly SortTerm[],
  skip: number,
  take: number,
): CursorValue[][] {
  const { list, order, params, rank, plan, cursor } = question;
  const rows = cursor ? take : skip + take;
  if (order.walk && rank === undefined && isSoonerWalked(list, order, plan, rows))
    return readWalk(db, question, walkOf(question, terms[0]?.descending ?? false), skip, take);
  const sql = plan.ids === undefined ? sortSql(question, terms) : gatheredSql(question, plan.ids, terms);
  return valuesOf(db, sql, { ...params.values, ...plan.known.values, take, skip });
}

function valuesOf(db: Database, sql: string, values: Readonly<Record<string, string | number>>): CursorValue[][] {
  return statement(db, sql).raw(true).all(values) as CursorValue[][];
}

/** Rows that are known, in the order in which they came: each with its id, once as such and once as what it is sorted by. */
function arrived(
  ids: readonly number[],
  descending: boolean,
  after: CursorValue | undefined,
  skip: number,
  take: number,
): CursorValue[][] {
  const sorted = new Float64Array(ids).sort();
  if (descending) sorted.reverse();
  const from =
    after === undefined ? 0 : sorted.findIndex((id) => (descending ? id < Number(after) : id > Number(after)));
  if (from === -1) return [];
  return Array.from(sorted.subarray(from + skip, from + skip + take), (id) => [id, id]);
}

/** Rows of which one in so many fits are rather looked up again than tried again. */
const MOST_TRIED = 3;

/** Sorts rows that are known. */
function gatheredSql(
  { list, order, cursor, params, rank, plan }: PageQuestion,
  ids: readonly number[],
  terms: readonly SortTerm[],
): string {
  const table = tableOf(list);
  const where = cursor ? [`+(${behind(terms, cursor.values, params)})`] : [];
  const sortedBy = (term: SortTerm): string => `+(${term.sql})`;
  // What is sorted by stands above: then the way by which the rows are found is shorter than to each of them.
  const above = order.terms.every((term) => term.table !== table || term.sql === `${table}.id`);
  const again = plan.driver && plan.driverRows <= MOST_TRIED * ids.length && areCheap(plan.conditions, plan.driver);
  if (above && plan.driver && again && rank === undefined) {
    const found = restrict(table, plan.conditions, { driver: plan.driver });
    return select(table, table + joinsFor(list, terms), [...found, ...where], terms, sortedBy);
  }
  const source = `json_each(${params.add(JSON.stringify(ids))}) AS wanted CROSS JOIN ${sourceOf(table)} ON ${table}.id = wanted.value`;
  return select(table, source + joinsFor(list, terms), where, terms, sortedBy);
}

/**
 * Walks along the index of the order and leaves out what is not asked for. A condition on the very column that is walked along
 * tells where to begin; one on a value by which the list is kept in the order of arrival gives an index of its own.
 */
function walkOf({ list, order, params, plan }: PageQuestion, descending: boolean): Walk {
  const level = tableOf(list);
  const [first] = order.terms;
  const from = walkedTable(list, order);
  const by = first?.sql === 'image.id' ? plan.arrival : undefined;
  const common = { list, descending, params, known: plan.known.values, fixed: 0 };
  if (by?.arrival !== undefined && by.arrival !== 'own') {
    const others = plan.conditions.filter((condition) => condition !== by);
    const where = [by.arrival.where, ...restrict(level, others, { joined: [from], sets: plan.sets })];
    const source = `${by.arrival.source} CROSS JOIN ${sourceOf(level)} ON ${level}.id = ${by.arrival.id}`;
    return {
      ...common,
      order: { terms: [{ ...first, table: level, sql: by.arrival.id, type: 'number' }], walk: true },
      source,
      where,
    };
  }
  const leading = plan.conditions.filter(
    (condition) => condition === by || (condition.table === from && condition.column === first?.sql),
  );
  const [lead] = leading;
  const fixed = lead?.arrival === 'own' && lead.column === first?.sql ? 1 : 0;
  // Of what stands between it is asked there, before anything below it is looked at.
  const through = lowestAsked(plan.conditions, tablesBetween(list, order));
  const joined = through ? [from, through] : [from];
  const where = [
    ...restrict(level, plan.conditions, { joined, leading: leading.slice(0, 1), sets: plan.sets }),
    ...askedAbove(level, from, plan),
  ];
  const own = leading.length > 0 || first?.sql !== 'image.id' ? level : sourceFor(list, order, plan);
  return { ...common, order, source: walkSource(list, order, own, through), where, fixed };
}

/**
 * What must lie below rows of the list must lie below the row above them too: asked there once, it spares asking it of each row of
 * the list where it is rare.
 */
function askedAbove(level: Table, from: Table, { conditions, sets }: Plan): readonly string[] {
  const below = conditions.filter(({ table }) => TABLES.indexOf(table) > TABLES.indexOf(level));
  return from === level || below.length === 0 ? [] : restrict(from, below, { sets });
}

/** How images are read on a walk in the order of arrival. */
function sourceFor(list: Listing, order: Order, { conditions, sets }: Plan): string {
  const asked = conditions.some((condition) => condition.table === 'image' && !sets.includes(condition));
  return asked ? sourceOf('image') : narrowSource(list, order);
}

/** A page of a walk. */
function readWalk(
  db: Database,
  { cursor, params, plan }: PageQuestion,
  walk: Walk,
  skip: number,
  take: number,
): CursorValue[][] {
  const foothold: Foothold = cursor ? { values: cursor.values, skip } : footholdOf(db, walk, plan.conditions, skip);
  const terms = termsOf(walk.order, walk.descending);
  const parts = foothold.values ? partsBehind(walk, foothold.values, params) : [[]];
  const rows: CursorValue[][] = [];
  let toSkip = foothold.skip;
  for (const [at, part] of parts.entries()) {
    const where = [...walk.where, ...part];
    const sql = select(tableOf(walk.list), walk.source, where, terms, (term) => term.sql, walk.fixed);
    const values = { ...params.values, ...plan.known.values, take: take - rows.length, skip: toSkip };
    rows.push(...valuesOf(db, sql, values));
    if (rows.length === take || at === parts.length - 1) break;
    toSkip = rows.length > 0 || toSkip === 0 ? 0 : toSkip - countIn(db, walk, part, params);
  }
  return rows;
}

/**
 * From where a row in the middle is reached: of a whole list always known, of others until something changes. Whoever sees the beginning
 * of a whole list may jump next, for which is made ready what can be.
 */
function footholdOf(db: Database, walk: Walk, conditions: readonly Condition[], skip: number): Foothold {
  const start = { values: undefined, skip };
  if (db.inTransaction) return start;
  const whole = wholeOf(walk, conditions);
  if (skip < STEP) {
    if (whole) expectJumps(db, walk.list, whole.order);
    return start;
  }
  if (whole) {
    const { values, skip: rest } = footholdIn(db, walk.list, whole.order, walk.descending, whole.before + skip);
    // The nearest place may lie before all of these rows.
    return rest >= skip ? start : { values: values?.slice(whole.fixed), skip: rest };
  }
  const terms = inOrder(termsOf(walk.order, walk.descending));
  const key = `ladder ${walk.source} ${walk.where.join(' ')} ${terms} ${JSON.stringify([walk.params.values, walk.known])}`;
  return once(db, key, () => new Ladder(db, { ...walk, params: walk.params.copy() })).foothold(skip);
}

/** A whole list in which rows stand together, and how many others stand before them. */
interface Whole {
  readonly order: Order;
  readonly before: number;
  /** First terms of the order that are the same for all of the rows. */
  readonly fixed: number;
}

/**
 * The whole list that a walk goes along, whose places stay known when something changes: of rows with one value, as they came, where it is
 * kept how many have other ones, the list in the order of that value. Undefined when it goes along none.
 */
function wholeOf({ list, order, descending }: Walk, [only, ...others]: readonly Condition[]): Whole | undefined {
  if (only === undefined) return canBeFollowed(list, order) ? { order, before: 0, fixed: 0 } : undefined;
  if (only.beside === undefined || only.column === undefined || others.length > 0 || !isArrival(list, order))
    return undefined;
  const whole: Order = { terms: [{ table: only.table, sql: only.column, type: 'text' }, ...order.terms], walk: true };
  return { order: whole, before: descending ? only.beside.behind : only.beside.before, fixed: 1 };
}

/** Gathers and sorts everything: for orders that no index has. */
function sortSql({ list, cursor, params, plan }: PageQuestion, terms: readonly SortTerm[]): string {
  const table = tableOf(list);
  const where = [...restrict(table, plan.conditions)];
  if (cursor) where.push(`+(${behind(terms, cursor.values, params)})`);
  return select(table, table + joinsFor(list, terms), where, terms, (term) => `+(${term.sql})`);
}

function select(
  table: string,
  source: string,
  where: readonly string[],
  terms: readonly SortTerm[],
  sortedBy: (term: SortTerm) => string,
  fixed = 0,
): string {
  const columns = [`${table}.id`, ...terms.map((term) => term.sql)].join(', ');
  return `SELECT ${columns} FROM ${source}${filter(where)} ORDER BY ${inOrder(terms.slice(fixed), sortedBy)} LIMIT @take OFFSET @skip`;
}
