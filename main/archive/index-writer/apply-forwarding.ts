import type { Database } from 'better-sqlite3';
import type { ForwardRuleKey, ImageId, RemoteKey } from '@shared/model/ids';
import { isSameMachine } from '../forwarding/same-machine';
import { remoteByKey } from '../outbox/queue';
import type { Delivery } from '../records/bodies/outbox';
import type { RecordOf } from '../records/record';
import { sourceRefOf } from './source-ref';
import { statement } from './statements';

interface MatchingRule {
  readonly id: number;
  readonly remote: RemoteKey;
}

/**
 * Gathers an image that has just arrived for every rule that forwards its source, in the transaction that puts it into the
 * index: what is stored is gathered, whatever happens next. Nothing is sent back to the machine it came from.
 */
export function gatherForForwarding(db: Database, record: RecordOf<'object.stored'>): void {
  const { source, image, bytes, session } = record.body;
  const sourceRef = sourceRefOf(record);
  const rules = statement(
    db,
    `SELECT id, remote FROM forward_rule
     WHERE active = 1 AND removed = 0 AND (source IS NULL OR source = +@source)
       AND (source_ref = '' OR source_ref = +@sourceRef) ORDER BY id`,
  ).all({ source, sourceRef }) as MatchingRule[];
  const at = Date.parse(record.at);
  for (const rule of rules) {
    const remote = remoteByKey(db, rule.remote);
    if (!remote || isSameMachine(remote, source, sourceRef)) continue;
    const { id } = statement(
      db,
      `INSERT INTO forward_gathering (rule_id, source, source_ref, session, created, updated)
       VALUES (@rule, @source, @sourceRef, @session, @at, @at)
       ON CONFLICT (rule_id, source, source_ref, session) DO UPDATE SET updated = excluded.updated RETURNING id`,
    ).get({ rule: rule.id, source, sourceRef, session: session ?? '', at }) as { id: number };
    statement(
      db,
      `INSERT INTO forward_gathered (image, rule_id, gathering_id, seq, bytes) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (image, rule_id) DO NOTHING`,
    ).run(image, rule.id, id, record.seq, bytes);
  }
}

/** What a rule has asked for is not gathered any more: in the transaction that puts it into the outbox. */
export function leaveGathering(db: Database, { cause, images }: RecordOf<'send.requested'>['body']): void {
  if (cause.type !== 'rule') return;
  const leave = statement(
    db,
    'DELETE FROM forward_gathered WHERE image = ? AND rule_id = (SELECT id FROM forward_rule WHERE key = ?)',
  );
  for (const { image } of images) leave.run(image, cause.reference);
  endEmptyGatherings(db);
}

/** A rule that is gone asks for nothing. */
export function forgetGatheredOf(db: Database, rule: ForwardRuleKey): void {
  const ofRule = 'WHERE rule_id = (SELECT id FROM forward_rule WHERE key = ?)';
  statement(db, `DELETE FROM forward_gathered ${ofRule}`).run(rule);
  statement(db, `DELETE FROM forward_gathering ${ofRule}`).run(rule);
}

/** An image that is erased cannot be asked for. */
export function forgetGathered(db: Database, image: ImageId): void {
  if (statement(db, 'DELETE FROM forward_gathered WHERE image = ?').run(image).changes > 0) endEmptyGatherings(db);
}

/** A new version of an image that was not asked for yet takes its place. */
export function replaceGathered(
  db: Database,
  image: ImageId,
  next: { readonly image: ImageId; readonly bytes: number },
): void {
  statement(db, 'UPDATE OR IGNORE forward_gathered SET image = ?, bytes = ? WHERE image = ?').run(
    next.image,
    next.bytes,
    image,
  );
}

function endEmptyGatherings(db: Database): void {
  statement(
    db,
    'DELETE FROM forward_gathering WHERE NOT EXISTS (SELECT 1 FROM forward_gathered WHERE gathering_id = forward_gathering.id)',
  ).run();
}

/** Notes an image that is proven at the remote of a rule which does not keep images; it is taken away when nobody needs it. */
export function noteProven(db: Database, { transaction, position }: Delivery): void {
  statement(
    db,
    `INSERT INTO forward_delivered (image, rule_id)
     SELECT item.image, rule.id FROM outbox_transaction AS asked
       JOIN outbox_item AS item ON item.transaction_id = asked.id AND item.position = +@position
       JOIN forward_rule AS rule ON rule.key = json_extract(asked.cause, '$.reference')
     WHERE asked.key = +@transaction AND json_extract(asked.cause, '$.type') = 'rule' AND asked.anonymise IS NULL
       AND item.state = 'proven' AND rule.keep_images = 0 AND rule.removed = 0
       AND EXISTS (SELECT 1 FROM image WHERE image.object = item.image)
     ON CONFLICT (image, rule_id) DO NOTHING`,
  ).run({ transaction, position });
}

/** Images a rule would have taken away stay: it keeps them from now on, or is gone. */
export function forgetDeliveredOf(db: Database, rule: ForwardRuleKey): void {
  statement(db, 'DELETE FROM forward_delivered WHERE rule_id = (SELECT id FROM forward_rule WHERE key = ?)').run(rule);
}

/** An image that is taken out of the catalogue is not taken away once more when a person brings it back. */
export function forgetDelivered(db: Database, image: string): void {
  statement(db, 'DELETE FROM forward_delivered WHERE image = ?').run(image);
}
