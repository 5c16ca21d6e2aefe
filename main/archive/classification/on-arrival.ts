import type { Database } from 'better-sqlite3';
import type { ImageId } from '@shared/model/ids';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { statement } from '../index-writer/statements';
import { fitsIndex, ruleSet } from './rules';

/**
 * Gives a series the types whose rules fit an image that has come into it, in the transaction in which the image is indexed.
 * An image that only its file can tell more about is noted for the sorting in the background.
 */
export function assignOnArrival(
  db: Database,
  series: number,
  { image, attributes }: { readonly image: ImageId; readonly attributes: IndexAttributes },
): void {
  const fitting = ruleSet(db).rules.filter((rule) => fitsIndex(rule, attributes));
  for (const type of new Set(fitting.filter(({ file }) => file.length === 0).map((rule) => rule.type))) {
    assignByRule(db, series, type);
  }
  if (fitting.some(({ type, file }) => file.length > 0 && !isAssignedByRule(db, series, type))) {
    statement(db, 'INSERT OR IGNORE INTO local_type_image (object) VALUES (?)').run(image);
  }
}

/** Unless a person has taken the type off the series. */
export function assignByRule(db: Database, series: number, type: number): void {
  statement(
    db,
    `INSERT INTO series_type_of (series_id, type_id, by_rule, by_hand)
     SELECT @series, @type, 1, 0
     WHERE NOT EXISTS (
       SELECT 1 FROM series_type_said AS said JOIN series ON series.key = said.series
       WHERE series.id = @series AND said.type_id = @type AND said.given = 0)
     ON CONFLICT (series_id, type_id) DO UPDATE SET by_rule = 1`,
  ).run({ series, type });
}

function isAssignedByRule(db: Database, series: number, type: number): boolean {
  const row = statement(db, 'SELECT by_rule AS byRule FROM series_type_of WHERE series_id = ? AND type_id = ?').get(
    series,
    type,
  ) as { byRule: number } | undefined;
  return row?.byRule === 1;
}
