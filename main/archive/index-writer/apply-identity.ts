import type { Database } from 'better-sqlite3';
import type { LogCode } from '@shared/log';
import type { PatientKey } from '@shared/model/ids';
import { noteRemains } from '../maintenance/remains';
import type { ImageGroups, Replacement } from '../records/bodies/identity';
import type { ArchiveRecord, RecordOf } from '../records/record';
import type { Appliers, AttributesOf } from './appliers';
import { forgetGathered, replaceGathered } from './apply-forwarding';
import { noteObjects } from './apply-object';
import { layAside, takeBack } from './asides';
import { followSeries, type Replaced } from './follow-series';
import { addLogEntry } from './log-entry';
import { putIn } from './placing';
import { settle, Touched } from './settle';
import { sourceRefOf } from './source-ref';
import { statement } from './statements';
import { fromRecord, livingAt } from './stored-image';

type Kind =
  'images.trashed' | 'images.restored' | 'images.erased' | 'images.replaced' | 'images.moved' | 'images.moveUndone';

export const identityAppliers: Appliers<Kind> = {
  'images.trashed': applyTrashed,
  'images.restored': applyRestored,
  'images.erased': applyErased,
  'images.replaced': (db, record, attributesOf) => {
    applyChanges(db, record, attributesOf);
    const { changes, why } = record.body;
    logByPatient(db, record, why === 'modified' ? 'IMAGES_CHANGED' : 'IMAGES_REVERTED', changes);
  },
  'images.moved': applyMoved,
  'images.moveUndone': applyMoveUndone,
};

function applyTrashed(db: Database, record: RecordOf<'images.trashed'>): void {
  const touched = touchedBy(record.body.groups);
  const { act, reason } = record.body;
  for (const { images } of record.body.groups)
    for (const image of images) layAside(db, { ...record, act, reason }, image, 'trashed', touched);
  settle(db, touched, record.at);
  logGroups(db, record, 'IMAGES_TRASHED', record.body.groups);
}

function applyRestored(db: Database, record: RecordOf<'images.restored'>): void {
  const touched = touchedBy(record.body.groups);
  for (const { images } of record.body.groups) {
    for (const image of images) {
      const stored = takeBack(db, image);
      if (stored) putIn(db, stored, record.at, touched);
    }
  }
  settle(db, touched, record.at);
  logGroups(db, record, 'IMAGES_RESTORED', record.body.groups);
}

/**
 * Forgets erased objects. Their files go when this has been flushed (erasing.ts); until then they are noted as what is left to
 * do. Objects that could not be read when their arrival was applied are forgotten all the same.
 */
function applyErased(db: Database, record: RecordOf<'images.erased'>): void {
  for (const { patient, objects } of record.body.groups) {
    for (const { object, source } of objects) {
      const stood = statement(db, 'DELETE FROM set_aside WHERE object = ? RETURNING owner, study, series').get(
        object,
      ) as Stood | undefined;
      if (stood) forgetArchives(db, stood);
      forgetGathered(db, object);
      forgetObject(db, object);
      if (source !== null) forgetObject(db, source);
    }
    addLogEntry(db, record, 'IMAGES_ERASED', { images: objects.length }, { patient });
  }
  noteRemains(db);
  const touched = new Touched();
  for (const { patient } of record.body.groups) touched.owners.add(patient);
  settle(db, touched, record.at);
}

interface Stood {
  readonly owner: string;
  readonly study: string;
  readonly series: string;
}

/** What can never come back is in no archive of a project any more. */
function forgetArchives(db: Database, { owner, study, series }: Stood): void {
  for (const [level, column, key] of [
    ['patient', 'owner', owner],
    ['study', 'study', study],
    ['series', 'series', series],
  ] as const) {
    if (statement(db, `SELECT 1 FROM set_aside WHERE ${column} = ? LIMIT 1`).get(key)) continue;
    if (level === 'patient' && statement(db, 'SELECT 1 FROM merged_patient WHERE key = ?').get(key)) continue;
    statement(db, 'DELETE FROM archive_left WHERE level = ? AND key = ?').run(level, key);
  }
}

/** Takes an object off the list unless an image, living or aside, is or was made from it, or it is kept as a file besides. */
function forgetObject(db: Database, object: string): void {
  const isUsed = statement(
    db,
    `SELECT 1 FROM image WHERE object = @object OR source_object = @object
     UNION ALL SELECT 1 FROM set_aside WHERE object = @object OR source_object = @object
     UNION ALL SELECT 1 FROM stored_file WHERE sha256 = @object`,
  ).get({ object });
  if (isUsed) return;
  statement(db, 'DELETE FROM object WHERE sha256 = ?').run(object);
  statement(db, 'INSERT INTO local_erasing (object) VALUES (?) ON CONFLICT (object) DO NOTHING').run(object);
}

type ChangeRecord = RecordOf<'images.replaced' | 'images.moved' | 'images.moveUndone'>;

/** Puts new versions in the place of old ones. */
function applyChanges(db: Database, record: ChangeRecord, attributesOf: AttributesOf): void {
  const touched = new Touched();
  const replaced: Replaced[] = [];
  const { act, reason } = record.body;
  for (const change of record.body.changes) {
    touched.owners.add(change.from);
    const attributes = attributesOf(change.next.image);
    const kept = takeBack(db, change.next.image);
    if (!kept) noteObjects(db, change.next, attributes !== undefined);
    const next =
      kept ??
      (attributes &&
        fromRecord(
          change.next,
          change.arrival,
          { ...change, sourceRef: sourceRefOf({ by: change.storedBy, body: change.next }) },
          attributes,
        ));
    if (!next) continue; // the new version cannot be read any more; the old one is better than none
    const current = livingAt(db, change.arrival);
    if (current?.stored.image === next.image) continue;
    if (current) layAside(db, { ...record, act, reason }, current.stored.image, 'replaced', touched);
    const placed = putIn(db, next, record.at, touched);
    if (!current) continue;
    replaceGathered(db, current.stored.image, next);
    replaced.push({
      from: { image: current.stored.image, series: current.ids.series },
      to: { image: next.image, series: placed.series },
    });
  }
  followSeries(db, replaced);
  settle(db, touched, record.at);
}

function applyMoved(db: Database, record: RecordOf<'images.moved'>, attributesOf: AttributesOf): void {
  applyChanges(db, record, attributesOf);
  const { act, to, reason, changes } = record.body;
  statement(
    db,
    `INSERT INTO image_move (act, seq, at, by_user, reason, to_patient, images) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (act) DO NOTHING`,
  ).run(act, record.seq, record.at, record.by, reason, to, changes.length);
  for (const change of changes) {
    statement(
      db,
      `INSERT INTO image_moved (act, old, new, from_patient) VALUES (?, ?, ?, ?) ON CONFLICT (act, old) DO NOTHING`,
    ).run(act, change.old, change.next.image, change.from);
  }
  logByPatient(db, record, 'IMAGES_MOVED_AWAY', changes);
  addLogEntry(db, record, 'IMAGES_MOVED_HERE', { images: changes.length }, { patient: to });
}

function applyMoveUndone(db: Database, record: RecordOf<'images.moveUndone'>, attributesOf: AttributesOf): void {
  applyChanges(db, record, attributesOf);
  const { move, to, changes } = record.body;
  statement(db, 'UPDATE image_move SET undone_at = ? WHERE act = ?').run(record.at, move);
  const patients = new Set([to, ...changes.map(({ next }) => next.patient).filter((key) => key !== null)]);
  for (const patient of patients) addLogEntry(db, record, 'MOVE_TAKEN_BACK', { images: changes.length }, { patient });
}

function touchedBy(groups: ImageGroups): Touched {
  const touched = new Touched();
  for (const { patient } of groups) touched.owners.add(patient);
  return touched;
}

function logGroups(db: Database, record: ArchiveRecord, code: LogCode, groups: ImageGroups): void {
  for (const { patient, images } of groups) addLogEntry(db, record, code, { images: images.length }, { patient });
}

/** One line a patient under whom changed images stood; a single image is named. */
function logByPatient(db: Database, record: ArchiveRecord, code: LogCode, changes: readonly Replacement[]): void {
  const counts = new Map<PatientKey, number>();
  for (const { from } of changes) counts.set(from, (counts.get(from) ?? 0) + 1);
  const [only] = changes;
  const image = changes.length === 1 ? only?.next.image : undefined;
  for (const [patient, images] of counts) addLogEntry(db, record, code, { images }, { patient, image });
}
