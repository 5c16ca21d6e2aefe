import type { Database } from 'better-sqlite3';
import type { SeriesKey } from '@shared/model/ids';
import type { RecordOf } from '../records/record';
import type { classificationBodies } from '../records/bodies/classification';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { idOf, statement } from './statements';

export const classificationAppliers: Appliers<keyof typeof classificationBodies> = {
  'seriesTag.saved': (db, record) => {
    statement(
      db,
      `INSERT INTO series_tag (key, name) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET name = excluded.name`,
    ).run(record.body.tag, record.body.name);
    addLogEntry(db, record, 'TAG_SAVED');
  },
  'seriesTag.removed': (db, record) => {
    statement(db, 'DELETE FROM series_tag WHERE key = ?').run(record.body.tag);
    addLogEntry(db, record, 'TAG_REMOVED');
  },
  'series.tagged': applySeriesTagged,
  'seriesType.saved': (db, record) => {
    statement(
      db,
      `INSERT INTO series_type (key, name) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET name = excluded.name`,
    ).run(record.body.type, record.body.name);
    addLogEntry(db, record, 'TYPE_SAVED');
  },
  'seriesType.removed': (db, record) => {
    statement(db, 'DELETE FROM series_type WHERE key = ?').run(record.body.type);
    addLogEntry(db, record, 'TYPE_REMOVED');
  },
  'seriesRule.saved': (db, record) => {
    const { rule, type, conditions } = record.body;
    const typeId = idOf(db, 'series_type', type);
    if (typeId === undefined) return; // the type's own record was damaged; this one stays in the chain
    statement(
      db,
      `INSERT INTO series_rule (key, type_id, conditions) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET conditions = excluded.conditions`,
    ).run(rule, typeId, JSON.stringify(conditions));
    addLogEntry(db, record, 'RULE_SAVED', { conditions: conditions.length });
  },
  'seriesRule.removed': (db, record) => {
    statement(db, 'DELETE FROM series_rule WHERE key = ?').run(record.body.rule);
    addLogEntry(db, record, 'RULE_REMOVED');
  },
  'series.typed': applySeriesTyped,
  'tagFilter.saved': (db, record) => {
    const { filter, name, list, paths } = record.body;
    statement(
      db,
      `INSERT INTO tag_filter (key, name, list, paths) VALUES (?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET name = excluded.name, list = excluded.list, paths = excluded.paths`,
    ).run(filter, name, list, JSON.stringify(paths));
    addLogEntry(db, record, 'FILTER_SAVED', { paths: paths.length });
  },
  'tagFilter.removed': (db, record) => {
    statement(db, 'DELETE FROM tag_filter WHERE key = ?').run(record.body.filter);
    addLogEntry(db, record, 'FILTER_REMOVED');
  },
  'tagFilter.switched': applyFilterSwitched,
};

function applySeriesTagged(db: Database, record: RecordOf<'series.tagged'>): void {
  const { tag, series, on } = record.body;
  const tagId = idOf(db, 'series_tag', tag);
  if (tagId === undefined) return; // the tag's own record was damaged; this one stays in the chain
  const say = on
    ? statement(db, 'INSERT OR IGNORE INTO series_tag_said (series, tag_id) VALUES (?, ?)')
    : statement(db, 'DELETE FROM series_tag_said WHERE series = ? AND tag_id = ?');
  const show = on
    ? statement(db, 'INSERT OR IGNORE INTO series_tag_of (series_id, tag_id) SELECT id, ? FROM series WHERE key = ?')
    : statement(db, 'DELETE FROM series_tag_of WHERE tag_id = ? AND series_id = (SELECT id FROM series WHERE key = ?)');
  for (const key of series) {
    say.run(key, tagId);
    show.run(tagId, key);
  }
  addLogEntry(db, record, on ? 'TAG_PUT_ON' : 'TAG_TAKEN_OFF', { series: series.length }, { series: only(series) });
}

function applySeriesTyped(db: Database, record: RecordOf<'series.typed'>): void {
  const { type, series, on } = record.body;
  const typeId = idOf(db, 'series_type', type);
  if (typeId === undefined) return; // the type's own record was damaged; this one stays in the chain
  for (const key of series) {
    if (on) give(db, key, typeId);
    else takeOff(db, key, typeId);
  }
  addLogEntry(
    db,
    record,
    on ? 'TYPE_ASSIGNED' : 'TYPE_UNASSIGNED',
    { series: series.length },
    { series: only(series) },
  );
}

/** A type that was refused before is open to the rules again, so they look at the series once more. */
function give(db: Database, series: SeriesKey, type: number): void {
  const refused = statement(db, 'SELECT 1 FROM series_type_said WHERE series = ? AND type_id = ? AND given = 0');
  const wasRefused = refused.get(series, type) !== undefined;
  say(db, series, type, 1);
  statement(
    db,
    `INSERT INTO series_type_of (series_id, type_id, by_rule, by_hand) SELECT id, ?, 0, 1 FROM series WHERE key = ?
     ON CONFLICT (series_id, type_id) DO UPDATE SET by_hand = 1`,
  ).run(type, series);
  if (!wasRefused) return;
  statement(
    db,
    `INSERT INTO local_type_series (series) VALUES (?) ON CONFLICT (series) DO UPDATE SET asked = asked + 1`,
  ).run(series);
}

function takeOff(db: Database, series: SeriesKey, type: number): void {
  say(db, series, type, 0);
  statement(
    db,
    'DELETE FROM series_type_of WHERE type_id = ? AND series_id = (SELECT id FROM series WHERE key = ?)',
  ).run(type, series);
}

function say(db: Database, series: SeriesKey, type: number, given: 0 | 1): void {
  statement(
    db,
    `INSERT INTO series_type_said (series, type_id, given) VALUES (?, ?, ?)
     ON CONFLICT (series, type_id) DO UPDATE SET given = excluded.given`,
  ).run(series, type, given);
}

function applyFilterSwitched(db: Database, record: RecordOf<'tagFilter.switched'>): void {
  const { filter, source, sourceRef, on } = record.body;
  const id = idOf(db, 'tag_filter', filter);
  if (id === undefined) return; // the filter's own record was damaged; this one stays in the chain
  statement(
    db,
    on
      ? 'INSERT OR IGNORE INTO tag_filter_source (source, source_ref, filter_id) VALUES (?, ?, ?)'
      : 'DELETE FROM tag_filter_source WHERE source = ? AND source_ref = ? AND filter_id = ?',
  ).run(source, sourceRef, id);
  addLogEntry(db, record, on ? 'FILTER_SWITCHED_ON' : 'FILTER_SWITCHED_OFF', { source });
}

/** The one series a line of the log is about, if it is one. */
function only(series: readonly SeriesKey[]): SeriesKey | undefined {
  return series.length === 1 ? series[0] : undefined;
}
