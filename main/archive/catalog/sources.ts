import type { Database } from 'better-sqlite3';
import { SourceType } from '@shared/model/vocabulary';
import type { SourceRow } from '@shared/model/rows';
import { statement } from '../index-writer/statements';
import { nameOfSource } from '../source-names';

/** The sources from which images came that are in the archive, with how much came from each, the most used first. */
export function sourcesOf(db: Database): SourceRow[] {
  const rows = statement(
    db,
    `SELECT source, source_ref AS sourceRef, total(rows) FILTER (WHERE what = 'series source') AS series,
       total(rows) FILTER (WHERE what = 'image source') AS images
     FROM row_count WHERE source <> '' GROUP BY source, source_ref HAVING images > 0
     ORDER BY images DESC, source, source_ref`,
  ).all() as { source: string; sourceRef: string; series: number; images: number }[];
  return rows.map((row) => {
    const source = SourceType.parse(row.source);
    return { ...row, source, name: nameOfSource(db, source, row.sourceRef) };
  });
}
