import type { Database } from 'better-sqlite3';
import { ForwardImage, ForwardRow, type ForwardState } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import type { DestinationKey, ForwardKey, ForwardRuleKey, ImageId } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import { statement } from '../index-writer/statements';
import { nameOfSource } from '../source-names';

/** Longest pause before a delivery is tried again, milliseconds; a later time is there only when the clock was set back. */
const LONGEST_PAUSE_MS = 1_800_000;
const FIRST_PAUSE_MS = 10_000;

/** 10 s, 20 s, 40 s ... at most half an hour, each up to a fifth longer, so that not everything wakes at once. */
export function pauseBefore(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20)) * (1 + Math.random() / 5);
}

interface Raw {
  readonly key: string;
  readonly rule: string;
  readonly destination: string;
  readonly destinationName: string | null;
  readonly source: SourceType;
  readonly sourceRef: string;
  readonly session: string;
  readonly keepImages: number;
  readonly gathering: number;
  readonly state: ForwardState;
  readonly images: number;
  readonly sent: number;
  readonly tries: number;
  readonly due: number;
  readonly code: string | null;
  readonly details: string;
  readonly created: number;
  readonly finished: number | null;
}

const COLUMNS = `local_forward.key, rule, destination, destination.name AS destinationName, source, source_ref AS sourceRef,
  session, keep_images AS keepImages, gathering, state, images, sent, tries, due, code, details, created, finished
  FROM local_forward LEFT JOIN destination ON destination.key = local_forward.destination`;

function rowOf(db: Database, raw: Raw): ForwardRow {
  const { key, session, keepImages, gathering, due, code, details, created, finished, destinationName, ...rest } = raw;
  return ForwardRow.parse({
    ...rest,
    forward: key,
    destinationName: destinationName ?? '',
    sourceName: nameOfSource(db, raw.source, raw.sourceRef),
    session: session === '' ? null : session,
    keepImages: keepImages === 1,
    gathering: gathering === 1,
    nextTry: raw.state === 'waiting' && raw.tries > 0 ? instant(due) : null,
    error: code === null ? null : { code, details: JSON.parse(details) as unknown },
    createdAt: instant(created),
    finishedAt: finished === null ? null : instant(finished),
  });
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export interface QueueFilter {
  readonly state: ForwardState | null;
  readonly destination: DestinationKey | null;
  readonly offset: number;
  readonly limit: number;
}

/** A page of the deliveries, newest first, and how many there are in each state. */
export function queuePage(
  db: Database,
  filter: QueueFilter,
): { total: number; rows: ForwardRow[]; counts: Record<ForwardState, number> } {
  const where = '(@state IS NULL OR state = @state) AND (@destination IS NULL OR destination = @destination)';
  const { state, destination } = filter;
  const { total } = statement(db, `SELECT count(*) AS total FROM local_forward WHERE ${where}`).get({
    state,
    destination,
  }) as { total: number };
  const rows = statement(
    db,
    `SELECT ${COLUMNS} WHERE ${where} ORDER BY local_forward.id DESC LIMIT @limit OFFSET @offset`,
  ).all({ ...filter }) as Raw[];
  const counts: Record<ForwardState, number> = { waiting: 0, sending: 0, done: 0, failed: 0, cancelled: 0 };
  const counted = statement(db, 'SELECT state, count(*) AS n FROM local_forward GROUP BY state').all() as {
    state: ForwardState;
    n: number;
  }[];
  for (const { state: each, n } of counted) counts[each] = n;
  return { total, rows: rows.map((row) => rowOf(db, row)), counts };
}

/** Throws NOT_FOUND. */
export function forwardRow(db: Database, forward: ForwardKey): ForwardRow {
  const raw = statement(db, `SELECT ${COLUMNS} WHERE local_forward.key = ?`).get(forward) as Raw | undefined;
  if (!raw) throw new FieldboxError('NOT_FOUND', { what: 'delivery' });
  return rowOf(db, raw);
}

/** The images of a delivery in the order they arrived. Throws NOT_FOUND. */
export function forwardImages(
  db: Database,
  forward: ForwardKey,
  offset: number,
  limit: number,
): { total: number; rows: ForwardImage[] } {
  const { images: total } = forwardRow(db, forward);
  const rows = statement(
    db,
    `SELECT image, state, code, details, proof, place, at FROM local_forward_item
     WHERE forward_id = (SELECT id FROM local_forward WHERE key = ?) ORDER BY id LIMIT ? OFFSET ?`,
  ).all(forward, limit, offset) as {
    image: string;
    state: string;
    code: string | null;
    details: string;
    proof: string | null;
    place: string | null;
    at: number;
  }[];
  return {
    total,
    rows: rows.map(({ image, state, code, details, proof, place, at }) =>
      ForwardImage.parse({
        image,
        state,
        error: code === null ? null : { code, details: JSON.parse(details) as unknown },
        proof,
        place,
        at: instant(at),
      }),
    ),
  };
}

/** What has failed, was cancelled or waits for its next try is to be sent now. What is done or being sent stays as it is. */
export function retryForward(db: Database, forward: ForwardKey): void {
  const { state } = forwardRow(db, forward);
  if (state === 'done' || state === 'sending') return;
  db.transaction(() => {
    statement(
      db,
      `UPDATE local_forward_item SET state = 'waiting', code = NULL, details = '{}'
       WHERE forward_id = (SELECT id FROM local_forward WHERE key = ?) AND state IN ('failed', 'cancelled')`,
    ).run(forward);
    statement(
      db,
      `UPDATE local_forward SET state = 'waiting', gathering = 0, tries = 0, due = 0, code = NULL, details = '{}',
         finished = NULL WHERE key = ?`,
    ).run(forward);
  })();
}

/** Nothing more of a delivery is sent. Throws NOT_FOUND, FORWARD_FINISHED. */
export function cancelForward(db: Database, forward: ForwardKey, now: number): void {
  const { state } = forwardRow(db, forward);
  if (state === 'done' || state === 'cancelled') throw new FieldboxError('FORWARD_FINISHED');
  cancelWhere(db, 'key = @key', { key: forward }, now);
}

/** The same for all that a rule has queued. */
export function cancelOfRule(db: Database, rule: ForwardRuleKey, now: number): void {
  cancelWhere(db, `rule = @key AND state IN ('waiting', 'sending')`, { key: rule }, now);
}

function cancelWhere(db: Database, condition: string, values: { readonly key: string }, now: number): void {
  db.transaction(() => {
    statement(
      db,
      `UPDATE local_forward_item SET state = 'cancelled' WHERE state IN ('waiting', 'failed')
         AND forward_id IN (SELECT id FROM local_forward WHERE ${condition})`,
    ).run(values);
    statement(
      db,
      `UPDATE local_forward SET state = 'cancelled', gathering = 0, finished = @now WHERE ${condition}`,
    ).run({ ...values, now });
  })();
}

/** A delivery that is due. */
export interface DueForward {
  readonly id: number;
  readonly key: ForwardKey;
  readonly destination: DestinationKey;
  readonly keepImages: number;
  readonly tries: number;
}

/** What a process that ended was sending goes on; called before sending begins. */
export function resumeSending(db: Database): void {
  statement(db, `UPDATE local_forward SET state = 'waiting' WHERE state = 'sending'`).run();
}

/**
 * Closes the deliveries that no image has joined for a while and whose import has ended (one that programs add to never does), and
 * those that have gathered long enough.
 */
export function closeGathered(db: Database, now: number, quietMs: number, longestMs: number): number {
  return statement(
    db,
    `UPDATE local_forward SET gathering = 0 WHERE gathering = 1 AND (
       created <= @now - @longestMs
       OR ((updated <= @now - @quietMs OR updated > @now)
         AND NOT EXISTS (SELECT 1 FROM import_session
           WHERE import_session.key = local_forward.session AND import_session.state = 'running' AND import_session.open = 0)))`,
  ).run({ now, quietMs, longestMs }).changes;
}

/** The oldest delivery that is due, for each destination. */
export function dueForwards(db: Database, now: number): DueForward[] {
  return statement(
    db,
    `SELECT min(id) AS id, key, destination, keep_images AS keepImages, tries FROM local_forward
     WHERE state = 'waiting' AND gathering = 0 AND (due <= @now OR due > @far) GROUP BY destination`,
  ).all({ now, far: now + 2 * LONGEST_PAUSE_MS }) as DueForward[];
}

/** Whether a delivery is (still) to go on: it may have been cancelled meanwhile. */
export function stateOf(db: Database, id: number): ForwardState | null {
  const row = statement(db, 'SELECT state FROM local_forward WHERE id = ?').get(id) as
    { state: ForwardState } | undefined;
  return row?.state ?? null;
}

export function setSending(db: Database, id: number): void {
  statement(db, `UPDATE local_forward SET state = 'sending' WHERE id = ?`).run(id);
}

/** The next image to send of a delivery; null when none is left. */
export function nextItem(db: Database, forward: number): { readonly id: number; readonly image: ImageId } | null {
  const row = statement(
    db,
    `SELECT id, image FROM local_forward_item WHERE forward_id = ? AND state = 'waiting' ORDER BY id LIMIT 1`,
  ).get(forward) as { id: number; image: ImageId } | undefined;
  return row ?? null;
}

type Reason = { readonly code: string; readonly details: Readonly<Record<string, string | number>> };

export function itemDone(
  db: Database,
  forward: number,
  item: number,
  { proof, place }: { readonly proof: string; readonly place: string },
  now: number,
): void {
  db.transaction(() => {
    statement(
      db,
      `UPDATE local_forward_item SET state = 'done', code = NULL, details = '{}', proof = ?, place = ?, at = ? WHERE id = ?`,
    ).run(proof, place, now, item);
    statement(db, 'UPDATE local_forward SET sent = sent + 1, tries = 0, code = NULL WHERE id = ?').run(forward);
  })();
}

export function itemFailed(db: Database, item: number, { code, details }: Reason, now: number): void {
  statement(db, `UPDATE local_forward_item SET state = 'failed', code = ?, details = ?, at = ? WHERE id = ?`).run(
    code,
    JSON.stringify(details),
    now,
    item,
  );
}

/** A fault that may pass: all that is left of a delivery waits. Without a reason it only waits for the next start. */
export function postponeForward(db: Database, forward: DueForward, reason: Reason | null, now: number): void {
  statement(
    db,
    `UPDATE local_forward SET state = 'waiting', tries = tries + @more, due = @due, code = @code, details = @details
     WHERE id = @id AND state = 'sending'`,
  ).run({
    id: forward.id,
    more: reason === null ? 0 : 1,
    due: reason === null ? 0 : Math.round(now + pauseBefore(triesOf(db, forward.id))),
    code: reason?.code ?? null,
    details: JSON.stringify(reason?.details ?? {}),
  });
}

function triesOf(db: Database, id: number): number {
  const row = statement(db, 'SELECT tries FROM local_forward WHERE id = ?').get(id) as { tries: number } | undefined;
  return row?.tries ?? 0;
}

export interface Finished {
  readonly images: number;
  readonly sent: number;
  /** Code of the first image that stayed. */
  readonly code: string | null;
}

/** How a delivery of which nothing waits any more has come out. */
export function outcomeOf(db: Database, forward: number): Finished {
  return statement(
    db,
    `SELECT images, sent, (SELECT code FROM local_forward_item WHERE forward_id = @forward AND state = 'failed'
       ORDER BY id LIMIT 1) AS code FROM local_forward WHERE id = @forward`,
  ).get({ forward }) as Finished;
}

/** Ends a delivery; images that are not to be kept are marked once they are proven to have arrived. */
export function finishForward(db: Database, forward: DueForward, { code }: Finished, now: number): void {
  db.transaction(() => {
    const ended = statement(
      db,
      `UPDATE local_forward SET state = @state, finished = @now, code = @code, details = '{}'
       WHERE id = @id AND state = 'sending'`,
    ).run({ id: forward.id, state: code === null ? 'done' : 'failed', now, code });
    if (ended.changes === 0 || forward.keepImages === 1) return;
    statement(
      db,
      `UPDATE local_forward_item SET discard = 1 WHERE forward_id = ? AND state = 'done' AND proof IS NOT NULL`,
    ).run(forward.id);
  })();
}

/**
 * Delivered images that are not to be kept, and that no other delivery still has to send: not one that waits, and not one that
 * has failed and may be tried again.
 */
export function imagesToDiscard(db: Database, limit: number): ImageId[] {
  const rows = statement(
    db,
    `SELECT DISTINCT image FROM local_forward_item AS item WHERE discard = 1 AND NOT EXISTS (
       SELECT 1 FROM local_forward_item AS other WHERE other.image = item.image AND other.state IN ('waiting', 'failed'))
     LIMIT ?`,
  ).all(limit) as { image: ImageId }[];
  return rows.map(({ image }) => image);
}

export function noteDiscarded(db: Database, images: readonly ImageId[]): void {
  const note = statement(db, 'UPDATE local_forward_item SET discard = 0 WHERE image = ? AND discard = 1');
  db.transaction(() => {
    for (const image of images) note.run(image);
  })();
}
