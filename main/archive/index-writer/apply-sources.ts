import type { Database } from 'better-sqlite3';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { forgetDeliveredOf, forgetGatheredOf } from './apply-forwarding';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const sourceAppliers: Appliers<'watch.saved' | 'watch.removed' | 'forward.rule-saved' | 'forward.rule-removed'> =
  {
    'watch.saved': applyWatch,
    'watch.removed': (db, record) => {
      statement(db, 'UPDATE watched_folder SET removed = 1 WHERE key = ?').run(record.body.watch);
      addLogEntry(db, record, 'WATCH_REMOVED');
    },
    'forward.rule-saved': applyRule,
    'forward.rule-removed': (db, record) => {
      statement(db, 'UPDATE forward_rule SET removed = 1 WHERE key = ?').run(record.body.rule);
      forgetGatheredOf(db, record.body.rule);
      forgetDeliveredOf(db, record.body.rule);
      addLogEntry(db, record, 'FORWARD_RULE_REMOVED');
    },
  };

function applyWatch(db: Database, record: RecordOf<'watch.saved'>): void {
  const { body } = record;
  const before = statement(db, 'SELECT paused FROM watched_folder WHERE key = ?').get(body.watch) as
    { paused: number } | undefined;
  statement(
    db,
    `INSERT INTO watched_folder (key, name, path, clinic, station, kind, subfolders, afterwards, move_to, skip, paused,
       delete_filtered)
     VALUES (@watch, @name, @path, @clinic, @station, @kind, @subfolders, @afterwards, @moveTo, @skip, @paused,
       @deleteFiltered)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, path = excluded.path, clinic = excluded.clinic,
       station = excluded.station, kind = excluded.kind, subfolders = excluded.subfolders, afterwards = excluded.afterwards,
       move_to = excluded.move_to, skip = excluded.skip, paused = excluded.paused,
       delete_filtered = excluded.delete_filtered`,
  ).run({
    ...body,
    subfolders: body.subfolders ? 1 : 0,
    skip: JSON.stringify(body.skip),
    paused: body.paused ? 1 : 0,
    deleteFiltered: body.deleteFiltered ? 1 : 0,
  });
  addLogEntry(db, record, before === undefined ? 'WATCH_ADDED' : watchChange(before.paused === 1, body.paused));
}

function watchChange(before: boolean, paused: boolean): 'WATCH_PAUSED' | 'WATCH_RESUMED' | 'WATCH_CHANGED' {
  if (before === paused) return 'WATCH_CHANGED';
  return paused ? 'WATCH_PAUSED' : 'WATCH_RESUMED';
}

function applyRule(db: Database, record: RecordOf<'forward.rule-saved'>): void {
  const { body } = record;
  statement(
    db,
    `INSERT INTO forward_rule (key, source, source_ref, remote, keep_images, anonymise, priority, corrections,
       active)
     VALUES (@rule, @source, @sourceRef, @remote, @keepImages, @anonymise, @priority, @corrections, @active)
     ON CONFLICT (key) DO UPDATE SET source = excluded.source, source_ref = excluded.source_ref, remote = excluded.remote,
       keep_images = excluded.keep_images, anonymise = excluded.anonymise, priority = excluded.priority,
       corrections = excluded.corrections, active = excluded.active`,
  ).run({
    ...body,
    keepImages: body.keepImages ? 1 : 0,
    corrections: body.corrections ? 1 : 0,
    anonymise: body.anonymise === null ? null : JSON.stringify(body.anonymise),
    active: body.active ? 1 : 0,
  });
  if (body.keepImages) forgetDeliveredOf(db, body.rule);
  addLogEntry(db, record, 'FORWARD_RULE_SAVED');
}
