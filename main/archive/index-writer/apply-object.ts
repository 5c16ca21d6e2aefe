import type { Database } from 'better-sqlite3';
import { refreshStudyText } from '../catalog/text-index';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { BUILTIN_KINDS } from '../people/builtin-kinds';
import type { ObjectStored } from '../records/bodies/intake';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { gatherForForwarding } from './apply-forwarding';
import { addToArchive } from './apply-grouping';
import { addImportItem } from './apply-intake';
import { restoredByArrival } from './asides';
import { placeImage } from './placing';
import { markShared } from './settle';
import { sourceRefOf } from './source-ref';
import { idOf, statement } from './statements';
import { fromRecord } from './stored-image';

type StoredRecord = RecordOf<'object.stored'>;

export const objectAppliers: Appliers<'object.stored'> = {
  'object.stored': (db, record, attributesOf) => applyObjectStored(db, record, attributesOf(record.body.image)),
};

/**
 * Puts an object into the index under its patient, study and series. `attributes` is undefined when the object cannot be
 * read any more: then its row of the object table says so and nothing else is known of it. An image that lies in the trash
 * comes out of it when it arrives again.
 */
function applyObjectStored(db: Database, record: StoredRecord, attributes: IndexAttributes | undefined): void {
  const { body } = record;
  noteObjects(db, body, attributes !== undefined);
  if (statement(db, 'SELECT 1 FROM image WHERE object = ?').get(body.image)) return;
  noteImported(db, body);
  if (restoredByArrival(db, record)) return;
  if (!attributes) return;

  const placed = placeImage(
    db,
    fromRecord(
      body,
      record.seq,
      { storedAt: record.at, storedBy: record.by, sourceRef: sourceRefOf(record) },
      attributes,
    ),
    record.at,
  );
  if (body.archive) addToArchive(db, body.archive, placed.series);
  markShared(db, attributes.SOPInstanceUID ?? '');
  statement(
    db,
    `UPDATE patient SET last_study_date = max(last_study_date, @date), changed_at = @at
     WHERE id = @patient AND (last_study_date < @date OR changed_at <> @at)`,
  ).run({ date: attributes.studyDate ?? '', at: record.at, patient: placed.patient });
  if (body.kind === BUILTIN_KINDS.headshot) {
    statement(db, 'UPDATE patient SET headshot = ? WHERE id = ?').run(body.image, placed.patient);
  }
  if (placed.isNew) refreshStudyText(db, placed.study);
  gatherForForwarding(db, record);
}

/** Notes the files of an image in the table of objects; what was to be erased is wanted again. */
export function noteObjects(db: Database, body: ObjectStored, isReadable: boolean): void {
  const insertObject = statement(
    db,
    `INSERT INTO object (sha256, bytes, role, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (sha256) DO UPDATE SET state = excluded.state`,
  );
  const keep = statement(db, 'DELETE FROM local_erasing WHERE object = ?');
  insertObject.run(body.image, body.bytes, 'instance', isReadable ? 'good' : 'missing');
  keep.run(body.image);
  if (!body.sourceObject) return;
  insertObject.run(body.sourceObject.sha256, body.sourceObject.bytes, 'source', 'good');
  keep.run(body.sourceObject.sha256);
}

/** The line of the import's report, also for an object that cannot be read any more. */
function noteImported(db: Database, body: ObjectStored): void {
  const session = body.session === null ? undefined : idOf(db, 'import_session', body.session);
  if (session === undefined) return;
  const isNoted = statement(
    db,
    `SELECT 1 FROM import_item WHERE object = ? AND session_id = ? AND outcome = 'added'`,
  ).get(body.image, session);
  if (isNoted) return;
  addImportItem(db, session, {
    path: body.path,
    entry: body.entry,
    outcome: 'added',
    object: body.image,
    code: null,
    details: {},
    bytes: body.bytes,
  });
}
