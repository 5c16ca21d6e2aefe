import type { Database } from 'better-sqlite3';
import type { z } from 'zod';
import type {
  Counts,
  Filter,
  FindInput,
  FlatSeriesPage,
  ImagePage,
  PatientPage,
  SeriesPage,
  StudyPage,
} from '@shared/contract/catalog';
import { FieldboxError } from '@shared/errors';
import type { Listing } from '@shared/model/vocabulary';
import { statement } from '../index-writer/statements';
import { isArrival, joinsFor, type Order, orderBy, tableOf } from './columns';
import { Params } from './condition';
import { conditionsOf } from './conditions';
import { type Cursor, type CursorValue, decodeCursor, encodeCursor, requireCursorFor } from './cursor';
import { whileReading } from './counts';
import { type AskedOf, countLevels } from './level-counts';
import { type Hit, type Position, readHits } from './page';
import { planFor } from './plan';
import { rowsOf } from './rows';
import { addSqlFunctions } from './sql-functions';
import { textSearch } from './text-search';

interface Pages {
  readonly patient: z.infer<typeof PatientPage>;
  readonly study: z.infer<typeof StudyPage>;
  readonly series: z.infer<typeof SeriesPage>;
  readonly image: z.infer<typeof ImagePage>;
  readonly flatSeries: z.infer<typeof FlatSeriesPage>;
}

/** One page of rows of a list. */
export type Page<L extends Listing> = Pages[L];

/** The order when none is asked for. */
export const DEFAULT_ORDER: Readonly<Record<Listing, { readonly sort: string; readonly descending: boolean }>> = {
  patient: { sort: 'PatientName', descending: false },
  study: { sort: 'StudyDate', descending: true },
  series: { sort: 'StudyDate', descending: true },
  image: { sort: 'arrival', descending: false },
  flatSeries: { sort: 'StudyDate', descending: true },
};

/**
 * Answers a question about the catalogue: a C-FIND of PS3.4 C.4.1, a structured query or what a person typed, with order and
 * pages. Without `sort`: patients by name, studies and series newest first (series of one study by number), images as they
 * arrived (of one series by number); `descending` turns that round. Throws BAD_REQUEST: an unknown keyword of a match or
 * property to sort by, a malformed date, a cursor that is not of this list, both `after` and `offset`; and QUERY_*.
 */
export function find<L extends Listing>(db: Database, input: FindInput & { readonly level: L }): Page<L> {
  if (input.after !== undefined && input.offset !== undefined)
    throw new FieldboxError('BAD_REQUEST', { what: 'after, offset' });
  addSqlFunctions(db);
  return whileReading(db, () => findPage(db, input));
}

function findPage<L extends Listing>(db: Database, input: FindInput & { readonly level: L }): Page<L> {
  const list = resolveOrder(input);
  const cursor = readCursor(db, input, list);
  const params = new Params();
  const conditions = [...conditionsOf(db, input.level, input, params)];
  const text = textSearch(db, tableOf(input.level), input.text, params, cursor?.corrected);
  if (text) conditions.push(text.condition);
  if (cursor?.corrected === true && text?.rank === undefined) throw new FieldboxError('BAD_REQUEST', { what: 'after' });

  const plan = planFor(db, tableOf(input.level), conditions, params, {
    page: input.limit,
    arrival: isArrival(input.level, list.order),
  });
  const offset = input.offset ?? 0;
  const { hits, more } = readHits(db, {
    list: input.level,
    order: list.order,
    descending: list.descending,
    limit: input.limit,
    offset,
    cursor,
    params,
    rank: text?.rank,
    plan,
  });
  const last = hits.at(-1);
  return {
    ...totalOf(plan, cursor === undefined ? offset : undefined, hits, more),
    rows: rowsOf(
      db,
      input.level,
      hits.map((hit) => hit.id),
    ),
    next:
      more && last
        ? encodeCursor({
            v: 1,
            level: input.level,
            sort: list.sort,
            descending: list.descending,
            corrected: text?.rank !== undefined,
            values: last.values,
          })
        : null,
  } as Page<L>; // rowsOf gives the rows of this list
}

/** How many rows of each level fit. Throws as `find`. */
export function countsOf(db: Database, filter: Filter): Counts {
  addSqlFunctions(db);
  const askedOf = (list: Listing): AskedOf => {
    const params = new Params();
    const conditions = [...conditionsOf(db, list, filter, params)];
    const text = textSearch(db, tableOf(list), filter.text, params, undefined);
    if (text) conditions.push(text.condition);
    return { conditions, params };
  };
  return whileReading(db, () =>
    countLevels(db, {
      patient: askedOf('patient'),
      study: askedOf('study'),
      series: askedOf('series'),
      image: askedOf('image'),
    }),
  );
}

/** What a page tells of the whole list: an estimate never stays behind what has been seen, and the end is the end. */
function totalOf(
  plan: { readonly total: number; readonly totalIsExact: boolean },
  offset: number | undefined,
  hits: readonly Hit[],
  more: boolean,
): { readonly total: number; readonly totalIsExact: boolean } {
  const { total, totalIsExact } = plan;
  if (totalIsExact || offset === undefined) return { total, totalIsExact };
  if (!more && (hits.length > 0 || offset === 0)) return { total: offset + hits.length, totalIsExact: true };
  return more
    ? { total: Math.max(total, offset + hits.length + 1), totalIsExact }
    : { total: Math.min(total, offset), totalIsExact };
}

interface List {
  readonly sort: string;
  readonly descending: boolean;
  readonly order: Order;
}

function resolveOrder(input: FindInput): List {
  let standard = DEFAULT_ORDER[input.level];
  const isSeries = input.level === 'series' || input.level === 'flatSeries';
  if (isSeries && input.study !== undefined) standard = { sort: 'SeriesNumber', descending: false };
  if (input.level === 'image' && input.series !== undefined) standard = { sort: 'InstanceNumber', descending: false };
  const sort = input.sort ?? standard.sort;
  const order = orderBy(input.level, sort);
  if (!order) throw new FieldboxError('BAD_REQUEST', { what: `sort: ${sort}` });
  const descending = input.sort === undefined ? input.descending !== standard.descending : input.descending;
  return { sort, descending, order };
}

function readCursor(db: Database, input: FindInput, list: List): Position | undefined {
  if (input.after === undefined) return undefined;
  const cursor = decodeCursor(input.after);
  requireCursorFor(cursor, {
    level: input.level,
    sort: list.sort,
    descending: list.descending,
    types: list.order.terms.map((term) => term.type),
  });
  return { corrected: cursor.corrected, values: wholeValues(db, input.level, list, cursor) };
}

/** Values that were too long for the cursor are those that its row has now. */
function wholeValues(db: Database, list: Listing, { order }: List, cursor: Cursor): readonly CursorValue[] {
  if (!cursor.values.includes(null)) return cursor.values.map((value) => value ?? '');
  const { terms } = order;
  const table = tableOf(list);
  const sql = `SELECT ${terms.map((term) => term.sql).join(', ')} FROM ${table}${joinsFor(list, terms)} WHERE ${table}.id = ?`;
  const row = statement(db, sql).raw(true).get(cursor.values.at(-1)) as CursorValue[] | undefined;
  if (!row) throw new FieldboxError('BAD_REQUEST', { what: 'after' });
  const ranks = cursor.values.length - terms.length;
  return cursor.values.map((value, at) => value ?? row[at - ranks] ?? '');
}
