import type { Database } from 'better-sqlite3';
import { type Matcher, matcherOf, type Comparison } from './matching';
import { MATCH_FUNCTION } from './match-conditions';

const KEPT_MATCHERS = 32;
/** Descriptions repeat from row to row, so what a value came to is worth remembering; folding it again costs more. */
const KEPT_ANSWERS = 4096;
const COMPARISONS: readonly string[] = [
  'uid',
  'date',
  'time',
  'number',
  'name',
  'text',
] satisfies readonly Comparison[];

const prepared = new WeakSet<Database>();

/** Gives a connection the functions the catalogue's statements call. May be called again. */
export function addSqlFunctions(db: Database): void {
  if (prepared.has(db)) return;
  prepared.add(db);
  const matchers = new Map<string, Matcher>();
  db.function(
    MATCH_FUNCTION,
    { deterministic: true },
    (comparison: unknown, wanted: unknown, value: string | number | bigint | null): number => {
      const key = `${String(comparison)} ${String(wanted)}`;
      let matches = matchers.get(key);
      if (!matches) {
        if (!isComparison(comparison)) throw new Error(`${String(comparison)} is no way of comparing.`);
        if (matchers.size >= KEPT_MATCHERS) matchers.clear();
        matches = remembering(matcherOf(comparison, String(wanted)));
        matchers.set(key, matches);
      }
      return matches(value === null ? '' : String(value)) ? 1 : 0;
    },
  );
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

function isComparison(value: unknown): value is Comparison {
  return typeof value === 'string' && COMPARISONS.includes(value);
}
