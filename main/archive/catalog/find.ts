import type { Database } from 'better-sqlite3';
import type { z } from 'zod';
import type { FindInput, ImagePage, PatientPage, SeriesPage, StudyPage } from '@shared/contract/catalog';
import { FieldboxError } from '@shared/errors';
import type { Level } from '@shared/model/vocabulary';
import { statement } from '../index-writer/statements';
import { idColumn, LEVELS, type Order, orderBy, type Term } from './columns';
import { type Condition, conditionsOf, Params, restrict } from './conditions';
import { groupConditions } from './group-conditions';
import { countOnce } from './counts';
import { type Cursor, type CursorValue, decodeCursor, encodeCursor, requireCursorFor } from './cursor';
import { rowsOf } from './rows';
import { addSqlFunctions } from './sql-functions';
import { textSearch } from './text-search';

interface Pages {
  readonly patient: z.infer<typeof PatientPage>;
  readonly study: z.infer<typeof StudyPage>;
  readonly series: z.infer<typeof SeriesPage>;
  readonly image: z.infer<typeof ImagePage>;
}

/** One page of rows of a level. */
export type Page<L extends Level> = Pages[L];

/** How much dearer it is to put a row into a sorter than to pass by it in an index. */
const SORTING = 3;

/** The order when none is asked for. */
const DEFAULT_ORDER: Readonly<Record<Level, { readonly sort: string; readonly descending: boolean }>> = {
  patient: { sort: 'PatientName', descending: false },
  study: { sort: 'StudyDate', descending: true },
  series: { sort: 'StudyDate', descending: true },
  image: { sort: 'arrival', descending: false },
};

/**
 * Answers a question about the catalogue (a C-FIND of PS3.4 C.4.1 with typed text, order and pages). `match` takes any DICOM
 * keyword at any level: of the row itself, of the rows above it, or of at least one row below it. Without `sort`: patients by
 * name, studies and series newest first (series of one study by number), images as they arrived (of one series by number);
 * `descending` turns that round. Throws BAD_REQUEST: an unknown keyword or property, a malformed date, a cursor that is not of
 * this list, both `after` and `offset`.
 */
export function find<L extends Level>(db: Database, input: FindInput & { readonly level: L }): Page<L> {
  if (input.after !== undefined && input.offset !== undefined)
    throw new FieldboxError('BAD_REQUEST', { what: 'after, offset' });
  addSqlFunctions(db);
  const list = resolveOrder(input);
  const cursor = readCursor(db, input, list);
  const params = new Params();
  const conditions = [...conditionsOf(input, params), ...groupConditions(db, input, params)];
  const text = textSearch(db, input.level, input.text, params, cursor?.corrected);
  if (text) conditions.push(text.condition);
  if (cursor?.corrected === true && text?.rank === undefined) throw new FieldboxError('BAD_REQUEST', { what: 'after' });

  const total = countRows(db, input.level, conditions, params);
  const hits = readHits(db, { input, list, cursor, params, conditions, rank: text?.rank, total });
  const last = hits.found.at(-1);
  return {
    total,
    rows: rowsOf(
      db,
      input.level,
      hits.found.map((hit) => hit.id),
    ),
    next:
      hits.more && last
        ? encodeCursor({
            v: 1,
            level: input.level,
            sort: list.sort,
            descending: list.descending,
            corrected: text?.rank !== undefined,
            values: last.values,
          })
        : null,
  } as Page<L>; // rowsOf gives the rows of this level
}

interface List {
  readonly sort: string;
  readonly descending: boolean;
  readonly order: Order;
}

function resolveOrder(input: FindInput): List {
  let standard = DEFAULT_ORDER[input.level];
  if (input.level === 'series' && input.study !== undefined) standard = { sort: 'SeriesNumber', descending: false };
  if (input.level === 'image' && input.series !== undefined) standard = { sort: 'InstanceNumber', descending: false };
  const sort = input.sort ?? standard.sort;
  const order = orderBy(input.level, sort);
  if (!order) throw new FieldboxError('BAD_REQUEST', { what: `sort: ${sort}` });
  const descending = input.sort === undefined ? input.descending !== standard.descending : input.descending;
  return { sort, descending, order };
}

/** A cursor with all its values. */
interface Position {
  readonly corrected: boolean;
  readonly values: readonly CursorValue[];
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
function wholeValues(db: Database, level: Level, list: List, cursor: Cursor): readonly CursorValue[] {
  if (!cursor.values.includes(null)) return cursor.values.map((value) => value ?? '');
  const { terms } = list.order;
  const sql = `SELECT ${terms.map((term) => term.sql).join(', ')} FROM ${level}${joinsFor(level, terms)} WHERE ${level}.id = ?`;
  const row = statement(db, sql).raw(true).get(cursor.values.at(-1)) as CursorValue[] | undefined;
  if (!row) throw new FieldboxError('BAD_REQUEST', { what: 'after' });
  const ranks = cursor.values.length - terms.length;
  return cursor.values.map((value, at) => value ?? row[at - ranks] ?? '');
}

/** The tables above that terms speak of. */
function joinsFor(level: Level, terms: readonly Pick<Term, 'sql'>[]): string {
  return LEVELS[level].parents
    .filter((parent) => terms.some((term) => term.sql.includes(`${parent}.`)))
    .map((parent) => ` CROSS JOIN ${parent} ON ${parent}.id = ${idColumn(level, parent)}`)
    .join('');
}

function countRows(db: Database, level: Level, conditions: readonly Condition[], params: Params): number {
  const terms = restrict(level, conditions);
  const where = terms.length === 0 ? '' : ` WHERE ${terms.join(' AND ')}`;
  return countOnce(db, `SELECT count(*) AS n FROM ${level}${where}`, terms.length === 0 ? {} : params.values);
}

interface Hit {
  readonly id: number;
  readonly values: CursorValue[];
}

interface Question {
  readonly input: FindInput;
  readonly list: List;
  readonly cursor: Position | undefined;
  readonly params: Params;
  readonly conditions: readonly Condition[];
  readonly rank: string | undefined;
  readonly total: number;
}

/** A value the list is sorted by, and in which direction. */
interface SortTerm extends Pick<Term, 'sql'> {
  readonly descending: boolean;
}

/** The ids of a page in their order, with what a cursor needs. */
function readHits(db: Database, question: Question): { readonly found: readonly Hit[]; readonly more: boolean } {
  const { input, list, cursor, params, rank, total } = question;
  const offset = input.offset ?? 0;
  if (total === 0 || offset >= total) return { found: [], more: false };
  const wanted = Math.min(input.limit, total - offset);
  // The far half of a long list is reached from its other end.
  const backwards = cursor === undefined && offset > total / 2;
  const terms: SortTerm[] = [
    ...(rank === undefined ? [] : [{ sql: rank, descending: backwards }]),
    ...list.order.terms.map((term) => ({ sql: term.sql, descending: list.descending !== backwards })),
  ];
  const skip = backwards ? total - offset - wanted : offset;
  const take = cursor === undefined ? wanted : input.limit + 1;
  const all = countRows(db, input.level, [], params);
  const walking = rank === undefined && list.order.walk && (skip + take) * (all / total) <= total * SORTING;
  const sql = walking ? walkSql(question, terms) : sortSql(question, terms);
  const rows = statement(db, sql)
    .raw(true)
    .all({ ...params.values, take, skip }) as CursorValue[][];
  if (backwards) rows.reverse();
  const found = rows.slice(0, input.limit).map(([id, ...values]): Hit => ({ id: Number(id), values }));
  return { found, more: cursor === undefined ? offset + found.length < total : rows.length > found.length };
}

/**
 * Walks along the index of the order and leaves out what is not asked for: for long lists. The unary `+` keeps SQLite from
 * going another way.
 */
function walkSql(question: Question, terms: readonly SortTerm[]): string {
  const { input, list, cursor, params, conditions } = question;
  const { level } = input;
  const from = list.order.terms[0]?.table ?? level;
  const where = restrict(level, conditions).map((term) => `+(${term})`);
  if (cursor) {
    const leading = list.order.terms.filter((term) => term.table === from).length;
    where.push(startBound(terms.slice(0, leading), cursor.values, params), behind(terms, cursor.values, params));
  }
  const source = from === level ? level : `${from} CROSS JOIN ${level} ON ${idColumn(level, from)} = ${from}.id`;
  return select(level, source, where, terms, (term) => term.sql);
}

/** Gathers what is asked for in whatever way is quickest, and sorts that: for short lists. */
function sortSql(question: Question, terms: readonly SortTerm[]): string {
  const { input, cursor, params, conditions } = question;
  const { level } = input;
  const where = [...restrict(level, conditions)];
  if (cursor) where.push(`+(${behind(terms, cursor.values, params)})`);
  return select(level, level + joinsFor(level, terms), where, terms, (term) => `+(${term.sql})`);
}

function select(
  level: Level,
  source: string,
  where: readonly string[],
  terms: readonly SortTerm[],
  sortedBy: (term: SortTerm) => string,
): string {
  const columns = [`${level}.id`, ...terms.map((term) => term.sql)].join(', ');
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
