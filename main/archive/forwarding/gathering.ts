import type { Database } from 'better-sqlite3';
import { ForwardGathering } from '@shared/contract/sources';
import { AnonymisationWay } from '@shared/model/anonymisation';
import type { ForwardRuleKey, ImageId, RemoteKey } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import { statement } from '../index-writer/statements';
import { nameOfSource } from '../source-names';

/** A gathering that is complete, with what the outbox is to be asked. */
export interface DueGathering {
  readonly gathering: number;
  readonly rule: ForwardRuleKey;
  readonly remote: RemoteKey;
  readonly anonymise: AnonymisationWay | null;
  readonly priority: number;
}

/** Of an image that is in the catalogue now: what lies in the trash waits there. */
const LIVING = `FROM forward_gathered JOIN image ON image.object = forward_gathered.image
  WHERE forward_gathered.gathering_id = forward_gathering.id`;

/**
 * The gatherings that no image has joined for a while and whose import has ended (one that programs add to never does), and those
 * that have gone on long enough; in milliseconds.
 */
export function dueGatherings(db: Database, now: number, quietMs: number, longestMs: number): DueGathering[] {
  const rows = statement(
    db,
    `SELECT forward_gathering.id AS gathering, forward_rule.key AS rule, remote.key AS remote, anonymise, priority
     FROM forward_gathering JOIN forward_rule ON forward_rule.id = forward_gathering.rule_id
       JOIN remote ON remote.key = forward_rule.remote AND remote.removed = 0
     WHERE EXISTS (SELECT 1 ${LIVING}) AND (
       created <= @now - @longestMs
       OR ((updated <= @now - @quietMs OR updated > @now)
         AND NOT EXISTS (SELECT 1 FROM import_session WHERE import_session.key = forward_gathering.session
           AND import_session.state = 'running' AND import_session.open = 0)))
     ORDER BY forward_gathering.id`,
  ).all({ now, quietMs, longestMs }) as (Omit<DueGathering, 'anonymise'> & { readonly anonymise: string | null })[];
  return rows.map((row) => ({
    ...row,
    anonymise: row.anonymise === null ? null : AnonymisationWay.parse(JSON.parse(row.anonymise)),
  }));
}

/** Images of a gathering in the order they arrived. */
export function gatheredImages(
  db: Database,
  gathering: number,
  limit: number,
): readonly { readonly image: ImageId; readonly bytes: number }[] {
  return statement(
    db,
    `SELECT forward_gathered.image, forward_gathered.bytes FROM forward_gathered
       JOIN image ON image.object = forward_gathered.image
     WHERE gathering_id = ? ORDER BY seq, forward_gathered.image LIMIT ?`,
  ).all(gathering, limit) as { image: ImageId; bytes: number }[];
}

interface RawGathering {
  readonly rule: string;
  readonly remote: string;
  readonly remoteName: string;
  readonly source: SourceType;
  readonly sourceRef: string;
  readonly session: string;
  readonly images: number;
  readonly created: number;
}

/** What rules gather now, newest first. */
export function gatherings(db: Database, remote: RemoteKey | null): ForwardGathering[] {
  const rows = statement(
    db,
    `SELECT forward_rule.key AS rule, remote.key AS remote, remote.name AS remoteName, forward_gathering.source,
       forward_gathering.source_ref AS sourceRef, session, created, (SELECT count(*) ${LIVING}) AS images
     FROM forward_gathering JOIN forward_rule ON forward_rule.id = forward_gathering.rule_id
       JOIN remote ON remote.key = forward_rule.remote
     WHERE (@remote IS NULL OR remote.key = @remote) AND EXISTS (SELECT 1 ${LIVING}) ORDER BY forward_gathering.id DESC`,
  ).all({ remote }) as RawGathering[];
  return rows.map(({ created, session, ...row }) =>
    ForwardGathering.parse({
      ...row,
      session: session === '' ? null : session,
      since: new Date(created).toISOString(),
      sourceName: nameOfSource(db, row.source, row.sourceRef),
    }),
  );
}

/**
 * Images that are proven where a rule has sent them, that are not to be kept, and that nobody needs here any more: no rule gathers
 * them, and no transaction still has to send them, to prove them (`provable`: the remotes that can), or may be tried again.
 */
export function imagesToTakeAway(db: Database, provable: readonly RemoteKey[], limit: number): ImageId[] {
  const rows = statement(
    db,
    `SELECT DISTINCT image FROM forward_delivered AS delivered
     WHERE EXISTS (SELECT 1 FROM image WHERE image.object = delivered.image)
       AND NOT EXISTS (SELECT 1 FROM forward_gathered WHERE forward_gathered.image = delivered.image)
       AND NOT EXISTS (SELECT 1 FROM outbox_item JOIN remote ON remote.id = outbox_item.remote_id
         WHERE outbox_item.image = delivered.image AND outbox_item.attachment IS NULL AND remote.removed = 0 AND (outbox_item.state IN ('waiting', 'refused', 'parked')
           OR (outbox_item.state = 'arrived' AND remote.key IN (SELECT value FROM json_each(@provable)))))
     LIMIT @limit`,
  ).all({ provable: JSON.stringify(provable), limit }) as { image: ImageId }[];
  return rows.map(({ image }) => image);
}

/** Items of a rule that are not sent yet and can be taken back. */
export function waitingOf(
  db: Database,
  rule: ForwardRuleKey,
): readonly { readonly transaction: string; readonly position: number }[] {
  return statement(
    db,
    `SELECT asked.key AS "transaction", position FROM outbox_transaction AS asked
       JOIN outbox_item ON outbox_item.transaction_id = asked.id
     WHERE json_extract(asked.cause, '$.type') = 'rule' AND json_extract(asked.cause, '$.reference') = ?
       AND outbox_item.state IN ('waiting', 'parked') ORDER BY asked.id, position`,
  ).all(rule) as { transaction: string; position: number }[];
}
