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

/** Pairs of letters are known up to this place in a word. */
const LAST_PLACE = 12;

/** Two neighbouring letters and where they stand. */
function pairAt(first: string, second: string, place: number): string {
  return `${first}${second}${String(place)}`;
}

/**
 * The pairs of letters of which a word has at least one when it is like the one typed: cut into one more piece than there may
 * be errors, one piece is without any, and stands where it was or nearly so; or the letters at a cut are exchanged.
 */
function telltalePairs(typed: string, limit: number): readonly string[] {
  const pieces = limit + 1;
  const pairs: string[] = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    const from = Math.floor((piece * typed.length) / pieces);
    for (let place = Math.max(0, from - limit); place <= from + limit; place += 1)
      pairs.push(pairAt(typed.charAt(from), typed.charAt(from + 1), place));
    if (piece === 0) continue;
    for (let place = Math.max(0, from - 1 - limit); place <= from - 1 + limit; place += 1)
      pairs.push(pairAt(typed.charAt(from), typed.charAt(from - 1), place));
  }
  return pairs;
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
 * All words of names, kept in memory, with the pairs of letters by which those that may be like another are found. Reading what is new
 * keeps this up to date; when words go out of the table, it is forgotten as a whole.
 */
class Vocabulary {
  private known: KnownWord[] = [];
  /** Which words (by their place in `known`) have a pair of letters at a place. */
  private readonly withPair = new Map<string, number[]>();

  corrections(db: Database, typed: string, atMost: number): readonly Correction[] {
    const limit = forgiven(typed.length);
    if (limit === 0 || /\d/.test(typed)) return [];
    this.refresh(db);
    const letters = letterSet(typed);
    const found: Correction[] = [];
    for (const known of this.candidates(typed, limit)) {
      // Each error takes away at most one of the letters typed.
      if (known.word === typed || known.word.length < typed.length - limit || bits(letters & ~known.letters) > limit)
        continue;
      const { whole, beginning } = typingErrors(typed, known.word, limit);
      const errors = Math.min(whole, beginning + 1);
      if (whole <= limit || beginning <= limit) found.push({ word: known.word, errors });
    }
    found.sort((a, b) => a.errors - b.errors || a.word.length - b.word.length || (a.word < b.word ? -1 : 1));
    return found.slice(0, atMost);
  }

  /** Words that may be like the one typed, each once. */
  private candidates(typed: string, limit: number): readonly KnownWord[] {
    const places = new Set<number>();
    for (const pair of telltalePairs(typed, limit))
      for (const place of this.withPair.get(pair) ?? []) places.add(place);
    return [...places].flatMap((place) => this.known[place] ?? []);
  }

  private add(row: { readonly id: number; readonly word: string }): void {
    const at = this.known.push({ ...row, letters: letterSet(row.word) }) - 1;
    for (let place = 0; place < Math.min(row.word.length - 1, LAST_PLACE); place += 1) {
      const pair = pairAt(row.word.charAt(place), row.word.charAt(place + 1), place);
      const words = this.withPair.get(pair);
      if (words) words.push(at);
      else this.withPair.set(pair, [at]);
    }
  }

  private refresh(db: Database): void {
    const last = this.known.at(-1);
    if (last) {
      const row = statement(db, 'SELECT word FROM name_word WHERE id = ?').get(last.id) as { word: string } | undefined;
      if (row?.word !== last.word) {
        this.known = [];
        this.withPair.clear();
      }
    }
    const from = this.known.at(-1)?.id ?? 0;
    const rows = statement(db, 'SELECT id, word FROM name_word WHERE id > ? ORDER BY id').all(from) as {
      id: number;
      word: string;
    }[];
    for (const row of rows) this.add(row);
  }
}

const vocabularies = new WeakMap<Database, Vocabulary>();

/** Call it when words have gone out of the table. */
export function forgetVocabulary(db: Database): void {
  vocabularies.delete(db);
}

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
