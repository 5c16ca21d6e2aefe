import type { Database } from 'better-sqlite3';
import type { IndexAttributes } from '../../dicom/index-attributes';
import type { ArchiveRecord } from '../records/record';
import { applyExportFinished, applyImportFinished, applyImportItems, applyImportStarted } from './apply-intake';
import { applyObjectStored } from './apply-object';
import { applyClinic, applyKind, applyPatient, applyStation } from './apply-people';
import { statement } from './statements';

/** Attributes of the objects that records name; undefined when the object cannot be read any more. */
export type AttributesOf = (sha256: string) => IndexAttributes | undefined;

/**
 * Applies one record to the index. Called inside a transaction; applying a record twice gives the same index, so that a
 * replay after a crash does no harm.
 */
export function applyRecord(db: Database, record: ArchiveRecord, attributesOf: AttributesOf): void {
  switch (record.type) {
    case 'object.stored':
      applyObjectStored(db, record, attributesOf(record.body.image));
      break;
    case 'patient.saved':
      applyPatient(db, record.body, record.at);
      break;
    case 'clinic.saved':
      applyClinic(db, record.body);
      break;
    case 'station.saved':
      applyStation(db, record.body);
      break;
    case 'kind.saved':
      applyKind(db, record.body);
      break;
    case 'import.started':
      applyImportStarted(db, record.body, record.at);
      break;
    case 'import.items':
      applyImportItems(db, record.body);
      break;
    case 'import.finished':
      applyImportFinished(db, record.body, record.at);
      break;
    case 'export.finished':
      applyExportFinished(db, record.body);
      break;
  }
}

/** How far the records have been applied. */
export function appliedSeq(db: Database): number {
  const row = statement(db, `SELECT value FROM meta WHERE key = 'applied_seq'`).get() as { value: string } | undefined;
  return row ? Number(row.value) : 0;
}

export function setAppliedSeq(db: Database, seq: number): void {
  statement(
    db,
    `INSERT INTO meta (key, value) VALUES ('applied_seq', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  ).run(String(seq));
}

/** Notes that the index could not take a record, and goes on behind it. */
export function notePassedOver(db: Database, seq: number): void {
  db.transaction(() => {
    statement(
      db,
      `INSERT INTO meta (key, value) VALUES ('passed_over', ?) ON CONFLICT (key) DO UPDATE SET value = value || ',' || excluded.value`,
    ).run(String(seq));
    setAppliedSeq(db, seq);
  })();
}

/** Numbers of the records the index could not take. */
export function passedOver(db: Database): readonly number[] {
  const row = statement(db, `SELECT value FROM meta WHERE key = 'passed_over'`).get() as { value: string } | undefined;
  return row ? row.value.split(',').map(Number) : [];
}
