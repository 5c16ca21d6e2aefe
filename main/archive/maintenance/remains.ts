import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { nameWords } from '../catalog/folding';
import { VALUE_COLUMNS } from '../catalog/value-columns';
import { forgetVocabulary } from '../catalog/typing-errors';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';

/** Values and names that are looked at before others get their turn. */
const TOGETHER = 500;
/** Pages of an index of words that are written anew before others get their turn. */
const PAGES_TOGETHER = 250;

/** Indexes of words; what is taken out of them stays in their pages until these are written anew. */
const TEXT_INDEXES = [
  'patient_text',
  'patient_trigram',
  'patient_piece',
  'study_text',
  'value_trigram',
  'value_piece',
] as const;

/** Index files of earlier versions, as open-database.ts names them. */
const BACKUP = /^index-v\d+-.*\.sqlite$/;

/** Notes that something was erased: call it in the transaction that does so. */
export function noteRemains(db: Database): void {
  for (const name of TEXT_INDEXES)
    statement(db, 'INSERT INTO local_remains (text_index) VALUES (?) ON CONFLICT (text_index) DO NOTHING').run(name);
}

/**
 * Forgets values that no living image, series, study or patient has any more, and words that stand in no name. Others get their
 * turn in between; when it is broken off, the next call goes on.
 */
export async function forgetUnused(ctx: Pick<EngineContext, 'db'>): Promise<void> {
  const { db } = ctx;
  while (forgetValues(db)) await breath();
  while (forgetNames(db)) await breath();
}

/**
 * When something was erased: takes what is left of it out of the index and its file, out of the write-ahead log, and removes the
 * copies of the index that were made before migrations, which hold it as well (docs/decisions/0027). Does nothing when
 * nothing was erased since; when it is broken off, the next call goes on. Throws DISK_*.
 */
export async function eraseRemains(ctx: Pick<EngineContext, 'db' | 'paths'>): Promise<void> {
  const { db } = ctx;
  const rows = statement(db, 'SELECT text_index AS name FROM local_remains').all() as { name: string }[];
  if (rows.length === 0) return;
  await forgetUnused(ctx);
  for (const name of await readdir(ctx.paths.backups))
    if (BACKUP.test(name)) await rm(join(ctx.paths.backups, name), { force: true });
  for (const { name } of rows) {
    await writeAnew(db, name);
    statement(db, 'DELETE FROM local_remains WHERE text_index = ?').run(name);
  }
  db.pragma('wal_checkpoint(TRUNCATE)');
}

function forgetValues(db: Database): boolean {
  const rows = statement(
    db,
    `SELECT l.id, v.property, v.text FROM value_left AS l LEFT JOIN value AS v ON v.id = l.id LIMIT ?`,
  ).all(TOGETHER) as { id: number; property: string | null; text: string | null }[];
  db.transaction(() => {
    for (const { id, property, text } of rows) {
      statement(db, 'DELETE FROM value_left WHERE id = ?').run(id);
      if (property === null || text === null || isUsed(db, id, property, text)) continue;
      statement(db, 'DELETE FROM value_trigram WHERE rowid = ?').run(id);
      statement(db, 'DELETE FROM value_piece WHERE rowid = ?').run(id);
      statement(db, 'DELETE FROM value WHERE id = ?').run(id);
    }
  })();
  return rows.length > 0;
}

function isUsed(db: Database, id: number, property: string, text: string): boolean {
  if (statement(db, 'SELECT 1 FROM image_value WHERE value_id = ? LIMIT 1').get(id)) return true;
  const table = VALUE_COLUMNS[property];
  return (
    table !== undefined && statement(db, `SELECT 1 FROM ${table} WHERE ${property} = ? LIMIT 1`).get(text) !== undefined
  );
}

function forgetNames(db: Database): boolean {
  const rows = statement(db, 'SELECT name FROM name_left LIMIT ?').all(TOGETHER) as { name: string }[];
  let forgotten = 0;
  db.transaction(() => {
    for (const { name } of rows) {
      statement(db, 'DELETE FROM name_left WHERE name = ?').run(name);
      for (const word of nameWords(name))
        if (!standsInName(db, word))
          forgotten += statement(db, 'DELETE FROM name_word WHERE word = ?').run(word).changes;
    }
  })();
  if (forgotten > 0) forgetVocabulary(db);
  return rows.length > 0;
}

/** Whether a word stands in the name of a patient, or of one who was merged into another; it may also stand in other texts of theirs. */
function standsInName(db: Database, word: string): boolean {
  const patients = statement(
    db,
    `SELECT p.PatientName AS name FROM patient_text AS t JOIN patient AS p ON p.id = t.rowid WHERE t.patient_text MATCH @word
     UNION ALL
     SELECT m.PatientName FROM patient_text AS t JOIN merged_patient AS m ON m.survivor_id = t.rowid
     WHERE t.patient_text MATCH @word`,
  ).iterate({ word: `"${word}"` }) as IterableIterator<{ name: string }>;
  for (const { name } of patients) if (nameWords(name).includes(word)) return true;
  return false;
}

/** Writes an index of words anew without what was taken out of it, in small steps (FTS5, "The 'merge' Command"). */
async function writeAnew(db: Database, name: string): Promise<void> {
  const changes = statement(db, 'SELECT total_changes() AS n').pluck();
  const merge = statement(db, `INSERT INTO ${name} (${name}, rank) VALUES ('merge', ?)`);
  // A negative number of pages begins with all parts of the index; less than two changes tell that nothing is left to do.
  for (let pages = -PAGES_TOGETHER; ; pages = PAGES_TOGETHER) {
    const before = Number(changes.get());
    merge.run(pages);
    if (Number(changes.get()) - before < 2) return;
    await breath();
  }
}
