import type { Database } from 'better-sqlite3';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { notNoted } from '../database/migrations/0012-finding';
import { statement } from './statements';

/** A row of the table of images that was just inserted: its id, and those of the rows above it. */
export interface NewImage {
  readonly id: number;
  readonly patient: number;
  readonly study: number;
  readonly series: number;
  readonly source: string;
  readonly sourceRef: string;
  readonly attributes: Readonly<Record<string, unknown>> | IndexAttributes;
}

/**
 * Notes a new image in all that questions are answered by besides its row: the numbers of images, and the values it has. Whoever inserts
 * the row calls it in the same transaction; what changes or removes the row is followed by triggers.
 *
 * It is no trigger because triggers took more than twice the time of the row itself with its thirty indexes, and these statements take
 * a part of that: what is known here (which values are noted, which rows lie above) a trigger finds out anew for every row (decision 30).
 */
export function noteImage(db: Database, image: NewImage): void {
  for (const table of ['patient', 'study', 'series'] as const) {
    statement(db, `UPDATE ${table} SET image_count = image_count + 1 WHERE id = ?`).run(image[table]);
  }
  const count = statement(
    db,
    `INSERT INTO row_count (what, source, source_ref, rows) VALUES (?, ?, ?, 1)
     ON CONFLICT (what, source, source_ref) DO UPDATE SET rows = rows + 1`,
  );
  count.run('image', '', '');
  count.run('image source', image.source, image.sourceRef);
  noteValues(db, image);
}

function noteValues(db: Database, { id, attributes }: NewImage): void {
  const { ImageType } = attributes;
  if (typeof ImageType === 'string' && ImageType !== '') addValues(db, JSON.stringify({ ImageType }));
  const noted: Record<string, unknown> = {};
  let count = 0;
  for (const [keyword, value] of Object.entries(attributes) as [string, unknown][]) {
    if (notNoted.has(keyword) || value === '' || value === null || value === undefined) continue;
    noted[keyword] = value;
    count += 1;
  }
  if (count === 0) return;
  const values = JSON.stringify(noted);
  const link = statement(
    db,
    `INSERT OR IGNORE INTO image_value (value_id, image_id)
     SELECT v.id, @id FROM json_each(@values) AS a
     CROSS JOIN value AS v ON v.property = a.key AND v.text = CAST(a.atom AS TEXT)`,
  );
  if (link.run({ id, values }).changes === count) return; // all of them were known
  addValues(db, values);
  link.run({ id, values });
}

/** Adds those values that nothing had before. */
function addValues(db: Database, values: string): void {
  statement(
    db,
    `INSERT INTO value (property, text, folded)
     SELECT a.key, CAST(a.atom AS TEXT), fieldbox_fold(CAST(a.atom AS TEXT)) FROM json_each(?) AS a
     WHERE a.atom IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM value AS v WHERE v.property = a.key AND v.text = CAST(a.atom AS TEXT))`,
  ).run(values);
}
