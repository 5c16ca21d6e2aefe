import type { Database } from 'better-sqlite3';
import type { FilterList } from '@shared/model/classification';
import type { SourceType } from '@shared/model/vocabulary';
import type { TagFilter } from '../../dicom/filter';
import { parseTagPath } from '../../dicom/tag-path';
import { statement } from '../index-writer/statements';

/** What is taken out of images from a source: all blacklists and all whitelists of it united; null when nothing is. */
export function activeFilter(db: Database, source: SourceType, sourceRef: string): TagFilter | null {
  const rows = statement(
    db,
    `SELECT DISTINCT tag_filter.id, list, paths FROM tag_filter_source JOIN tag_filter ON tag_filter.id = filter_id
     WHERE source = ? AND source_ref IN ('', ?)`,
  ).all(source, sourceRef) as { list: FilterList; paths: string }[];
  if (rows.length === 0) return null;
  const pathsOf = (list: FilterList): TagFilter['blacklist'] =>
    rows
      .filter((row) => row.list === list)
      .flatMap((row) => (JSON.parse(row.paths) as string[]).flatMap((path) => [parseTagPath(path)].filter(isThere)));
  return {
    blacklist: pathsOf('blacklist'),
    whitelist: rows.some((row) => row.list === 'whitelist') ? pathsOf('whitelist') : null,
  };
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
