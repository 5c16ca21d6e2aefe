import type { Database } from 'better-sqlite3';
import type { Delivery } from '../records/bodies/outbox';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { leaveGathering, noteProven } from './apply-forwarding';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const outboxAppliers: Appliers<'remote.saved' | 'remote.removed' | 'send.requested' | 'send.delivery'> = {
  'remote.saved': applyRemote,
  'remote.removed': (db, record) => {
    statement(db, 'UPDATE remote SET removed = 1 WHERE key = ?').run(record.body.remote);
    addLogEntry(db, record, 'REMOTE_REMOVED', { remote: remoteNameOf(db, record.body.remote) });
  },
  'send.requested': applyRequest,
  'send.delivery': (db, record) => {
    for (const item of record.body.items) applyDelivery(db, item, record.at);
    const refused = record.body.items.filter(({ state }) => state === 'refused');
    if (refused.length > 0) addLogEntry(db, record, 'SEND_REFUSED', { images: refused.length });
  },
};

function applyRemote(db: Database, record: RecordOf<'remote.saved'>): void {
  const { remote, name, settings, policy } = record.body;
  statement(
    db,
    `INSERT INTO remote (key, name, settings, policy) VALUES (?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, settings = excluded.settings, policy = excluded.policy`,
  ).run(remote, name, JSON.stringify(settings), JSON.stringify(policy));
  addLogEntry(db, record, 'REMOTE_SAVED', { remote: name });
}

/** The name of a remote, also of one that was removed. */
export function remoteNameOf(db: Database, remote: string): string {
  const row = statement(db, 'SELECT name FROM remote WHERE key = ?').get(remote) as { name: string } | undefined;
  return row?.name ?? '?';
}

function applyRequest(db: Database, record: RecordOf<'send.requested'>): void {
  const { transaction, remote, images, files = [], anonymise, priority, cause } = record.body;
  leaveGathering(db, record.body);
  const to = statement(db, 'SELECT id FROM remote WHERE key = ?').get(remote) as { id: number } | undefined;
  if (!to) return; // the remote's own record was damaged; this one stays in the chain
  const inserted = statement(
    db,
    `INSERT INTO outbox_transaction (id, key, remote_id, at, by_user, cause, anonymise, priority, total, bytes)
     VALUES (@id, @key, @remote, @at, @by, @cause, @anonymise, @priority, @total, @bytes) ON CONFLICT (key) DO NOTHING`,
  ).run({
    id: record.seq,
    key: transaction,
    remote: to.id,
    at: record.at,
    by: record.by,
    cause: JSON.stringify(cause),
    anonymise: anonymise === null ? null : JSON.stringify(anonymise),
    priority,
    total: images.length + files.length,
    bytes: [...images, ...files].reduce((sum, { bytes }) => sum + bytes, 0),
  });
  if (inserted.changes === 0) return;
  const item = statement(
    db,
    `INSERT INTO outbox_item (transaction_id, remote_id, position, image, attachment, bytes, priority) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const items = [
    ...images.map(({ image, bytes }) => [image, null, bytes] as const),
    ...files.map(({ attachment, file, bytes }) => [file, attachment, bytes] as const),
  ];
  items.forEach((each, at) => item.run(record.seq, to.id, at + 1, ...each, priority));
  const name = remoteNameOf(db, remote);
  if (images.length > 0)
    addLogEntry(db, record, anonymise === null ? 'SEND_REQUESTED' : 'SEND_REQUESTED_ANONYMOUS', {
      images: images.length,
      remote: name,
    });
  if (files.length > 0) addLogEntry(db, record, 'SEND_REQUESTED_FILES', { files: files.length, remote: name });
}

/** From which states an item may come into another: what is proven stays proven, what has arrived is not taken back. */
const BEFORE: Readonly<Record<Delivery['state'], string>> = {
  arrived: `('waiting', 'parked', 'refused', 'cancelled')`,
  proven: `('waiting', 'arrived', 'parked', 'refused', 'cancelled')`,
  refused: `('waiting', 'arrived', 'parked')`,
  parked: `('waiting', 'arrived')`,
  cancelled: `('waiting', 'parked', 'refused')`,
  waiting: `('refused', 'parked', 'cancelled', 'arrived')`,
};

function applyDelivery(db: Database, item: Delivery, at: string): void {
  const { transaction, position, state, fault, proof } = item;
  const moved = statement(
    db,
    `UPDATE outbox_item SET state = @state, code = @code, details = @details,
       arrived_at = CASE WHEN @state IN ('arrived', 'proven') THEN coalesce(arrived_at, @at) WHEN @state = 'waiting' THEN NULL ELSE arrived_at END,
       proof_kind = @kind, proof_at = @proofAt, proof_note = @note
     WHERE transaction_id = (SELECT id FROM outbox_transaction WHERE key = @transaction) AND position = @position
       AND state IN ${BEFORE[state]}`,
  ).run({
    transaction,
    position,
    state,
    at,
    code: fault?.code ?? null,
    details: JSON.stringify(fault?.details ?? {}),
    kind: proof?.kind ?? null,
    proofAt: proof === null ? null : at,
    note: proof?.note ?? '',
  });
  if (state === 'proven' && moved.changes > 0) noteProven(db, item);
}
