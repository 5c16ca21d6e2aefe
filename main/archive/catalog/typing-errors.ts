import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { SHORTEST_CORRECTED } from './text-index';

/** How many typing errors are forgiven in a word of so many letters. */
export function forgiven(letters: number): 0 | 1 | 2 {
  if (letters < SHORTEST_CORRECTED) return 0;
  return letters <= 6 ? 1 : 2;
}

/** Words that are longer are not corrected. */
const LONGEST = 64;
/** Room for the last rows of the table of distances, kept since thousands of words are compared at a time. */
const ROWS: [Uint8Array, Uint8Array, Uint8Array] = [
  new Uint8Array(LONGEST + 4),
  new Uint8Array(LONGEST + 4),
  new Uint8Array(LONGEST + 4),
];

/**
 * The number of typing errors between two words: letters missing, too many, wrong, or two neighbours exchanged
 * (Damerau-Levenshtein, optimal string alignment). `beginning` is the least number against any beginning of `word`, for
 * words that are still being typed. Both are `limit + 1` when they are more than `limit`.
 */
export function typingErrors(
  typed: string,
  word: string,
  limit: number,
): { readonly whole: number; readonly beginning: number } {
  const far = limit + 1;
  if (word.length < typed.length - limit || typed.length > LONGEST) return { whole: far, beginning: far };
  const width = Math.min(word.length, typed.length + limit);
  let [before, row, next] = ROWS;
  for (let j = 0; j <= width; j += 1) row[j] = j;
  for (let i = 1; i <= typed.length; i += 1) {
    const letter = typed.charCodeAt(i - 1);
    next[0] = i;
    let least = i;
    for (let j = 1; j <= width; j += 1) {
      const other = word.charCodeAt(j - 1);
      let errors = Math.min(
        (row[j] ?? far) + 1,
        (next[j - 1] ?? far) + 1,
        (row[j - 1] ?? far) + (letter === other ? 0 : 1),
      );
      if (i > 1 && j > 1 && letter === word.charCodeAt(j - 2) && typed.charCodeAt(i - 2) === other) {
        errors = Math.min(errors, (before[j - 2] ?? far) + 1);
      }
      next[j] = errors;
      if (errors < least) least = errors;
    }
    if (least > limit) return { whole: far, beginning: far };
    [before, row, next] = [row, next, before];
  }
  let beginning = far;
  for (let j = 0; j <= width; j += 1) beginning = Math.min(beginning, row[j] ?? far);
  return { whole: width === word.length ? Math.min(far, row[width] ?? far) : far, beginning };
}

/**
 * Whether a word can be like the one typed at all: cut into one more piece than there may be errors, one piece stands in the
 * word where it was or nearly so, or the letters at a cut do so exchanged. Most words are told apart by this.
 */
function sharesPiece(typed: string, word: string, limit: number): boolean {
  const pieces = limit + 1;
  for (let piece = 0; piece < pieces; piece += 1) {
    const from = Math.floor((piece * typed.length) / pieces);
    const to = Math.floor(((piece + 1) * typed.length) / pieces);
    for (let shift = -limit; shift <= limit; shift += 1) {
      let at = from;
      while (at < to && typed.charCodeAt(at) === word.charCodeAt(at + shift)) at += 1;
      if (at === to) return true;
      if (
        piece > 0 &&
        word.charCodeAt(from - 1 + shift) === typed.charCodeAt(from) &&
        word.charCodeAt(from + shift) === typed.charCodeAt(from - 1)
      )
        return true;
    }
  }
  return false;
}

/** A word that stands in a name and is like the one typed. */
export interface Correction {
  readonly word: string;
  /** Typing errors; one more when only its beginning is like the word typed. */
  readonly errors: number;
}

interface KnownWord {
  readonly id: number;
  readonly word: string;
  readonly letters: number;
}

/**
 * All words of names, kept in memory: comparing twenty thousand of them takes about a millisecond. The table only grows, so
 * that reading what is new keeps this up to date.
 */
class Vocabulary {
  private known: KnownWord[] = [];

  corrections(db: Database, typed: string, atMost: number): readonly Correction[] {
    const limit = forgiven(typed.length);
    if (limit === 0 || /\d/.test(typed)) return [];
    this.refresh(db);
    const letters = letterSet(typed);
    const found: Correction[] = [];
    for (const known of this.known) {
      // Each error takes away at most one of the letters typed.
      if (known.word.length < typed.length - limit || bits(letters & ~known.letters) > limit) continue;
      if (!sharesPiece(typed, known.word, limit) || known.word === typed) continue;
      const { whole, beginning } = typingErrors(typed, known.word, limit);
      const errors = Math.min(whole, beginning + 1);
      if (whole <= limit || beginning <= limit) found.push({ word: known.word, errors });
    }
    found.sort((a, b) => a.errors - b.errors || a.word.length - b.word.length || (a.word < b.word ? -1 : 1));
    return found.slice(0, atMost);
  }

  private refresh(db: Database): void {
    const last = this.known.at(-1);
    if (last) {
      const row = statement(db, 'SELECT word FROM name_word WHERE id = ?').get(last.id) as { word: string } | undefined;
      if (row?.word !== last.word) this.known = [];
    }
    const from = this.known.at(-1)?.id ?? 0;
    const rows = statement(db, 'SELECT id, word FROM name_word WHERE id > ? ORDER BY id').all(from) as {
      id: number;
      word: string;
    }[];
    for (const row of rows) this.known.push({ ...row, letters: letterSet(row.word) });
  }
}

const vocabularies = new WeakMap<Database, Vocabulary>();

/** Words of names that are like a folded word, the most alike first. */
export function correctionsOf(db: Database, typed: string, atMost: number): readonly Correction[] {
  let vocabulary = vocabularies.get(db);
  if (!vocabulary) {
    vocabulary = new Vocabulary();
    vocabularies.set(db, vocabulary);
  }
  return vocabulary.corrections(db, typed, atMost);
}

/** Which letters occur, as bits; letters of other alphabets share bits. */
function letterSet(word: string): number {
  let set = 0;
  for (let at = 0; at < word.length; at += 1) set |= 1 << (word.charCodeAt(at) & 31);
  return set;
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
