import type { Database } from 'better-sqlite3';
import { SourceType } from '@shared/model/vocabulary';
import type { SourceRow } from '@shared/model/rows';
import { statement } from '../index-writer/statements';

/** The ways by which images came that are in the archive, with how much came by each, the most used first. */
export function sourcesOf(db: Database): SourceRow[] {
  const rows = statement(
    db,
    `SELECT source, total(rows) FILTER (WHERE what = 'series source') AS series,
       total(rows) FILTER (WHERE what = 'image source') AS images
     FROM row_count WHERE source <> '' GROUP BY source HAVING images > 0 ORDER BY images DESC, source`,
  ).all() as { source: string; series: number; images: number }[];
  return rows.map((row) => ({ ...row, source: SourceType.parse(row.source) }));
}
