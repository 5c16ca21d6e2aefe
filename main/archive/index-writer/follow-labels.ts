import type { Database } from 'better-sqlite3';
import { statement } from './statements';

interface Heir {
  readonly from: string;
  readonly to: string;
  /** The id of the series that takes the other one in. */
  readonly id: number;
}

/** Tags and types that people put on a series go over to the one that takes it in; what was said of that one holds. */
export function handOverLabels(db: Database, { from, to, id }: Heir): void {
  statement(db, 'UPDATE OR IGNORE series_tag_said SET series = ? WHERE series = ?').run(to, from);
  statement(db, 'UPDATE OR IGNORE series_type_said SET series = ? WHERE series = ?').run(to, from);
  statement(
    db,
    'INSERT OR IGNORE INTO series_tag_of (series_id, tag_id) SELECT ?, tag_id FROM series_tag_said WHERE series = ?',
  ).run(id, to);
  statement(
    db,
    `INSERT INTO series_type_of (series_id, type_id, by_rule, by_hand)
     SELECT ?, type_id, 0, 1 FROM series_type_said WHERE series = ? AND given = 1
     ON CONFLICT (series_id, type_id) DO UPDATE SET by_hand = 1`,
  ).run(id, to);
  statement(
    db,
    `DELETE FROM series_type_of
     WHERE series_id = ? AND type_id IN (SELECT type_id FROM series_type_said WHERE series = ? AND given = 0)`,
  ).run(id, to);
}
