import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import type { Table } from './columns';
import type { Condition, Params } from './conditions';
import { nameWords } from './folding';
import { correctionsOf } from './typing-errors';

/** With fewer hits than this, typing errors are thought of. */
const FEW = 3;
const MOST_CORRECTED_HITS = 200;
const MOST_CORRECTIONS = 40;

export interface TextSearch {
  readonly condition: Condition;
  /** A number for sorting hits as typed before corrected ones; undefined when nothing was corrected. */
  readonly rank: string | undefined;
}

/**
 * Finds what a person types: every word is the beginning of a word of the name, the number or (below patients) a description.
 * When that finds next to nothing, names with up to two typing errors are added behind. `corrected` says what an earlier page
 * of the same list did; undefined leaves it to be decided. Undefined when the text has no words.
 */
export function textSearch(
  db: Database,
  level: Table,
  text: string,
  params: Params,
  corrected: boolean | undefined,
): TextSearch | undefined {
  const words = nameWords(text);
  if (words.length === 0) return undefined;
  const table = level === 'patient' ? 'patient' : 'study';
  const exactQuery = words.map(startsWith).join(' AND ');
  const exact: TextSearch = {
    condition: {
      table,
      ids: `SELECT f.rowid FROM ${table}_text AS f WHERE f.${table}_text MATCH ${params.add(exactQuery)}`,
    },
    rank: undefined,
  };
  if (corrected === false) return exact;
  const tiers = [hits(db, table, exactQuery, corrected ? MOST_CORRECTED_HITS : FEW)];
  if (corrected === undefined && (tiers[0]?.length ?? 0) >= FEW) return exact;
  tiers.push(...correctedHits(db, table, words));
  if (tiers.slice(1).every((tier) => tier.length === 0) && corrected === undefined) return exact;

  const seen = new Set<number>();
  const fresh = tiers.map((tier) => tier.filter((id) => !seen.has(id) && seen.add(id)));
  const column = level === table ? `${level}.id` : `${level}.${table}_id`;
  const ranks = fresh
    .slice(0, -1)
    .map(
      (tier, rank) =>
        `WHEN ${column} IN (SELECT r.value FROM json_each(${params.add(JSON.stringify(tier))}) AS r) THEN ${String(rank)}`,
    );
  return {
    condition: { table, ids: `SELECT r.value FROM json_each(${params.add(JSON.stringify([...seen]))}) AS r` },
    rank: `CASE ${ranks.join(' ')} ELSE ${String(ranks.length)} END`,
  };
}

/** Hits with one error in a word, and with more. */
function correctedHits(
  db: Database,
  table: 'patient' | 'study',
  words: readonly string[],
): readonly (readonly number[])[] {
  const alternatives = words.map((word) => ({ word, corrections: correctionsOf(db, word, MOST_CORRECTIONS) }));
  if (alternatives.every(({ corrections }) => corrections.length === 0)) return [[], []];
  return [1, Number.POSITIVE_INFINITY].map((most) =>
    hits(
      db,
      table,
      alternatives
        .map(({ word, corrections }) => {
          const allowed = corrections.filter(({ errors }) => errors <= most);
          return `(${[startsWith(word), ...allowed.map((correction) => `"${correction.word}"`)].join(' OR ')})`;
        })
        .join(' AND '),
      MOST_CORRECTED_HITS,
    ),
  );
}

function hits(db: Database, table: 'patient' | 'study', query: string, atMost: number): readonly number[] {
  const rows = statement(db, `SELECT rowid AS id FROM ${table}_text WHERE ${table}_text MATCH ? LIMIT ?`).all(
    query,
    atMost,
  );
  return (rows as { id: number }[]).map((row) => row.id);
}

/** Words hold letters, marks and digits only, so nothing in them means anything to FTS5 within quotes. */
function startsWith(word: string): string {
  return `"${word}"*`;
}
