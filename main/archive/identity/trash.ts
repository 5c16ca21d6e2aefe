import { randomUUID } from 'node:crypto';
import type { Handlers, Parsed } from '@shared/contract';
import type { TrashRow } from '@shared/contract/identity';
import { FieldboxError } from '@shared/errors';
import { ActKey, type ImageId } from '@shared/model/ids';
import { nameWords } from '../catalog/folding';
import type { EngineContext } from '../context';
import { allOf, survivorOf } from '../index-writer/merged';
import { statement } from '../index-writer/statements';
import type { StoredImage } from '../index-writer/stored-image';
import type { JobHandle } from '../jobs/job-board';
import { eraseRemains } from '../maintenance/remains';
import type { InTurn } from '../people/in-turn';
import type { NewRecord } from '../records/record';
import { chosenImages, grouped, standingOf } from './chosen';
import { removeErased } from './erasing';

export type TrashVerb = 'images.trash' | 'trash.list' | 'trash.restore' | 'trash.erase';

/** Images whose erasing is written down together. */
const ERASED_TOGETHER = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The trash: what is thrown away stays until someone with the right empties it. */
export function createTrash(ctx: EngineContext, inTurn: InTurn): Handlers<TrashVerb> {
  return {
    'images.trash': ({ selection, reason }) =>
      inTurn(async () => setAside(ctx, chosenImages(ctx.db, selection), reason)),
    'trash.list': async (input) => Promise.resolve(listTrash(ctx, input)),
    'trash.restore': ({ images, act }) =>
      inTurn(async () => {
        const rows = [...named(ctx, images), ...(act === undefined ? [] : ofAct(ctx, act))];
        if (rows.length === 0) throw new FieldboxError(act === undefined ? 'IMAGES_NONE_CHOSEN' : 'NOT_IN_TRASH');
        await ctx.commit([{ type: 'images.restored', body: { groups: grouped(rows) } }]);
        return { images: new Set(rows.map((row) => row.image)).size };
      }),
    'trash.erase': ({ images, olderThanDays }) =>
      inTurn(async () => {
        const rows = [...named(ctx, images), ...(olderThanDays === undefined ? [] : olderThan(ctx, olderThanDays))];
        const unique = [...new Map(rows.map((row) => [row.image, row])).values()];
        if (unique.length === 0) throw new FieldboxError('IMAGES_NONE_CHOSEN');
        const job = ctx.jobs.start('erase', (handle) => erase(ctx, inTurn, unique, handle), {
          phase: 'tidying',
          total: unique.length,
        });
        return Promise.resolve({ job, images: unique.length });
      }),
  };
}

/**
 * Puts living images into the trash: for every capability that takes images out of the archive. Gives the act by which they are
 * restored together. Throws CHANGED_MEANWHILE when one is not living.
 */
export async function setAside(
  ctx: EngineContext,
  images: readonly ImageId[],
  reason: string,
): Promise<{ act: ActKey; images: number }> {
  const act = ActKey.parse(randomUUID());
  await ctx.commit([setAsideRecord(ctx, images, reason, act)]);
  return { act, images: images.length };
}

/** The record that does so, for a commit that does more in the same transaction. Throws CHANGED_MEANWHILE. */
export function setAsideRecord(
  ctx: Pick<EngineContext, 'db'>,
  images: readonly ImageId[],
  reason: string,
  act: ActKey = ActKey.parse(randomUUID()),
): NewRecord {
  const groups = grouped(images.map((image) => ({ image, patient: standingOf(ctx.db, image).patient })));
  return { type: 'images.trashed', body: { act, reason, groups } };
}

interface InTrash {
  readonly image: ImageId;
  readonly patient: TrashRow['patient'];
}

interface KeyRow {
  readonly object: ImageId;
  readonly owner: TrashRow['patient'];
}

const IN_TRASH = `SELECT object, owner FROM set_aside WHERE why = 'trashed'`;

function named(ctx: EngineContext, images: readonly ImageId[]): InTrash[] {
  return images.map((image) => {
    const row = statement(ctx.db, `${IN_TRASH} AND object = ?`).get(image) as KeyRow | undefined;
    if (!row) throw new FieldboxError('NOT_IN_TRASH');
    return inTrash(ctx, row);
  });
}

function ofAct(ctx: EngineContext, act: ActKey): InTrash[] {
  const rows = statement(ctx.db, `${IN_TRASH} AND act = ? ORDER BY arrival`).all(act) as KeyRow[];
  return rows.map((row) => inTrash(ctx, row));
}

/**
 * What has lain in the trash for so many days. A laptop whose battery was empty dates what is thrown away years back: what comes
 * after a line of the log that is not as old as that, by our own counter, cannot be either (decision 42).
 */
function olderThan(ctx: EngineContext, days: number): InTrash[] {
  const now = ctx.now();
  const until = new Date(now.getTime() - days * DAY_MS).toISOString();
  const younger = statement(ctx.db, 'SELECT seq FROM log WHERE at > ? AND at <= ? ORDER BY seq LIMIT 1').get(
    until,
    now.toISOString(),
  ) as { seq: number } | undefined;
  const rows = statement(ctx.db, `${IN_TRASH} AND at <= ? AND seq < ? ORDER BY seq, arrival`).all(
    until,
    younger?.seq ?? Number.MAX_SAFE_INTEGER,
  ) as KeyRow[];
  return rows.map((row) => inTrash(ctx, row));
}

function inTrash(ctx: EngineContext, row: KeyRow): InTrash {
  return { image: row.object, patient: survivorOf(ctx.db, row.owner) };
}

/**
 * Erases part by part, so that it can be stopped and others get their turn; then what the index still has of it. Throws
 * CANCELLED, DISK_*.
 */
async function erase(ctx: EngineContext, inTurn: InTurn, rows: readonly InTrash[], handle: JobHandle): Promise<void> {
  try {
    await eraseInParts(ctx, inTurn, rows, handle);
  } finally {
    await eraseRemains(ctx);
  }
}

async function eraseInParts(
  ctx: EngineContext,
  inTurn: InTurn,
  rows: readonly InTrash[],
  handle: JobHandle,
): Promise<void> {
  let done = 0;
  for (let at = 0; at < rows.length; at += ERASED_TOGETHER) {
    if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
    const part = rows.slice(at, at + ERASED_TOGETHER);
    // In this order: what is on its way in may itself wait for its turn.
    await ctx.arrivals.alone(() => inTurn(() => erasePart(ctx, part)));
    done += part.length;
    handle.update({ done, total: rows.length });
  }
}

interface VersionOfTrash {
  readonly object: ImageId;
  readonly source: ImageId | null;
}

async function erasePart(ctx: EngineContext, rows: readonly InTrash[]): Promise<void> {
  const groups = new Map<InTrash['patient'], VersionOfTrash[]>();
  for (const { image, patient } of rows) {
    // Restored or erased by somebody else meanwhile: then it is not there any more.
    const versions = statement(
      ctx.db,
      `SELECT object, source_object AS source FROM set_aside WHERE arrival =
         (SELECT arrival FROM set_aside WHERE object = ? AND why = 'trashed') ORDER BY seq`,
    ).all(image) as VersionOfTrash[];
    if (versions.length > 0) groups.set(patient, [...(groups.get(patient) ?? []), ...versions]);
  }
  if (groups.size === 0) return;
  await ctx.commit([
    {
      type: 'images.erased',
      body: { groups: [...groups].map(([patient, objects]) => ({ patient, objects })) },
    },
  ]);
  await removeErased(ctx);
}

interface ListRow {
  readonly object: ImageId;
  readonly act: ActKey;
  readonly at: string;
  readonly by: TrashRow['by'];
  readonly reason: string;
  readonly owner: TrashRow['patient'];
  readonly image: string;
}

function listTrash(
  ctx: EngineContext,
  input: Parsed<'trash.list'>,
): { total: number; bytes: number; rows: TrashRow[] } {
  const { db } = ctx;
  const owners = input.patient === undefined ? null : allOf(db, survivorOf(db, input.patient));
  const words = nameWords(input.text);
  const where = [
    `why = 'trashed'`,
    ...(owners === null ? [] : ['owner IN (SELECT value FROM json_each(@owners))']),
    ...(words.length === 0
      ? []
      : ['NOT EXISTS (SELECT 1 FROM json_each(@words) WHERE instr(found_by, json_each.value) = 0)']),
  ].join(' AND ');
  const params = {
    ...(owners !== null && { owners: JSON.stringify(owners) }),
    ...(words.length > 0 && { words: JSON.stringify(words) }),
  };
  const sums = statement(
    db,
    `SELECT count(*) AS total, coalesce(sum(bytes), 0) AS bytes FROM set_aside WHERE ${where}`,
  ).get(params) as { total: number; bytes: number };
  const rows = statement(
    db,
    `SELECT object, act, at, by_user AS by, reason, owner, image FROM set_aside WHERE ${where}
     ORDER BY seq DESC, arrival LIMIT @limit OFFSET @offset`,
  ).all({ ...params, limit: input.limit, offset: input.offset }) as ListRow[];
  return { ...sums, rows: rows.map((row) => trashRow(ctx, row)) };
}

function trashRow(ctx: EngineContext, row: ListRow): TrashRow {
  // Written by this program from the type it is read as.
  const stored = JSON.parse(row.image) as StoredImage;
  const { attributes } = stored;
  return {
    image: row.object,
    act: row.act,
    trashedAt: row.at,
    by: row.by,
    reason: row.reason,
    patient: survivorOf(ctx.db, row.owner),
    PatientID: attributes.PatientID ?? '',
    PatientName: attributes.PatientName ?? '',
    StudyDate: attributes.StudyDate ?? '',
    Modality: attributes.Modality ?? '',
    SeriesDescription: attributes.SeriesDescription ?? '',
    hasPixels: attributes.hasPixelData,
    bytes: stored.bytes,
    fileName: stored.fileName,
    storedAt: stored.storedAt,
  };
}
