import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { once } from './counts';
import { literalsOf } from './matching';

/** Pieces of so many letters are found by the trigram tokenizer of FTS5; shorter ones as words of their own, made here. */
export const TRIGRAM = 3;

/**
 * Each letter of a folded text, and each two neighbouring ones, as words for an index of words: `of` tells whose letters they are, then
 * come their code points.
 */
export function shortPieces(of: string, folded: string): string {
  const letters = Array.from(folded, codeOf);
  const words = new Set(letters.map((letter) => of + letter));
  for (const [at, letter] of letters.entries()) {
    const next = letters[at + 1];
    if (next !== undefined) words.add(of + letter + next);
  }
  return [...words].join(' ');
}

/** The query for an index of short pieces that finds texts with all pieces of a pattern; undefined when it has none or longer ones. */
export function shortQuery(of: string, pattern: string): string | undefined {
  const { pieces } = literalsOf(pattern);
  const letters = pieces.map((piece) => Array.from(piece, codeOf));
  if (letters.length === 0 || letters.some((piece) => piece.length >= TRIGRAM)) return undefined;
  return letters.map((piece) => of + piece.join('')).join(' AND ');
}

/**
 * Whether a folded text has all pieces of a pattern just when it fits it: any one piece of ASCII anywhere. (Of other letters the trigram
 * tokenizer takes some for the same.)
 */
export function isOnePiece(pattern: string): boolean {
  return /^\*[^*?[\\=\u0080-\uffff]+\*$/.test(pattern);
}

/** Texts with more hits than this for their pieces are not gone through to see which of them fit. */
const MOST_TRIED = 10_000;

/** Whether pieces are found so often that they tell nothing. */
export function isFrequent(
  db: Database,
  index: 'patient_trigram' | 'patient_piece' | 'value_trigram' | 'value_piece',
  query: string,
): boolean {
  const sql = `SELECT count(*) FROM (SELECT 1 FROM ${index} AS t WHERE t.${index} MATCH ? LIMIT ${String(MOST_TRIED + 1)})`;
  return once(db, `${sql} ${query}`, () => (statement(db, sql).pluck(true).get(query) as number) > MOST_TRIED);
}

/** The query for a trigram index that finds texts with all pieces of a pattern; undefined when they are too short. */
export function trigramQuery(pattern: string): string | undefined {
  const long = literalsOf(pattern).pieces.filter((piece) => Array.from(piece).length >= TRIGRAM);
  return long.length === 0 ? undefined : long.map((piece) => `"${piece.replaceAll('"', '""')}"`).join(' AND ');
}

/** Letters and digits only, which no tokenizer takes apart and no query means anything by; `z` begins each. */
function codeOf(letter: string): string {
  return `z${(letter.codePointAt(0) ?? 0).toString(16)}`;
}
