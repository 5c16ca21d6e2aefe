import type { Database } from 'better-sqlite3';
import type { Output, Parsed } from '@shared/contract';
import { foldText, nameWords } from '../catalog/folding';
import { rowsOf } from '../catalog/rows';
import { correctionsOf, forgiven, typingErrors } from '../catalog/typing-errors';
import { idOf, statement } from '../index-writer/statements';

type Similar = Output<'patients.similar'>['rows'][number];
type Reason = Similar['reasons'][number];

const MOST_SHOWN = 8;
const MOST_CANDIDATES = 300;
const MOST_CORRECTIONS = 20;

interface Candidate {
  readonly id: number;
  readonly name_folded: string;
  readonly id_folded: string;
  readonly PatientBirthDate: string;
}

/**
 * People who might be the one being registered, most likely first: with the same number; with a name whose words are alike, in
 * any order and with typing errors; of the same or nearly the same birth date when a word of the name is alike too.
 */
export function similarPatients(db: Database, input: Parsed<'patients.similar'>): Similar[] {
  const words = nameWords(input.PatientName);
  const number = foldText(input.PatientID);
  const itself = input.except === undefined ? undefined : idOf(db, 'patient', input.except);
  const candidates = [
    ...(number === '' ? [] : withNumber(db, number)),
    ...withName(db, words),
    ...(input.PatientBirthDate === '' ? [] : withBirthDate(db, input.PatientBirthDate)),
  ].filter(({ id }) => id !== itself);
  const best = new Map<number, Judged>();
  for (const candidate of candidates) {
    const judgement = { candidate, ...judge(candidate, words, number, input.PatientBirthDate) };
    if (judgement.score > (best.get(candidate.id)?.score ?? 0)) best.set(candidate.id, judgement);
  }
  const judged = [...best.values()]
    .sort((a, b) => b.score - a.score || a.candidate.id - b.candidate.id)
    .slice(0, MOST_SHOWN);
  const rows = rowsOf(
    db,
    'patient',
    judged.map(({ candidate }) => candidate.id),
  );
  return rows.map((row, at) => ({ row, reasons: [...(judged[at]?.reasons ?? [])] }));
}

interface Judged {
  readonly candidate: Candidate;
  readonly score: number;
  readonly reasons: readonly Reason[];
}

const COLUMNS = 'patient.id, name_folded, id_folded, PatientBirthDate';
/** Who was merged into somebody is judged by what they go by themselves, and shown as that somebody. */
const MERGED = `SELECT survivor_id AS id, name_folded, id_folded, json_extract(columns, '$.PatientBirthDate') AS PatientBirthDate
  FROM merged_patient`;

function withNumber(db: Database, number: string): readonly Candidate[] {
  const sql = `SELECT ${COLUMNS} FROM patient WHERE id_folded = @number UNION ALL ${MERGED} WHERE id_folded = @number LIMIT @most`;
  return statement(db, sql).all({ number, most: MOST_CANDIDATES }) as Candidate[];
}

function withBirthDate(db: Database, birthDate: string): readonly Candidate[] {
  const sql = `SELECT ${COLUMNS} FROM patient WHERE PatientBirthDate = ? LIMIT ?`;
  return statement(db, sql).all(birthDate, MOST_CANDIDATES) as Candidate[];
}

/** Who has all words of the name, or ones like them. */
function withName(db: Database, words: readonly string[]): readonly Candidate[] {
  if (words.length === 0) return [];
  const query = words
    .map((word) => {
      const alike = correctionsOf(db, word, MOST_CORRECTIONS).map((correction) => correction.word);
      return `(${[word, ...alike].map((each) => `"${each}"`).join(' OR ')})`;
    })
    .join(' AND ');
  const sql = `SELECT ${COLUMNS} FROM patient_text JOIN patient ON patient.id = patient_text.rowid WHERE patient_text MATCH ? LIMIT ?`;
  const found = statement(db, sql).all(query, MOST_CANDIDATES) as Candidate[];
  const merged = statement(db, `${MERGED} WHERE survivor_id = ?`);
  return found.flatMap((candidate) => [candidate, ...(merged.all(candidate.id) as Candidate[])]);
}

function judge(
  candidate: Candidate,
  words: readonly string[],
  number: string,
  birthDate: string,
): { readonly score: number; readonly reasons: readonly Reason[] } {
  const reasons: Reason[] = [];
  let score = 0;
  if (number !== '' && candidate.id_folded === number) {
    reasons.push('number');
    score += 8;
  }
  const alike = nameLikeness(words, nameWords(candidate.name_folded));
  if (alike.all) {
    reasons.push('name');
    score += alike.exact ? 6 : 4;
  }
  const near = birthDateLikeness(birthDate, candidate.PatientBirthDate);
  if (near > 0 && (score > 0 || alike.some)) {
    reasons.push('birthDate');
    score += near;
  }
  return { score, reasons };
}

/** Compares names as bags of words, since family and given names change places and are left out. */
function nameLikeness(
  wanted: readonly string[],
  given: readonly string[],
): { readonly all: boolean; readonly some: boolean; readonly exact: boolean } {
  const left = [...given];
  let alike = 0;
  let exact = 0;
  for (const word of [...wanted].sort((a, b) => Number(given.includes(b)) - Number(given.includes(a)))) {
    const at = left.includes(word) ? left.indexOf(word) : left.findIndex((other) => wordsAlike(word, other));
    if (at === -1) continue;
    alike += 1;
    if (left[at] === word) exact += 1;
    left.splice(at, 1);
  }
  const all = wanted.length > 0 && alike === wanted.length;
  return { all, some: alike > 0, exact: all && exact === wanted.length && left.length === 0 };
}

function wordsAlike(a: string, b: string): boolean {
  const limit = forgiven(Math.min(a.length, b.length));
  return limit > 0 && typingErrors(a, b, limit).whole <= limit;
}

/** 3 for the same day, 1 for one digit wrong, two exchanged, or day and month exchanged; else 0. */
function birthDateLikeness(a: string, b: string): number {
  if (a.length !== 8 || b.length !== 8) return 0;
  if (a === b) return 3;
  const exchanged = a.slice(0, 4) + a.slice(6) + a.slice(4, 6);
  return exchanged === b || typingErrors(a, b, 1).whole <= 1 ? 1 : 0;
}
