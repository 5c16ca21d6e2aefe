import type { Database } from 'better-sqlite3';
import type { ArchiveRecord, RecordType } from '../records/record';
import type { Appliers, AttributesOf } from './appliers';
import { anonymisationAppliers } from './apply-anonymisation';
import { clinicRemoteAppliers } from './apply-clinic-remotes';
import { identityAppliers } from './apply-identity';
import { attachmentAppliers } from './apply-attachments';
import { detailAppliers } from './apply-details';
import { fileAppliers } from './apply-files';
import { formAppliers } from './apply-forms';
import { groupingAppliers } from './apply-grouping';
import { classificationAppliers } from './apply-classification';
import { intakeAppliers } from './apply-intake';
import { journalAppliers } from './apply-journal';
import { mergeAppliers } from './apply-merge';
import { objectAppliers } from './apply-object';
import { boxAppliers } from './apply-boxes';
import { outboxAppliers } from './apply-outbox';
import { peopleAppliers } from './apply-people';
import { releaseAppliers } from './apply-release';
import { sourceAppliers } from './apply-sources';
import { userAppliers } from './apply-users';
import { resultAppliers } from './apply-results';
import { scpAppliers } from './apply-scp';
import { statement } from './statements';

export type { AttributesOf } from './appliers';

const appliers: Appliers<RecordType> = {
  ...objectAppliers,
  ...fileAppliers,
  ...attachmentAppliers,
  ...peopleAppliers,
  ...detailAppliers,
  ...intakeAppliers,
  ...releaseAppliers,
  ...journalAppliers,
  ...outboxAppliers,
  ...sourceAppliers,
  ...boxAppliers,
  ...anonymisationAppliers,
  ...userAppliers,
  ...identityAppliers,
  ...mergeAppliers,
  ...groupingAppliers,
  ...resultAppliers,
  ...formAppliers,
  ...classificationAppliers,
  ...clinicRemoteAppliers,
  ...scpAppliers,
};

/**
 * Applies one record to the index. Called inside a transaction; applying a record twice gives the same index, so that a
 * replay after a crash does no harm.
 */
export function applyRecord(db: Database, record: ArchiveRecord, attributesOf: AttributesOf): void {
  // The applier under a type takes the records of that type; the compiler cannot follow a union through the lookup.
  const apply = appliers[record.type] as (db: Database, record: ArchiveRecord, attributesOf: AttributesOf) => void;
  apply(db, record, attributesOf);
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
