import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { Params } from './condition';
import { foldText } from './folding';
import { globOf, hasWildcards, literalsOf, type Test } from './matching';
import { TEST_FUNCTION } from './sql-functions';

/** Behind every text that begins with the same characters. */
export const LAST_CHARACTER = '\u{10FFFF}';
/** Pieces of so many letters are indexed. */
export const TRIGRAM = 3;

/** Properties with more distinct values than this are not gone through one by one. */
const MOST_GONE_THROUGH = 5000;
/** When more values fit, rows that have one are not rare, and are asked one by one. */
const MOST_FITTING = 3000;

/** Values of a property that fulfil a test. */
export interface FittingValues {
  readonly ids: readonly number[];
  readonly texts: readonly string[];
}

/** The values ever seen of a keyword that fulfil a test; undefined when it is not worth knowing them all. */
export function fittingValues(db: Database, keyword: string, test: Test): FittingValues | undefined {
  const params = new Params();
  const whole = wholeTerms(test, params);
  const pieces = whole?.pieces === undefined ? undefined : pieceQuery(db, keyword, whole.pieces);
  if (!(whole?.sought || pieces !== undefined) && !isSmall(db, keyword)) return undefined;
  const sql = valuesSql(keyword, test, whole?.terms, pieces, params);
  const found = statement(db, `${sql} LIMIT ${String(MOST_FITTING + 1)}`).all(params.values) as {
    id: number;
    text: string;
  }[];
  if (found.length > MOST_FITTING) return undefined;
  return { ids: found.map((row) => row.id), texts: found.map((row) => row.text) };
}

/**
 * SELECT of the values of a keyword that fulfil a test, for when there are too many to know: it may go through all values of
 * the keyword, but begins to answer at once.
 */
export function valuesSelect(keyword: string, test: Test, params: Params): string {
  return valuesSql(keyword, test, wholeTerms(test, params)?.terms, undefined, params);
}

function valuesSql(
  keyword: string,
  test: Test,
  terms: readonly string[] | undefined,
  pieces: string | undefined,
  params: Params,
): string {
  const key = params.add(keyword);
  const tested = `${TEST_FUNCTION}(${params.add(JSON.stringify(test))}, v.text) = 1`;
  const select = 'SELECT v.id, v.text FROM value AS v WHERE';
  if (!terms) return `${select} v.property = ${key} AND ${tested}`;
  const found =
    pieces === undefined
      ? `v.property = ${key}`
      : `v.id IN (SELECT t.rowid FROM value_trigram AS t WHERE t.value_trigram MATCH ${params.add(pieces)})`;
  // Of values of several parts any one may fit, which the terms for whole values do not see.
  const several = `v.property = ${key} AND (instr(v.folded, '\\') > 0 OR instr(v.folded, '=') > 0) AND ${tested}`;
  return `${select} ${[found, ...terms].join(' AND ')} UNION ${select} ${several}`;
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
    const glob = `v.folded GLOB ${params.add(globOf(pattern))}`;
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

/** The query that finds a pattern's pieces in values of one property; undefined when they are too short or there is none. */
function pieceQuery(db: Database, keyword: string, pattern: string): string | undefined {
  const query = trigramQuery(pattern);
  const row = statement(db, 'SELECT id FROM value_property WHERE property = ?').get(keyword) as
    { id: number } | undefined;
  if (query === undefined || !row) return undefined;
  return `"${String.fromCharCode(0xe000 + row.id).repeat(TRIGRAM)}" AND ${query}`;
}

function prefixTerms(folded: string, params: Params): readonly string[] {
  return [`v.folded >= ${params.add(folded)}`, `v.folded < ${params.add(folded + LAST_CHARACTER)}`];
}

/** The query for a trigram index that finds texts with all pieces of a pattern; undefined when they are too short. */
export function trigramQuery(pattern: string): string | undefined {
  const long = literalsOf(pattern).pieces.filter((piece) => Array.from(piece).length >= TRIGRAM);
  return long.length === 0 ? undefined : long.map((piece) => `"${piece.replaceAll('"', '""')}"`).join(' AND ');
}

function isSmall(db: Database, keyword: string): boolean {
  const { n } = statement(db, 'SELECT count(*) AS n FROM (SELECT 1 FROM value WHERE property = ? LIMIT ?)').get(
    keyword,
    MOST_GONE_THROUGH + 1,
  ) as { n: number };
  return n <= MOST_GONE_THROUGH;
}
