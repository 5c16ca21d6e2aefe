import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import type { Table } from './columns';
import type { Condition, Params } from './condition';
import { nameWords } from './folding';
import { WORDS_FUNCTION } from './sql-functions';
import { correctionsOf } from './typing-errors';

/** With fewer hits than this, typing errors are thought of. */
const FEW = 3;
/** With more hits than this, rows are asked for the words one by one: soon enough one has them. */
const MOST_KNOWN = 10_000;
const MOST_CORRECTED_HITS = 200;
const MOST_CORRECTIONS = 40;

/** Comparing the words of one row costs as much as this many looks into an index. */
const WORDS_WEIGHT = 10;

/** All that is in `study_text`, read from the rows themselves (text-index.ts). */
const STUDY_TEXTS = `study.StudyDescription, study.StudyID, study.AccessionNumber, study.ReferringPhysicianName,
  study.InstitutionName, (SELECT p.name_folded FROM patient AS p WHERE p.id = study.patient_id),
  (SELECT p.id_folded FROM patient AS p WHERE p.id = study.patient_id),
  (SELECT group_concat(e.SeriesDescription || ' ' || e.BodyPartExamined || ' ' || e.ProtocolName || ' ' || e.Modality, ' ')
   FROM series AS e WHERE e.study_id = study.id)`;

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
  const ids = `SELECT f.rowid FROM ${table}_text AS f WHERE f.${table}_text MATCH ${params.add(exactQuery)}`;
  const found = startHits(db, table, words, exactQuery);
  const check =
    table === 'patient'
      ? `${WORDS_FUNCTION}(${params.add(JSON.stringify(words))}, patient.name_folded, patient.id_folded) = 1`
      : `${WORDS_FUNCTION}(${params.add(JSON.stringify(words))}, ${STUDY_TEXTS}) = 1`;
  const exact: TextSearch = {
    condition:
      found.length > MOST_KNOWN
        ? { table, check, ids, slow: true, weight: WORDS_WEIGHT }
        : { table, check, ids: params.list(found) },
    rank: undefined,
  };
  if (corrected === false || (corrected === undefined && found.length >= FEW)) return exact;
  const tiers: (readonly number[])[] = [found.slice(0, MOST_CORRECTED_HITS)];
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
  const all = params.list([...seen]);
  return {
    condition: { table, ids: all, check: `${table}.id IN (${all})` },
    rank: `CASE ${ranks.join(' ')} ELSE ${String(ranks.length)} END`,
  };
}

/** Rows with these beginnings. Whole words are looked for first: FTS5 collects all rows of a longer beginning before it gives one. */
function startHits(
  db: Database,
  table: 'patient' | 'study',
  words: readonly string[],
  exactQuery: string,
): readonly number[] {
  const whole = hits(db, table, words.map((word) => `"${word}"`).join(' AND '), MOST_KNOWN + 1);
  return whole.length > MOST_KNOWN ? whole : hits(db, table, exactQuery, MOST_KNOWN + 1);
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
  const sql = `SELECT rowid FROM ${table}_text WHERE ${table}_text MATCH ? LIMIT ?`;
  return statement(db, sql).pluck(true).all(query, atMost) as number[];
}

/** Words hold letters, marks and digits only, so nothing in them means anything to FTS5 within quotes. */
function startsWith(word: string): string {
  return `"${word}"*`;
}
