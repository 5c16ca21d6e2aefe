import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';

/** The indexes of words and pieces (migrations 1, 12 and 17). */
const WORD_INDEXES = [
  'series_facet',
  'study_text',
  'patient_text',
  'patient_piece',
  'patient_trigram',
  'value_piece',
  'value_trigram',
] as const;

/**
 * An index of words of more parts than this is joined. Writing goes on in new parts, which FTS5 joins by fours, so that an archive
 * comes to so many again only after some thousand writes: each joining writes the whole index of words once.
 */
const MOST_PARTS = 12;
/** Pages joined in one go: about a millisecond. */
const PAGES = 16;

interface Progress {
  readonly names: string[];
  /** Whether joining the first of them has begun. */
  begun: boolean;
}

const progresses = new WeakMap<Database, Progress>();

/**
 * Joins the parts of the indexes of words (FTS5, "The 'merge' Command"), for so many milliseconds; whether there is more to do. Of an index
 * of many parts a question reads every one at once, which takes twice as long as reading one. Looked at once for each connection.
 * When it cannot write, everything stays as it is. Not within a transaction.
 */
export function joinOn(db: Database, milliseconds: number): boolean {
  let progress = progresses.get(db);
  if (!progress) {
    progress = { names: db.readonly ? [] : [...WORD_INDEXES], begun: false };
    progresses.set(db, progress);
  }
  const end = performance.now() + milliseconds;
  try {
    while (progress.names.length > 0 && performance.now() < end) joinStep(db, progress);
  } catch {
    // A full or failing disk is told by whatever has to be written, not by what was only to be quicker.
    progress.names.length = 0;
  }
  return progress.names.length > 0;
}

function joinStep(db: Database, progress: Progress): void {
  const [name] = progress.names;
  if (name === undefined) return;
  if (progress.begun || partsOf(db, name) > MOST_PARTS) {
    // A negative number of pages begins with all parts; less than two changes tell that nothing is left to do.
    const changes = statement(db, 'SELECT total_changes()').pluck(true);
    const before = Number(changes.get());
    statement(db, `INSERT INTO ${name} (${name}, rank) VALUES ('merge', ?)`).run(progress.begun ? PAGES : -PAGES);
    progress.begun = true;
    if (Number(changes.get()) - before >= 2) return;
  }
  progress.names.shift();
  progress.begun = false;
}

/** Of how many parts an index of words is. */
export function partsOf(db: Database, name: string): number {
  return Number(statement(db, `SELECT count(*) FROM (SELECT DISTINCT segid FROM ${name}_idx)`).pluck(true).get());
}
