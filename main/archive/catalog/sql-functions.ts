import type { Database } from 'better-sqlite3';
import { foldText, searchWords } from './folding';
import { shortPieces } from './pieces';
import { type Matcher, type Test, testOf } from './matching';

/** Whether a value fulfils a test; called with the test as JSON and the value. */
export const TEST_FUNCTION = 'fieldbox_is';
/** A text as it is searched (foldText). */
export const FOLD_FUNCTION = 'fieldbox_fold';
/** The short pieces of a text (shortPieces); called with whose they are and the folded text. */
export const PIECES_FUNCTION = 'fieldbox_pieces';
/** Whether every word of a JSON list is the beginning of a word of the texts that follow. */
export const WORDS_FUNCTION = 'fieldbox_words';
/** Whether a folded text occurs in any of the texts that follow. */
export const CONTAINS_FUNCTION = 'fieldbox_contains';

const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}]+/gu;

const KEPT_MATCHERS = 32;
/** Descriptions repeat from row to row, so what a value came to is worth remembering; folding it again costs more. */
const KEPT_ANSWERS = 4096;

const prepared = new WeakSet<Database>();

/** Gives a connection the functions that the index's triggers and the catalogue's statements call. May be called again. */
export function addSqlFunctions(db: Database): void {
  if (prepared.has(db)) return;
  prepared.add(db);
  const tests = remembered((key) => remembering(testOf(JSON.parse(key) as Test)));
  db.function(TEST_FUNCTION, { deterministic: true }, (test: unknown, value: unknown): number =>
    tests(String(test))(textOf(value)) ? 1 : 0,
  );
  db.function(FOLD_FUNCTION, { deterministic: true }, (text: unknown): string => foldText(textOf(text)));
  db.function(PIECES_FUNCTION, { deterministic: true }, (of: unknown, folded: unknown): string =>
    shortPieces(textOf(of), textOf(folded)),
  );
  const words = remembered((key) => JSON.parse(key) as readonly string[]);
  db.function(WORDS_FUNCTION, { deterministic: true, varargs: true }, (list: unknown, ...texts: unknown[]): number =>
    haveWords(words(String(list)), texts.map(textOf)) ? 1 : 0,
  );
  const needles = remembered((needle) => remembering((value) => foldText(value).includes(needle)));
  db.function(
    CONTAINS_FUNCTION,
    { deterministic: true, varargs: true },
    (needle: unknown, ...texts: unknown[]): number => {
      const occurs = needles(String(needle));
      return texts.some((text) => occurs(textOf(text))) ? 1 : 0;
    },
  );
}

/** Texts whose search words (searchWords) are what stands between spaces: letters and numbers, none of which begins with a zero. */
const PLAIN = /^(?: (?:[a-z]+|[1-9][0-9]*))*$/;

/** Whether every word is the beginning of a search word of a text; most texts are judged without taking them apart. */
function haveWords(words: readonly string[], texts: readonly string[]): boolean {
  const folded = texts.map((text) => ` ${foldText(text)}`);
  const open = words.filter((word) => !folded.some((text) => text.includes(` ${word}`)));
  if (open.length === 0) return true;
  const others = folded.filter((text) => !PLAIN.test(text));
  if (others.length === 0) return false;
  const letters = others.join('').replace(BETWEEN_WORDS, '');
  if (open.some((word) => !letters.includes(word))) return false;
  const known = texts.flatMap((text) => searchWords(text));
  return open.every((word) => known.some((each) => each.startsWith(word)));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** Keeps what was made for the last few keys. */
function remembered<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    let known = made.get(key);
    if (known === undefined) {
      if (made.size >= KEPT_MATCHERS) made.clear();
      known = make(key);
      made.set(key, known);
    }
    return known;
  };
}

function remembering(matches: Matcher): Matcher {
  const answers = new Map<string, boolean>();
  return (value) => {
    const known = answers.get(value);
    if (known !== undefined) return known;
    const answer = matches(value);
    if (answers.size >= KEPT_ANSWERS) answers.clear();
    answers.set(value, answer);
    return answer;
  };
}
