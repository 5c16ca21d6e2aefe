import type { Database } from 'better-sqlite3';
import type { ForwardRuleKey, ImageId, RemoteKey } from '@shared/model/ids';
import { statement } from '../index-writer/statements';

/** Newer versions of what a rule has delivered, or was about to deliver. */
export interface DueCorrections {
  readonly rule: ForwardRuleKey;
  readonly remote: RemoteKey;
  readonly priority: number;
  readonly images: readonly ImageId[];
}

interface Row {
  readonly rule: ForwardRuleKey;
  readonly remote: RemoteKey;
  readonly priority: number;
  readonly image: ImageId;
  readonly restless: number;
}

/**
 * What rules have to correct at their remotes: images of which an older version was sent there whole by the same rule, or could
 * not be because it was replaced before. A version is asked for once, however that ends: what a remote refuses and what a person
 * takes back is not asked for again, so nothing goes round. The one exception is a version that was withdrawn there in favour of
 * one that was undone since. `waiting`: others were changed less than `quietMs` ago and may be changed again.
 */
export function dueCorrections(
  db: Database,
  now: Date,
  quietMs: number,
): { readonly due: readonly DueCorrections[]; readonly waiting: boolean } {
  const rows = statement(
    db,
    `SELECT DISTINCT rule.key AS rule, r.key AS remote, rule.priority, living.object AS image,
       EXISTS (SELECT 1 FROM set_aside AS late WHERE late.arrival = older.arrival AND late.why = 'replaced'
         AND late.at > @since AND late.at <= @now) AS restless
     FROM set_aside AS older
       JOIN image AS living ON living.id = older.arrival
       JOIN outbox_item AS i ON i.image = older.object AND i.attachment IS NULL
         AND (i.state IN ('arrived', 'proven') OR (i.state = 'refused' AND i.code = 'SEND_IMAGE_GONE'))
       JOIN outbox_transaction AS t ON t.id = i.transaction_id AND t.anonymise IS NULL
         AND json_extract(t.cause, '$.type') = 'rule'
       JOIN forward_rule AS rule ON rule.key = json_extract(t.cause, '$.reference')
         AND rule.corrections = 1 AND rule.active = 1 AND rule.removed = 0
       JOIN remote AS r ON r.id = i.remote_id AND r.key = rule.remote AND r.removed = 0
     WHERE older.why = 'replaced' AND NOT EXISTS (
       SELECT 1 FROM outbox_item AS asked JOIN outbox_transaction AS by_whom ON by_whom.id = asked.transaction_id
       WHERE asked.image = living.object AND asked.attachment IS NULL AND asked.remote_id = i.remote_id
         AND by_whom.anonymise IS NULL AND NOT (asked.state = 'cancelled' AND asked.code IS 'REMOTE_WITHDRAWN'))
     ORDER BY rule.id, older.seq`,
  ).all({ now: now.toISOString(), since: new Date(now.getTime() - quietMs).toISOString() }) as Row[];
  const due = new Map<ForwardRuleKey, DueCorrections & { readonly images: ImageId[] }>();
  for (const { rule, remote, priority, image, restless } of rows) {
    if (restless === 1) continue;
    const gathered = due.get(rule) ?? { rule, remote, priority, images: [] };
    gathered.images.push(image);
    due.set(rule, gathered);
  }
  return { due: [...due.values()], waiting: rows.some(({ restless }) => restless === 1) };
}
