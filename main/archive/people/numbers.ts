import type { Database } from 'better-sqlite3';
import { foldText } from '../catalog/folding';
import { statement } from '../index-writer/statements';

/** What a clinic that has no numbers yet begins with. */
const FIRST_NUMBER = '0001';
/** Longer ones are no numbers that are counted up (and would not be exact). */
const MOST_DIGITS = 15;

interface Numbered {
  readonly prefix: string;
  readonly digits: string;
  readonly suffix: string;
}

/**
 * The next free number in the clinic's own row of numbers: like the number registered last (prefix, width and what stands
 * behind), one more than the highest like it, and nobody's yet.
 */
export function suggestNumber(db: Database): string {
  const last = statement(
    db,
    `SELECT PatientID FROM patient WHERE registered = 1 AND PatientID GLOB '*[0-9]*' ORDER BY id DESC LIMIT 1`,
  ).get() as { PatientID: string } | undefined;
  const pattern = last && takeApart(last.PatientID);
  if (!pattern) return free(db, { prefix: '', digits: FIRST_NUMBER, suffix: '' });
  const like = statement(db, `SELECT PatientID FROM patient WHERE registered = 1 AND substr(PatientID, 1, ?) = ?`).all(
    Array.from(pattern.prefix).length,
    pattern.prefix,
  ) as { PatientID: string }[];
  let highest = pattern;
  for (const row of like) {
    const found = takeApart(row.PatientID);
    if (
      found?.prefix === pattern.prefix &&
      found.suffix === pattern.suffix &&
      Number(found.digits) > Number(highest.digits)
    ) {
      highest = found;
    }
  }
  return free(db, next(highest));
}

function free(db: Database, from: Numbered): string {
  let candidate = from;
  for (;;) {
    const number = candidate.prefix + candidate.digits + candidate.suffix;
    if (!isTaken(db, foldText(number))) return number;
    candidate = next(candidate);
  }
}

/** Numbers of patients who were merged into others go on being theirs. */
function isTaken(db: Database, folded: string): boolean {
  const sql =
    'SELECT 1 FROM patient WHERE id_folded = @folded UNION ALL SELECT 1 FROM merged_patient WHERE id_folded = @folded';
  return statement(db, sql).get({ folded }) !== undefined;
}

function next({ prefix, digits, suffix }: Numbered): Numbered {
  return { prefix, digits: String(Number(digits) + 1).padStart(digits.length, '0'), suffix };
}

/** The last run of digits and what stands around it. */
function takeApart(number: string): Numbered | undefined {
  const match = /^(.*?)(\d+)(\D*)$/su.exec(number);
  if (!match) return undefined;
  const [, prefix = '', digits = '', suffix = ''] = match;
  return digits.length <= MOST_DIGITS ? { prefix, digits, suffix } : undefined;
}
