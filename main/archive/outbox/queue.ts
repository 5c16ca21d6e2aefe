import type { Database } from 'better-sqlite3';
import { AnonymisationWay } from '@shared/model/anonymisation';
import { type ImageId, RemoteKey, type TransactionKey } from '@shared/model/ids';
import { RemotePolicy, RemoteSettings } from '@shared/model/remotes/settings';
import { statement } from '../index-writer/statements';

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
  readonly image: ImageId;
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

interface ItemColumns {
  readonly id: number;
  readonly transaction: TransactionKey;
  readonly number: number;
  readonly total: number;
  readonly position: number;
  readonly image: ImageId;
  readonly bytes: number;
  readonly anonymise: string | null;
}

const ITEM = `SELECT i.id, t.key AS "transaction", t.id AS number, t.total, i.position, i.image, i.bytes, t.anonymise
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

/** Items that have arrived at a remote and are not proven yet, oldest first, after a number of them; those of images that are here. */
export function unprovenItems(db: Database, remote: RemoteKey, after: number, limit: number): readonly QueuedItem[] {
  const sql = `${ITEM} WHERE i.remote_id = (SELECT id FROM remote WHERE key = ? AND removed = 0) AND i.state = 'arrived' AND i.id > ?
    AND EXISTS (SELECT 1 FROM image WHERE image.object = i.image) ORDER BY i.id LIMIT ?`;
  return (statement(db, sql).all(remote, after, limit) as ItemColumns[]).map(itemOf);
}

/** Whether anything of a transaction still waits. */
export function isTransactionOpen(db: Database, transaction: TransactionKey): boolean {
  const sql = `SELECT 1 FROM outbox_item WHERE transaction_id = (SELECT id FROM outbox_transaction WHERE key = ?) AND state = 'waiting' LIMIT 1`;
  return statement(db, sql).get(transaction) !== undefined;
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
