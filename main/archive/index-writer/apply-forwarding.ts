import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { RecordOf } from '../records/record';
import { sourceRefOf } from './source-ref';
import { statement } from './statements';

interface MatchingRule {
  readonly key: string;
  readonly destination: string;
  readonly keepImages: number;
}

/**
 * Puts an image that has just arrived into the queue of every rule that forwards its source, in the transaction that puts it
 * into the index: what is stored is queued, whatever happens next. The number of the last record looked at is kept, so that
 * neither a replay nor a rebuild queues an image twice.
 */
export function enqueueForwarding(db: Database, record: RecordOf<'object.stored'>): void {
  if (record.seq <= lastLookedAt(db)) return;
  statement(
    db,
    `INSERT INTO meta (key, value) VALUES ('forwarded_seq', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  ).run(String(record.seq));
  const { source } = record.body;
  const sourceRef = sourceRefOf(record);
  const rules = statement(
    db,
    `SELECT key, destination, keep_images AS keepImages FROM forward_rule
     WHERE active = 1 AND removed = 0 AND (source IS NULL OR source = @source)
       AND (source_ref = '' OR source_ref = @sourceRef) ORDER BY id`,
  ).all({ source, sourceRef }) as MatchingRule[];
  for (const rule of rules) {
    const at = Date.parse(record.at);
    const forward = openForward(db, rule, { source, sourceRef, session: record.body.session ?? '', at });
    const added = statement(
      db,
      `INSERT INTO local_forward_item (forward_id, image, state, at) VALUES (?, ?, 'waiting', ?)
       ON CONFLICT (forward_id, image) DO NOTHING`,
    ).run(forward, record.body.image, at);
    statement(db, 'UPDATE local_forward SET images = images + ?, updated = ? WHERE id = ?').run(
      added.changes,
      at,
      forward,
    );
  }
}

function lastLookedAt(db: Database): number {
  const row = statement(db, `SELECT value FROM meta WHERE key = 'forwarded_seq'`).get() as
    { value: string } | undefined;
  return row ? Number(row.value) : 0;
}

interface Arrival {
  readonly source: string;
  readonly sourceRef: string;
  readonly session: string;
  readonly at: number;
}

/** The delivery that still gathers images of this rule, source and session; a new one when there is none. */
function openForward(db: Database, rule: MatchingRule, arrival: Arrival): number | bigint {
  const { source, sourceRef, session, at } = arrival;
  const found = statement(
    db,
    `SELECT id FROM local_forward WHERE gathering = 1 AND rule = @rule AND source = @source AND source_ref = @sourceRef
       AND session = @session`,
  ).get({ rule: rule.key, source, sourceRef, session }) as { id: number } | undefined;
  if (found) return found.id;
  return statement(
    db,
    `INSERT INTO local_forward (key, rule, destination, source, source_ref, session, keep_images, gathering, state, created,
       updated)
     VALUES (@key, @rule, @destination, @source, @sourceRef, @session, @keepImages, 1, 'waiting', @at, @at)`,
  ).run({
    key: randomUUID(),
    rule: rule.key,
    destination: rule.destination,
    source,
    sourceRef,
    session,
    keepImages: rule.keepImages,
    at,
  }).lastInsertRowid;
}
