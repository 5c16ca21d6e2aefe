import type { Database } from 'better-sqlite3';
import type { FindInput } from '@shared/contract/catalog';
import type { Level } from '@shared/model/vocabulary';
import { statement } from '../index-writer/statements';
import type { Condition, Params } from './conditions';

/** Up to this many series are looked up one by one; of more, the list is walked in its order and each row is asked. */
const FEW = 5000;

/**
 * What being in an archive of a project, or in a state, means at each level: a patient or study of which any series is, and a
 * patient who is in the archive as a whole.
 */
export function groupConditions(db: Database, input: FindInput, params: Params): readonly Condition[] {
  const found: Condition[] = [];
  const { level } = input;
  for (const ids of archivesOf(db, input)) {
    const among = `(${ids.map((id) => params.add(id)).join(', ')})`;
    const members = `archive_series AS m WHERE m.archive_id IN ${among}`;
    if (countUpTo(db, `SELECT 1 FROM archive_series WHERE archive_id IN (SELECT value FROM json_each(?))`, ids) < FEW) {
      found.push({ table: level === 'image' ? 'series' : level, ids: idsOf(level, members, among) });
    } else found.push({ table: level, where: existsIn(level, among) });
  }
  if (input.status !== undefined) {
    const status = params.add(input.status);
    const few = countUpTo(db, 'SELECT 1 FROM series_status WHERE status = ?', input.status) < FEW;
    const series = `SELECT e.id FROM series_status AS t JOIN series AS e ON e.key = t.series WHERE t.status = ${status}`;
    if (few) found.push({ table: 'series', ids: series });
    else {
      const row = { patient: 'e.patient_id = patient.id', study: 'e.study_id = study.id', series: 'e.id = series.id' };
      const own = level === 'image' ? 'e.id = image.series_id' : row[level];
      found.push({
        table: level,
        where: `EXISTS (SELECT 1 FROM series AS e JOIN series_status AS t ON t.series = e.key WHERE ${own} AND t.status = ${status})`,
      });
    }
  }
  return found;
}

/** The archives that are asked for: one, or all of a project; a list for each question. */
function archivesOf(db: Database, { archive, project }: FindInput): readonly (readonly number[])[] {
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

function countUpTo(db: Database, sql: string, value: string | readonly number[]): number {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const { n } = statement(db, `SELECT count(*) AS n FROM (${sql} LIMIT ${String(FEW)})`).get(text) as { n: number };
  return n;
}

/** Rows of a level that are in one of the archives, looked up from the archives' side; images by their series. */
function idsOf(level: Level, members: string, among: string): string {
  switch (level) {
    case 'series':
    case 'image':
      return `SELECT m.series_id FROM ${members}`;
    case 'study':
      return `SELECT e.study_id FROM series AS e WHERE e.id IN (SELECT m.series_id FROM ${members})`;
    case 'patient':
      return `SELECT e.patient_id FROM series AS e WHERE e.id IN (SELECT m.series_id FROM ${members})
        UNION SELECT w.patient_id FROM archive_patient AS w WHERE w.archive_id IN ${among}`;
  }
}

/** Whether the row of a level at hand is in one of the archives. */
function existsIn(level: Level, among: string): string {
  const of = (row: string): string =>
    `EXISTS (SELECT 1 FROM series AS e JOIN archive_series AS m ON m.series_id = e.id
      WHERE ${row} AND m.archive_id IN ${among})`;
  switch (level) {
    case 'series':
    case 'image': {
      const id = level === 'series' ? 'series.id' : 'image.series_id';
      return `EXISTS (SELECT 1 FROM archive_series AS m WHERE m.series_id = ${id} AND m.archive_id IN ${among})`;
    }
    case 'study':
      return of('e.study_id = study.id');
    case 'patient':
      return `${of('e.patient_id = patient.id')}
        OR EXISTS (SELECT 1 FROM archive_patient AS w WHERE w.patient_id = patient.id AND w.archive_id IN ${among})`;
  }
}
