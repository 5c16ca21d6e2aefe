import type { Database } from 'better-sqlite3';
import type { ActKey } from '@shared/model/ids';
import { foldText, searchWords } from '../catalog/folding';
import type { ArchiveRecord, RecordOf } from '../records/record';
import { forgetDelivered } from './apply-forwarding';
import { putIn, takeOut } from './placing';
import { settle, Touched } from './settle';
import { statement } from './statements';
import type { Standing, StoredImage } from './stored-image';

export type AsideReason = 'trashed' | 'replaced';

/** Takes a living image out and keeps it aside. Does nothing when it is not living. */
export function layAside(
  db: Database,
  record: Pick<ArchiveRecord, 'seq' | 'at' | 'by'> & { readonly act: ActKey; readonly reason: string },
  image: string,
  why: AsideReason,
  touched: Touched,
): Standing | undefined {
  const standing = takeOut(db, image, touched);
  if (!standing) return undefined;
  forgetDelivered(db, image);
  const { stored } = standing;
  const { PatientID = '', PatientName = '' } = stored.attributes;
  statement(
    db,
    `INSERT INTO set_aside (object, why, act, seq, at, by_user, reason, arrival, owner, study, series, source_object, bytes,
       PatientID, PatientName, found_by, image)
     VALUES (@object, @why, @act, @seq, @at, @by, @reason, @arrival, @owner, @study, @series, @source, @bytes,
       @PatientID, @PatientName, @foundBy, @image)`,
  ).run({
    object: stored.image,
    why,
    act: record.act,
    seq: record.seq,
    at: record.at,
    by: record.by,
    reason: record.reason,
    arrival: stored.arrival,
    owner: stored.owner,
    study: standing.study,
    series: standing.series,
    source: stored.sourceObject,
    bytes: stored.bytes,
    PatientID,
    PatientName,
    foundBy: [...searchWords(PatientName), ...searchWords(PatientID), foldText(stored.fileName)].join(' '),
    image: JSON.stringify(stored),
  });
  return standing;
}

interface AsideRow {
  readonly seq: number;
  readonly why: AsideReason;
  readonly arrival: number;
  readonly image: string;
}

const ASIDE = 'SELECT seq, why, arrival, image FROM set_aside';

/** Takes an image that was set aside from there; undefined when it is not aside. */
export function takeBack(db: Database, image: string): StoredImage | undefined {
  const row = statement(db, `${ASIDE} WHERE object = ?`).get(image) as AsideRow | undefined;
  if (!row) return undefined;
  statement(db, 'DELETE FROM set_aside WHERE object = ?').run(image);
  return storedOf(row);
}

/** An image that was set aside; undefined when it is not aside. */
export function asideImage(db: Database, image: string): StoredImage | undefined {
  const row = statement(db, `${ASIDE} WHERE object = ?`).get(image) as AsideRow | undefined;
  return row && storedOf(row);
}

function storedOf(row: AsideRow): StoredImage {
  // Written by this program from the type it is read as.
  return JSON.parse(row.image) as StoredImage;
}

/**
 * What was thrown away and arrives again is wanted: it comes out of the trash as it was. An older version that arrives again
 * brings back the newest one. Tells whether the arrival was one of an image that is aside.
 */
export function restoredByArrival(db: Database, record: RecordOf<'object.stored'>): boolean {
  const aside = statement(db, `${ASIDE} WHERE object = ?`).get(record.body.image) as AsideRow | undefined;
  if (!aside) return false;
  const trashed = statement(db, `SELECT object FROM set_aside WHERE arrival = ? AND why = 'trashed' AND seq < ?`).get(
    aside.arrival,
    record.seq,
  ) as { object: string } | undefined;
  const stored = trashed && takeBack(db, trashed.object);
  if (!stored) return true;
  const touched = new Touched();
  putIn(db, stored, record.at, touched);
  settle(db, touched, record.at);
  return true;
}
