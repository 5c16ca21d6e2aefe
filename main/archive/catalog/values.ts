import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { Params } from './condition';
import { once } from './counts';
import { foldText } from './folding';
import { globOf, hasWildcards, literalsOf, type Test } from './matching';
import { isOnePiece, shortQuery, TRIGRAM, trigramQuery } from './pieces';
import { TEST_FUNCTION } from './sql-functions';

/** Behind every text that begins with the same characters. */
export const LAST_CHARACTER = '\u{10FFFF}';

/** Properties with more distinct values than this are not gone through one by one. */
const MOST_GONE_THROUGH = 5000;
/** So few values are sooner gone through than looked up by their pieces. */
export const MOST_WITHOUT_PIECES = 300;
/** When more values fit, rows that have one are not rare, and are asked one by one. */
const MOST_FITTING = 5000;

/** Values of a property that fulfil a test. */
export interface FittingValues {
  readonly ids: readonly number[];
  readonly texts: readonly string[];
}

/** The values ever seen of a keyword that fulfil a test; undefined when it is not worth knowing them all. */
export function fittingValues(db: Database, keyword: string, test: Test): FittingValues | undefined {
  return once(db, fittingKey(keyword, test), () => findFitting(db, keyword, test));
}

function fittingKey(keyword: string, test: Test): string {
  return `values ${keyword} ${JSON.stringify(test)}`;
}

/**
 * Looks up at one go the values of several keywords in which a folded piece occurs, for `fittingValues` to know: each keyword with the
 * test that asks for the piece. Does nothing where the index of pieces alone does not tell all of them.
 */
export function lookUpTogether(db: Database, piece: string, tests: ReadonlyMap<string, Test>): void {
  const pattern = `*${piece}*`;
  const query = isOnePiece(pattern) ? trigramQuery(pattern) : undefined;
  if (query === undefined || hasMany(db, { index: 'value_trigram', query })) return;
  const rows = statement(
    db,
    `SELECT v.property, v.id, v.text FROM value_trigram AS t CROSS JOIN value AS v ON v.id = t.rowid
     WHERE t.value_trigram MATCH ?`,
  ).all(query) as { property: string; id: number; text: string }[];
  for (const [keyword, test] of tests) {
    const own = rows.filter(({ property }) => property === keyword);
    once(db, fittingKey(keyword, test), () => ({ ids: own.map(({ id }) => id), texts: own.map(({ text }) => text) }));
  }
}

function findFitting(db: Database, keyword: string, test: Test): FittingValues | undefined {
  const params = new Params();
  const whole = wholeTerms(test, params);
  const isFew = hasAtMost(db, keyword, MOST_WITHOUT_PIECES);
  const pieces = whole?.pieces === undefined || isFew ? undefined : pieceQuery(db, keyword, whole.pieces);
  if (pieces?.exact && hasMany(db, pieces)) return undefined;
  const isSought = isFew || whole?.sought === true || pieces !== undefined;
  if (!isSought && !hasAtMost(db, keyword, MOST_GONE_THROUGH)) return undefined;
  const sql = valuesSql(keyword, test, whole?.terms, pieces, params);
  const found = statement(db, `${sql} LIMIT ${String(MOST_FITTING + 1)}`).all(params.values) as {
    id: number;
    text: string;
  }[];
  if (found.length > MOST_FITTING) return undefined;
  const texts = new Map(found.map((row) => [row.id, row.text]));
  return { ids: [...texts.keys()], texts: [...texts.values()] };
}

/**
 * SELECT of the values of a keyword that fulfil a test, for when there are too many to know: it may go through all values of
 * the keyword, but begins to answer at once.
 */
export function valuesSelect(db: Database, keyword: string, test: Test, params: Params): string {
  const whole = wholeTerms(test, params);
  const pieces = whole?.pieces === undefined ? undefined : pieceQuery(db, keyword, whole.pieces);
  return valuesSql(keyword, test, whole?.terms, pieces, params);
}

/** The same, of the ids only. */
export function valueIdsSelect(db: Database, keyword: string, test: Test, params: Params): string {
  const pattern = wholeTerms(test, new Params())?.pieces;
  const pieces = pattern === undefined ? undefined : pieceQuery(db, keyword, pattern);
  if (!pieces?.exact) return `SELECT w.id FROM (${valuesSelect(db, keyword, test, params)}) AS w`;
  return `SELECT t.rowid AS id FROM ${pieces.index} AS t WHERE t.${pieces.index} MATCH ${params.add(pieces.query)}`;
}

/** Whether more values have the pieces than are worth knowing. */
function hasMany(db: Database, { index, query }: Pick<PieceQuery, 'index' | 'query'>): boolean {
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${index} AS t WHERE t.${index} MATCH ? LIMIT ${String(MOST_FITTING + 1)})`;
  return (statement(db, sql).pluck(true).get(query) as number) > MOST_FITTING;
}

function valuesSql(
  keyword: string,
  test: Test,
  terms: readonly string[] | undefined,
  pieces: PieceQuery | undefined,
  params: Params,
): string {
  const key = params.add(keyword);
  const tested = `${TEST_FUNCTION}(${params.add(JSON.stringify(test))}, v.text) = 1`;
  const select = 'SELECT v.id, v.text FROM';
  if (!terms) return `${select} value AS v WHERE v.property = ${key} AND ${tested}`;
  // Those with the pieces one after the other, so that it need not be known how many there are.
  const found =
    pieces === undefined
      ? `value AS v WHERE v.property = ${key}`
      : `${pieces.index} AS t CROSS JOIN value AS v ON v.id = t.rowid WHERE t.${pieces.index} MATCH ${params.add(pieces.query)}`;
  if (pieces?.exact) return `${select} ${found}`;
  // Of values of several parts any one may fit, which the terms for whole values do not see.
  const several = `value AS v WHERE v.property = ${key} AND (instr(v.folded, '\\') > 0 OR instr(v.folded, '=') > 0) AND ${tested}`;
  return `${select} ${[found, ...terms].join(' AND ')} UNION ALL ${select} ${several}`;
}

interface WholeTerms {
  /** What a value as a whole must fulfil. */
  readonly terms: readonly string[];
  /** Whether an index leads to such values. */
  readonly sought: boolean;
  /** A pattern whose pieces lead to them. */
  readonly pieces?: string;
}

/** A test in SQL; undefined when only the function can make it. */
function wholeTerms({ operator, comparison, wanted }: Test, params: Params): WholeTerms | undefined {
  if (comparison === 'number') return undefined;
  const [first = '', ...others] = wanted;
  const plain = comparison === 'date' || comparison === 'time' || comparison === 'uid';
  if (operator === '=') return { terms: [`v.folded IN (${params.list(wanted.map(foldText))})`], sought: true };
  if (others.length > 0) return undefined;
  const folded = foldText(first);
  const like = (pattern: string): WholeTerms => {
    const { prefix } = literalsOf(pattern);
    const glob = `v.folded GLOB +${params.add(globOf(pattern))}`;
    return prefix === ''
      ? { terms: [glob], sought: false, pieces: pattern }
      : { terms: [...prefixTerms(prefix, params), glob], sought: true };
  };
  switch (operator) {
    case '<':
    case '<=':
    case '>':
    case '>=':
      return plain ? { terms: [`v.text ${operator} ${params.add(first)}`, `v.text <> ''`], sought: true } : undefined;
    case 'startsWith':
      return { terms: prefixTerms(folded, params), sought: true };
    case 'like':
      return plain ? undefined : like(`*${folded}*`);
    case 'match':
      if (plain) return undefined;
      return hasWildcards(folded) ? like(folded) : { terms: [`v.folded = ${params.add(folded)}`], sought: true };
  }
}

interface PieceQuery {
  readonly index: 'value_trigram' | 'value_piece';
  readonly query: string;
  /** Whether all values that it finds fit, and no others. */
  readonly exact: boolean;
}

/** The query that finds a pattern's pieces in values of one property; undefined when it has no pieces or such values are not indexed. */
function pieceQuery(db: Database, keyword: string, pattern: string): PieceQuery | undefined {
  const row = statement(db, 'SELECT id FROM value_property WHERE property = ?').get(keyword) as
    { id: number } | undefined;
  if (!row) return undefined;
  const exact = isOnePiece(pattern);
  const long = trigramQuery(pattern);
  if (long !== undefined)
    return {
      index: 'value_trigram',
      query: `"${String.fromCharCode(0xe000 + row.id).repeat(TRIGRAM)}" AND ${long}`,
      exact,
    };
  const short = shortQuery(`p${String(row.id)}`, pattern);
  return short === undefined ? undefined : { index: 'value_piece', query: short, exact };
}

function prefixTerms(folded: string, params: Params): readonly string[] {
  return [`v.folded >= ${params.add(folded)}`, `v.folded < ${params.add(folded + LAST_CHARACTER)}`];
}

/** How many different values a property has, up to so many. */
export function differentValues(db: Database, keyword: string, most: number): number {
  const sql = 'SELECT count(*) FROM (SELECT 1 FROM value WHERE property = ? LIMIT ?)';
  return once(
    db,
    `different ${keyword} ${String(most)}`,
    () => statement(db, sql).pluck(true).get(keyword, most) as number,
  );
}

function hasAtMost(db: Database, keyword: string, most: number): boolean {
  return differentValues(db, keyword, most + 1) <= most;
}
