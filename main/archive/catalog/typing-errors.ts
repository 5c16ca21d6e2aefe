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

/** A word that stands in a name and is like the one typed. */
export interface Correction {
  readonly word: string;
  /** Typing errors; one more when only its beginning is like the word typed. */
  readonly errors: number;
}

interface KnownWord {
  readonly id: number;
  readonly word: string;
}

/**
 * All words of names, kept in memory in their order, so that words which begin alike are compared once as far as they are alike. Reading
 * what is new keeps this up to date; when words go out of the table, it is forgotten as a whole.
 */
class Vocabulary {
  private words: string[] = [];
  /** With how many letters a word begins as the one before it does. */
  private alike = new Uint8Array(0);
  private last: KnownWord | undefined;

  corrections(db: Database, typed: string, atMost: number): readonly Correction[] {
    const limit = forgiven(typed.length);
    if (limit === 0 || typed.length > LONGEST || /\d/.test(typed)) return [];
    this.refresh(db);
    const found: string[][] = Array.from({ length: limit + 2 }, () => []);
    this.compare(typed, limit, (word, errors) => {
      if (word !== typed) found[errors]?.push(word);
    });
    const corrections: Correction[] = [];
    for (const [errors, words] of found.entries()) {
      if (corrections.length >= atMost) break;
      words.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
      corrections.push(...words.slice(0, atMost - corrections.length).map((word) => ({ word, errors })));
    }
    return corrections;
  }

  /**
   * Calls `like` with each word that is like the one typed as a whole, or whose beginning is: then with one error more. As typingErrors,
   * but of words that begin alike the table of distances is filled once.
   */
  private compare(typed: string, limit: number, like: (word: string, errors: number) => void): void {
    const width = typed.length;
    /** By how many letters of a word have been compared: the distances of all beginnings of what was typed. */
    const rows = [Uint8Array.from({ length: width + 1 }, (_, at) => at)];
    /** The same: the least distance of the whole of what was typed. */
    const beginnings = [width];
    let depth = 0;
    /** So many letters are already too different, whatever follows; 0: none are. */
    let far = 0;
    for (const [at, word] of this.words.entries()) {
      depth = Math.min(depth, this.alike[at] ?? 0);
      if (depth < far) far = 0;
      while (far === 0 && depth < word.length) {
        const least = nextRow(rows, typed, word, depth);
        depth += 1;
        beginnings[depth] = Math.min(beginnings[depth - 1] ?? width, rows[depth]?.[width] ?? width);
        if (least > limit) far = depth;
      }
      const whole = depth === word.length ? (rows[depth]?.[width] ?? width) : width;
      const beginning = beginnings[depth] ?? width;
      if (Math.min(whole, beginning) <= limit) like(word, Math.min(whole, beginning + 1));
    }
  }

  /** Reads what is new. */
  refresh(db: Database): void {
    if (this.last) {
      const row = statement(db, 'SELECT word FROM name_word WHERE id = ?').get(this.last.id) as
        { word: string } | undefined;
      if (row?.word !== this.last.word) {
        this.last = undefined;
        this.words = [];
      }
    }
    const newest = statement(db, 'SELECT id, word FROM name_word ORDER BY id DESC LIMIT 1').get() as
      KnownWord | undefined;
    const from = this.last?.id ?? 0;
    if (!newest || newest.id === from) return;
    const added = statement(db, 'SELECT word FROM name_word WHERE id > ? AND id <= ? ORDER BY word')
      .pluck(true)
      .all(from, newest.id) as string[];
    this.words = [...this.words, ...added].sort();
    this.alike = Uint8Array.from(this.words, (word, at) => commonLetters(this.words[at - 1] ?? '', word));
    this.last = newest;
  }
}

/**
 * Fills the row of distances for one letter more of a word, `letters` of which have been compared (optimal string alignment). Gives the
 * least of them.
 */
function nextRow(rows: Uint8Array[], typed: string, word: string, letters: number): number {
  const width = typed.length;
  const above = rows[letters] ?? new Uint8Array(width + 1);
  const before = letters > 0 ? rows[letters - 1] : undefined;
  const row = (rows[letters + 1] ??= new Uint8Array(width + 1));
  const letter = word.charCodeAt(letters);
  const previous = letters > 0 ? word.charCodeAt(letters - 1) : -1;
  let left = letters + 1;
  let diagonal = above[0] ?? 0;
  let least = left;
  row[0] = left;
  for (let at = 1; at <= width; at += 1) {
    const other = typed.charCodeAt(at - 1);
    const over = above[at] ?? 0;
    let errors = Math.min(over + 1, left + 1, diagonal + (letter === other ? 0 : 1));
    if (before && at > 1 && previous === other && letter === typed.charCodeAt(at - 2))
      errors = Math.min(errors, (before[at - 2] ?? 0) + 1);
    row[at] = errors;
    if (errors < least) least = errors;
    left = errors;
    diagonal = over;
  }
  return least;
}

/** With how many letters two words begin alike; more than can be compared are not counted. */
function commonLetters(a: string, b: string): number {
  const most = Math.min(a.length, b.length, LONGEST);
  let count = 0;
  while (count < most && a.charCodeAt(count) === b.charCodeAt(count)) count += 1;
  return count;
}

const vocabularies = new WeakMap<Database, Vocabulary>();

/** Call it when words have gone out of the table. */
export function forgetVocabulary(db: Database): void {
  vocabularies.delete(db);
}

/** Words of names that are like a folded word, the most alike first. */
export function correctionsOf(db: Database, typed: string, atMost: number): readonly Correction[] {
  return vocabularyOf(db).corrections(db, typed, atMost);
}

/** Reads the words of names, which the first correction would otherwise have to wait for. */
export function readWords(db: Database): void {
  vocabularyOf(db).refresh(db);
}

function vocabularyOf(db: Database): Vocabulary {
  let vocabulary = vocabularies.get(db);
  if (!vocabulary) {
    vocabulary = new Vocabulary();
    vocabularies.set(db, vocabulary);
  }
  return vocabulary;
}
