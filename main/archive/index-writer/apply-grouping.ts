import type { Database } from 'better-sqlite3';
import { foldText } from '../catalog/folding';
import type { groupingBodies, Members } from '../records/bodies/grouping';
import type { RecordBody, RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { survivorOf } from './merged';
import { endWhole, isPutIn, putWhole } from './merged-groups';
import { idOf, statement } from './statements';

export const groupingAppliers: Appliers<keyof typeof groupingBodies> = {
  'project.saved': (db, record) => {
    applyProject(db, record.body);
    addLogEntry(db, record, 'PROJECT_SAVED');
  },
  'project.archiveSaved': (db, record) => {
    applyArchive(db, record.body);
    addLogEntry(db, record, 'PROJECT_ARCHIVE_SAVED');
  },
  'project.defaultSet': (db, { body }) => {
    statement(db, 'UPDATE project_archive SET is_default = (key IS ?)').run(body.archive);
  },
  'project.assigned': (db, record) => {
    assign(db, record.body);
    addLogEntry(db, record, 'GROUP_ASSIGNED', counts(record.body), aboutOne(record.body));
  },
  'project.unassigned': (db, record) => {
    unassign(db, record.body);
    addLogEntry(db, record, 'GROUP_UNASSIGNED', counts(record.body), aboutOne(record.body));
  },
  'series.statusSet': applyStatus,
};

function applyProject(db: Database, body: RecordBody<'project.saved'>): void {
  statement(
    db,
    `INSERT INTO project (key, name, name_folded, description, active) VALUES (@project, @name, @folded, @description, @active)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded,
       description = excluded.description, active = excluded.active`,
  ).run({ ...body, folded: foldText(body.name), active: body.active ? 1 : 0 });
}

function applyArchive(db: Database, body: RecordBody<'project.archiveSaved'>): void {
  const project = idOf(db, 'project', body.project);
  if (project === undefined) return; // the project's own record was damaged; this one stays in the chain
  statement(
    db,
    `INSERT INTO project_archive (key, project_id, name, name_folded, description, active)
     VALUES (@archive, @projectId, @name, @folded, @description, @active)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded,
       description = excluded.description, active = excluded.active`,
  ).run({
    archive: body.archive,
    projectId: project,
    name: body.name,
    folded: foldText(body.name),
    description: body.description,
    active: body.active ? 1 : 0,
  });
}

/** Puts one series into an archive; what is in it already stays. */
export function addToArchive(db: Database, archive: string, seriesId: number): void {
  const id = idOf(db, 'project_archive', archive);
  if (id === undefined) return;
  statement(db, 'INSERT OR IGNORE INTO archive_series (archive_id, series_id) VALUES (?, ?)').run(id, seriesId);
  isPutIn(db, id, seriesId);
}

/** What is put into an archive whole, with the series it has now; what is not known any more is passed over. */
function assign(db: Database, members: Members): void {
  const archive = idOf(db, 'project_archive', members.archive);
  if (archive === undefined) return;
  for (const key of members.patients) {
    const id = idOf(db, 'patient', key);
    if (id === undefined) continue;
    putWhole(db, archive, key);
    statement(
      db,
      `DELETE FROM archive_carried WHERE archive_id = ? AND series_id IN (SELECT series.id FROM series
         JOIN study ON study.id = series.study_id WHERE series.patient_id = ? AND study.owner = ?)`,
    ).run(archive, id, survivorOf(db, key));
  }
  for (const key of members.studies) {
    const id = idOf(db, 'study', key);
    if (id === undefined) continue;
    statement(db, 'INSERT OR IGNORE INTO archive_study (archive_id, study_id) VALUES (?, ?)').run(archive, id);
    const series = statement(db, 'SELECT id FROM series WHERE study_id = ?').all(id) as { id: number }[];
    for (const each of series) addToArchive(db, members.archive, each.id);
  }
  for (const key of members.series) {
    const id = idOf(db, 'series', key);
    if (id !== undefined) addToArchive(db, members.archive, id);
  }
}

/** A patient goes with all its studies, a study with all its series; a series taken out ends that its study or patient is in it whole. */
function unassign(db: Database, members: Members): void {
  const archive = idOf(db, 'project_archive', members.archive);
  if (archive === undefined) return;
  const run = (sql: string, id: number): void => void statement(db, sql).run({ archive, id });
  for (const key of members.patients) {
    const id = idOf(db, 'patient', key);
    if (id === undefined) continue;
    endWhole(db, archive, id);
    run(
      `DELETE FROM archive_study WHERE archive_id = @archive AND study_id IN (SELECT id FROM study WHERE patient_id = @id)`,
      id,
    );
    run(
      `DELETE FROM archive_series WHERE archive_id = @archive AND series_id IN (SELECT id FROM series WHERE patient_id = @id)`,
      id,
    );
  }
  for (const key of members.studies) {
    const id = idOf(db, 'study', key);
    if (id === undefined) continue;
    endWhole(db, archive, patientOf(db, 'study', id));
    run('DELETE FROM archive_study WHERE archive_id = @archive AND study_id = @id', id);
    run(
      `DELETE FROM archive_series WHERE archive_id = @archive AND series_id IN (SELECT id FROM series WHERE study_id = @id)`,
      id,
    );
  }
  for (const key of members.series) {
    const id = idOf(db, 'series', key);
    if (id === undefined) continue;
    endWhole(db, archive, patientOf(db, 'series', id));
    run(
      `DELETE FROM archive_study WHERE archive_id = @archive AND study_id = (SELECT study_id FROM series WHERE id = @id)`,
      id,
    );
    run('DELETE FROM archive_series WHERE archive_id = @archive AND series_id = @id', id);
  }
}

function patientOf(db: Database, level: 'study' | 'series', id: number): number {
  return (statement(db, `SELECT patient_id AS patient FROM ${level} WHERE id = ?`).get(id) as { patient: number })
    .patient;
}

function applyStatus(db: Database, record: RecordOf<'series.statusSet'>): void {
  const { series, status, message } = record.body;
  for (const key of series) {
    if (status === '') statement(db, 'DELETE FROM series_status WHERE series = ?').run(key);
    else {
      statement(
        db,
        `INSERT INTO series_status (series, status, message, at, by_user) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (series) DO UPDATE SET status = excluded.status, message = excluded.message, at = excluded.at,
           by_user = excluded.by_user`,
      ).run(key, status, message, record.at, record.by);
    }
  }
  const about = series.length === 1 ? { series: series[0] } : {};
  addLogEntry(db, record, 'SERIES_STATUS_SET', { series: series.length, status: status === '' ? '–' : status }, about);
}

function counts({ patients, studies, series }: Members): { patients: number; studies: number; series: number } {
  return { patients: patients.length, studies: studies.length, series: series.length };
}

/** Of a single thing the log knows what it is about. */
function aboutOne({ patients, studies, series }: Members): object {
  if (patients.length + studies.length + series.length !== 1) return {};
  return { patient: patients[0], study: studies[0], series: series[0] };
}
