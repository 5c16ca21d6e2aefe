import type { Database } from 'better-sqlite3';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const sourceAppliers: Appliers<
  | 'watch.saved'
  | 'watch.removed'
  | 'destination.saved'
  | 'destination.removed'
  | 'forward.rule-saved'
  | 'forward.rule-removed'
> = {
  'watch.saved': applyWatch,
  'watch.removed': (db, record) => {
    statement(db, 'UPDATE watched_folder SET removed = 1 WHERE key = ?').run(record.body.watch);
    addLogEntry(db, record, 'WATCH_REMOVED');
  },
  'destination.saved': applyDestination,
  'destination.removed': (db, record) => {
    statement(db, 'UPDATE destination SET removed = 1 WHERE key = ?').run(record.body.destination);
    addLogEntry(db, record, 'DESTINATION_REMOVED');
  },
  'forward.rule-saved': applyRule,
  'forward.rule-removed': (db, record) => {
    statement(db, 'UPDATE forward_rule SET removed = 1 WHERE key = ?').run(record.body.rule);
    addLogEntry(db, record, 'FORWARD_RULE_REMOVED');
  },
};

function applyWatch(db: Database, record: RecordOf<'watch.saved'>): void {
  const { body } = record;
  const before = statement(db, 'SELECT paused FROM watched_folder WHERE key = ?').get(body.watch) as
    { paused: number } | undefined;
  statement(
    db,
    `INSERT INTO watched_folder (key, name, path, clinic, station, kind, subfolders, afterwards, move_to, skip, paused)
     VALUES (@watch, @name, @path, @clinic, @station, @kind, @subfolders, @afterwards, @moveTo, @skip, @paused)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, path = excluded.path, clinic = excluded.clinic,
       station = excluded.station, kind = excluded.kind, subfolders = excluded.subfolders, afterwards = excluded.afterwards,
       move_to = excluded.move_to, skip = excluded.skip, paused = excluded.paused`,
  ).run({
    ...body,
    subfolders: body.subfolders ? 1 : 0,
    skip: JSON.stringify(body.skip),
    paused: body.paused ? 1 : 0,
  });
  addLogEntry(db, record, before === undefined ? 'WATCH_ADDED' : watchChange(before.paused === 1, body.paused));
}

function watchChange(before: boolean, paused: boolean): 'WATCH_PAUSED' | 'WATCH_RESUMED' | 'WATCH_CHANGED' {
  if (before === paused) return 'WATCH_CHANGED';
  return paused ? 'WATCH_PAUSED' : 'WATCH_RESUMED';
}

function applyDestination(db: Database, record: RecordOf<'destination.saved'>): void {
  const { destination, name, type, settings } = record.body;
  statement(
    db,
    `INSERT INTO destination (key, name, type, settings) VALUES (@destination, @name, @type, @settings)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, type = excluded.type, settings = excluded.settings`,
  ).run({ destination, name, type, settings: JSON.stringify(settings) });
  addLogEntry(db, record, 'DESTINATION_SAVED');
}

function applyRule(db: Database, record: RecordOf<'forward.rule-saved'>): void {
  const { body } = record;
  statement(
    db,
    `INSERT INTO forward_rule (key, source, source_ref, destination, keep_images, active)
     VALUES (@rule, @source, @sourceRef, @destination, @keepImages, @active)
     ON CONFLICT (key) DO UPDATE SET source = excluded.source, source_ref = excluded.source_ref,
       destination = excluded.destination, keep_images = excluded.keep_images, active = excluded.active`,
  ).run({ ...body, keepImages: body.keepImages ? 1 : 0, active: body.active ? 1 : 0 });
  addLogEntry(db, record, 'FORWARD_RULE_SAVED');
}
