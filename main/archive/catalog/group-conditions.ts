import type { Database } from 'better-sqlite3';
import type { Filter } from '@shared/contract/catalog';
import { statement } from '../index-writer/statements';
import type { Table } from './columns';
import { indexed } from './compare';
import type { Condition, Params } from './condition';

/** Going through the series of a row above costs as much as about this many looks into an index. */
const SERIES_WEIGHT = 3;

/**
 * What being in an archive of a project means at each level: a patient or study of which any series is, and a patient who is in
 * the archive as a whole; and what being in a state means: a series of which it was said.
 */
export function groupConditions(db: Database, level: Table, input: Filter, params: Params): readonly Condition[] {
  const table = level === 'image' ? 'series' : level;
  const found: Condition[] = archivesOf(db, input).map((archives) => {
    const among = `m.archive_id IN (${params.list(archives)})`;
    return { table, ids: idsOf(table, among), ...checkOf(table, among) };
  });
  if (input.status !== undefined)
    found.push(indexed({ table: 'series', sql: 'series.status' }, `series.status = ${params.add(input.status)}`));
  return found;
}

/** The archives that are asked for: one, or all of a project; a list for each question. */
function archivesOf(db: Database, { archive, project }: Filter): readonly (readonly number[])[] {
  const lists: number[][] = [];
  const ids = (sql: string, key: string): void => {
    lists.push((statement(db, sql).all(key) as { id: number }[]).map(({ id }) => id));
  };
  if (archive !== undefined) ids('SELECT id FROM project_archive WHERE key = ?', archive);
  if (project !== undefined) {
    ids(
      'SELECT a.id FROM project_archive AS a JOIN project AS p ON p.id = a.project_id WHERE p.key = ? ORDER BY a.id',
      project,
    );
  }
  return lists;
}

/** Rows that are in one of the archives, looked up from the archives' side. */
function idsOf(table: Exclude<Table, 'image'>, among: string): string {
  const members = (column: string): string =>
    `SELECT ${column} FROM archive_series AS m CROSS JOIN series AS e ON e.id = m.series_id WHERE ${among}`;
  switch (table) {
    case 'series':
      return `SELECT m.series_id FROM archive_series AS m WHERE ${among}`;
    case 'study':
      return members('e.study_id');
    case 'patient':
      return `${members('e.patient_id')} UNION ALL SELECT m.patient_id FROM archive_patient AS m WHERE ${among}`;
  }
}

/** Whether the row at hand is in one of the archives. */
function checkOf(table: Exclude<Table, 'image'>, among: string): Pick<Condition, 'check' | 'weight'> {
  const anySeries = (row: string): string =>
    `EXISTS (SELECT 1 FROM series AS e JOIN archive_series AS m ON m.series_id = e.id WHERE ${row} AND ${among})`;
  switch (table) {
    case 'series':
      return { check: `EXISTS (SELECT 1 FROM archive_series AS m WHERE m.series_id = series.id AND ${among})` };
    case 'study':
      return { check: anySeries('e.study_id = study.id'), weight: SERIES_WEIGHT };
    case 'patient':
      return {
        check: `(${anySeries('e.patient_id = patient.id')} OR EXISTS (SELECT 1 FROM archive_patient AS m
          WHERE m.patient_id = patient.id AND ${among}))`,
        weight: SERIES_WEIGHT,
      };
  }
}
