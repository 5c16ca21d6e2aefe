import type { Database } from 'better-sqlite3';
import { AnonymisationWay } from '@shared/model/anonymisation';
import { type AttachmentKey, type ImageId, RemoteKey, type TransactionKey } from '@shared/model/ids';
import { RemotePolicy, RemoteSettings } from '@shared/model/remotes/settings';
import { statement } from '../index-writer/statements';
import type { Delivery } from '../records/bodies/outbox';

/** A remote as it is set up. */
export interface Remote {
  readonly remote: RemoteKey;
  readonly name: string;
  readonly settings: RemoteSettings;
  readonly policy: RemotePolicy;
}

/** An item of the outbox, as the queue needs it. */
export interface QueuedItem {
  /** Of the index: grows, and is not the same after a rebuild. */
  readonly id: number;
  readonly transaction: TransactionKey;
  readonly number: number;
  readonly total: number;
  readonly position: number;
  /** SHA-256 of the image, or of the attached file. */
  readonly image: ImageId;
  /** Set when it is no image but an attached file. */
  readonly attachment: AttachmentKey | null;
  readonly bytes: number;
  readonly anonymise: AnonymisationWay | null;
}

interface RemoteColumns {
  readonly key: string;
  readonly name: string;
  readonly settings: string;
  readonly policy: string;
}

function remoteOf(row: RemoteColumns): Remote {
  return {
    remote: RemoteKey.parse(row.key),
    name: row.name,
    settings: RemoteSettings.parse(JSON.parse(row.settings)),
    policy: RemotePolicy.parse(JSON.parse(row.policy)),
  };
}

/** All remotes in use, by name. */
export function remotes(db: Database): readonly Remote[] {
  const rows = statement(
    db,
    'SELECT key, name, settings, policy FROM remote WHERE removed = 0 ORDER BY name, id',
  ).all();
  return (rows as RemoteColumns[]).map(remoteOf);
}

/** One of them; undefined when there is none of this key. */
export function remoteByKey(db: Database, key: RemoteKey): Remote | undefined {
  const row = statement(db, 'SELECT key, name, settings, policy FROM remote WHERE key = ? AND removed = 0').get(key);
  return row === undefined ? undefined : remoteOf(row as RemoteColumns);
}

/** The PACS that has this AE title; undefined when there is none. Asked for every image that a machine sends. */
export function remoteCalled(db: Database, AETitle: string): Remote | undefined {
  const row = statement(
    db,
    `SELECT key, name, settings, policy FROM remote
     WHERE removed = 0 AND settings ->> '$.kind' = 'dimse' AND settings ->> '$.calledAETitle' = ? ORDER BY name, id`,
  ).get(AETitle);
  return row === undefined ? undefined : remoteOf(row as RemoteColumns);
}

interface ItemColumns {
  readonly id: number;
  readonly transaction: TransactionKey;
  readonly number: number;
  readonly total: number;
  readonly position: number;
  readonly image: ImageId;
  readonly attachment: AttachmentKey | null;
  readonly bytes: number;
  readonly anonymise: string | null;
}

const ITEM = `SELECT i.id, t.key AS "transaction", t.id AS number, t.total, i.position, i.image, i.attachment, i.bytes, t.anonymise
  FROM outbox_item AS i JOIN outbox_transaction AS t ON t.id = i.transaction_id`;

function itemOf(row: ItemColumns): QueuedItem {
  return { ...row, anonymise: row.anonymise === null ? null : AnonymisationWay.parse(JSON.parse(row.anonymise)) };
}

/**
 * The next items that wait for a remote: by priority, then in the order in which they were asked for (our own counter, never a
 * clock), or the small ones first.
 */
export function waitingItems(
  db: Database,
  remote: RemoteKey,
  order: 'asked' | 'small',
  limit: number,
): readonly QueuedItem[] {
  const by = order === 'small' ? 'i.priority DESC, i.bytes, i.id' : 'i.priority DESC, i.transaction_id, i.position';
  const sql = `${ITEM} WHERE i.remote_id = (SELECT id FROM remote WHERE key = ? AND removed = 0) AND i.state = 'waiting' ORDER BY ${by} LIMIT ?`;
  return (statement(db, sql).all(remote, limit) as ItemColumns[]).map(itemOf);
}

/** Items that have arrived at a remote and are not proven yet, oldest first, after a number of them; those of images and files that are here. */
export function unprovenItems(db: Database, remote: RemoteKey, after: number, limit: number): readonly QueuedItem[] {
  const sql = `${ITEM} WHERE i.remote_id = (SELECT id FROM remote WHERE key = ? AND removed = 0) AND i.state = 'arrived' AND i.id > ?
    AND (i.attachment IS NOT NULL OR EXISTS (SELECT 1 FROM image WHERE image.object = i.image)) ORDER BY i.id LIMIT ?`;
  return (statement(db, sql).all(remote, after, limit) as ItemColumns[]).map(itemOf);
}

/** An item by the number of its transaction and its position, with its state; undefined when the remote has no such item. */
export function itemAt(
  db: Database,
  remote: RemoteKey,
  number: number,
  position: number,
): { readonly item: QueuedItem; readonly state: Delivery['state'] } | undefined {
  const sql = `${ITEM} WHERE t.id = +? AND i.position = +? AND i.remote_id = (SELECT id FROM remote WHERE key = ? AND removed = 0)`;
  const row = statement(db, sql).get(number, position, remote) as ItemColumns | undefined;
  if (row === undefined) return undefined;
  const { state } = statement(db, 'SELECT state FROM outbox_item WHERE id = ?').get(row.id) as {
    state: Delivery['state'];
  };
  return { item: itemOf(row), state };
}

/** How a transaction stands as a whole. */
export interface TransactionStand {
  readonly transaction: TransactionKey;
  readonly number: number;
  readonly total: number;
  readonly requestedAt: string;
  readonly anonymise: AnonymisationWay | null;
  readonly waiting: number;
  /** Arrived or proven. */
  readonly delivered: number;
}

const STAND = `SELECT t.key AS "transaction", t.id AS number, t.total, t.at AS requestedAt, t.anonymise,
  coalesce(sum(i.state = 'waiting'), 0) AS waiting, coalesce(sum(i.state IN ('arrived', 'proven')), 0) AS delivered
  FROM outbox_transaction AS t JOIN outbox_item AS i ON i.transaction_id = t.id
  WHERE t.remote_id = (SELECT id FROM remote WHERE key = ? AND removed = 0)`;

function standOf(row: Omit<TransactionStand, 'anonymise'> & { readonly anonymise: string | null }): TransactionStand {
  return { ...row, anonymise: row.anonymise === null ? null : AnonymisationWay.parse(JSON.parse(row.anonymise)) };
}

/** A transaction to a remote by its number. */
export function transactionStand(db: Database, remote: RemoteKey, number: number): TransactionStand | undefined {
  const row = statement(db, `${STAND} AND t.id = ? GROUP BY t.id`).get(remote, number);
  return row === undefined ? undefined : standOf(row as Parameters<typeof standOf>[0]);
}

/** Transactions to a remote of which nothing waits any more while something of them has arrived and is not proven. */
export function endedTransactions(db: Database, remote: RemoteKey): readonly TransactionStand[] {
  const sql = `${STAND} AND t.id IN (SELECT transaction_id FROM outbox_item WHERE state = 'arrived'
      AND remote_id = (SELECT id FROM remote WHERE key = ?))
    GROUP BY t.id HAVING waiting = 0`;
  return (statement(db, sql).all(remote, remote) as Parameters<typeof standOf>[0][]).map(standOf);
}

/** Positions of the items of a transaction that are in a state. */
export function positionsIn(db: Database, number: number, state: Delivery['state']): readonly number[] {
  const sql = 'SELECT position FROM outbox_item WHERE transaction_id = ? AND state = ? ORDER BY position';
  return (statement(db, sql).all(number, state) as { position: number }[]).map(({ position }) => position);
}

/** How many items wait at a remote, and their bytes. */
export function waitingAmount(db: Database, remote: RemoteKey): { readonly items: number; readonly bytes: number } {
  const sql = `SELECT count(*) AS items, coalesce(sum(bytes), 0) AS bytes FROM outbox_item
    WHERE remote_id = (SELECT id FROM remote WHERE key = ?) AND state = 'waiting'`;
  return statement(db, sql).get(remote) as { items: number; bytes: number };
}

/** The place at which an interrupted transfer goes on. */
export function resumePlace(db: Database, item: string): string | null {
  const row = statement(db, 'SELECT token FROM local_resume WHERE item = ?').get(item) as { token: string } | undefined;
  return row?.token ?? null;
}

/** Whether there is such a place of any item. */
export function hasResumePlaces(db: Database): boolean {
  return statement(db, 'SELECT 1 FROM local_resume LIMIT 1').get() !== undefined;
}

/** Keeps such a place, or forgets it. */
export function keepResumePlace(db: Database, item: string, token: string | null): void {
  if (token === null) statement(db, 'DELETE FROM local_resume WHERE item = ?').run(item);
  else {
    statement(
      db,
      'INSERT INTO local_resume (item, token) VALUES (?, ?) ON CONFLICT (item) DO UPDATE SET token = excluded.token',
    ).run(item, token);
  }
}
