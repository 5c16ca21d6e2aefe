import type { Database } from 'better-sqlite3';
import type { ImageId } from '@shared/model/ids';
import { handOverLabels } from './follow-labels';
import { statement } from './statements';

/** An image of a series is another one now, perhaps in another series. */
export interface Replaced {
  readonly from: { readonly image: ImageId; readonly series: number };
  readonly to: { readonly image: ImageId; readonly series: number };
}

/**
 * What hangs on series that have become others follows them: results, reports, the state, tags and types, archives into which a
 * person put the series. It follows when the last image has left the old series and stays while one is still there; what hangs on one image
 * goes with that image. Call it before `settle` removes empty series.
 */
export function followSeries(db: Database, replaced: readonly Replaced[]): void {
  const heirs = new Map<number, number>();
  for (const { from, to } of replaced) {
    statement(
      db,
      'UPDATE result SET image = @image, series = (SELECT key FROM series WHERE id = @series) WHERE image = @was',
    ).run({ ...to, was: from.image });
    if (from.series !== to.series) heirs.set(from.series, to.series);
  }
  for (const [from, to] of heirs) if (isEmpty(db, from)) handOver(db, from, to);
}

function isEmpty(db: Database, series: number): boolean {
  return statement(db, 'SELECT 1 FROM image WHERE series_id = ?').get(series) === undefined;
}

function handOver(db: Database, from: number, to: number): void {
  const keys = { from: keyOf(db, from), to: keyOf(db, to) };
  if (keys.from === undefined || keys.to === undefined) return;
  handOverLabels(db, { from: keys.from, to: keys.to, id: to });
  statement(db, 'UPDATE result SET series = @to WHERE series = @from').run(keys);
  statement(db, 'UPDATE entry SET series = @to WHERE series = @from').run(keys);
  // What was said of the series that takes the other one in holds.
  statement(db, 'UPDATE OR IGNORE series_status SET series = @to WHERE series = @from').run(keys);
  // Archives that hold the whole patient or study are those of the patient and study it had, not of the series.
  statement(
    db,
    `INSERT OR IGNORE INTO archive_series (archive_id, series_id)
     SELECT held.archive_id, @to FROM archive_series AS held JOIN series ON series.id = held.series_id
     WHERE held.series_id = @from
       AND NOT EXISTS (SELECT 1 FROM archive_patient AS whole
                       WHERE whole.archive_id = held.archive_id AND whole.patient_id = series.patient_id)
       AND NOT EXISTS (SELECT 1 FROM archive_study AS whole
                       WHERE whole.archive_id = held.archive_id AND whole.study_id = series.study_id)`,
  ).run({ from, to });
  // They have gone with it: should the series come back, it is in those where it is then put.
  statement(db, 'DELETE FROM archive_series WHERE series_id = ?').run(from);
}

function keyOf(db: Database, series: number): string | undefined {
  const row = statement(db, 'SELECT key FROM series WHERE id = ?').get(series) as { key: string } | undefined;
  return row?.key;
}
