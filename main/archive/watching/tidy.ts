import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, rename, rm, utimes } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import { flushFile, flushFolder, systemCode } from '../../platform/durable';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { OpenFile } from './ledger';
import { fileAt } from './scan';

/** Reading back is nothing anybody waits for. */
const READ_BACK = { priority: -1, timeoutMs: 3_600_000 } as const;

export type TidyOutcome = 'gone' | 'changed' | 'tidied';

/**
 * Takes a file that was stored out of its watched folder: first every stored file that stands for it is read back from the
 * archive, and the file itself, so that what goes is what is kept. Throws WATCH_NOT_PROVEN, WATCH_CANNOT_TIDY, DISK_*.
 */
export async function tidyAway(
  ctx: EngineContext,
  root: string,
  file: OpenFile,
  moveTo: string | null,
): Promise<TidyOutcome> {
  const path = join(root, file.path);
  const unchanged = async (): Promise<TidyOutcome | null> => {
    const now = await fileAt(root, file.path);
    if (now === null) return 'gone';
    return now.size === file.size && now.mtimeMs === file.mtimeMs ? null : 'changed';
  };
  try {
    const before = await unchanged();
    if (before !== null) return before;
    if (!(await isProven(ctx, path, file))) throw new FieldboxError('WATCH_NOT_PROVEN');
    const after = await unchanged();
    if (after !== null) return after;
    if (moveTo === null) await rm(path);
    else await move(ctx, path, join(moveTo, ...file.path.split('/')));
    return 'tidied';
  } catch (error) {
    if (error instanceof FieldboxError) throw error;
    throw new FieldboxError('WATCH_CANNOT_TIDY', { reason: systemCode(error) }, error);
  }
}

async function isProven(ctx: EngineContext, path: string, { images, filtered }: OpenFile): Promise<boolean> {
  if (images.length === 0) return false;
  const stored = new Set<string>();
  for (const image of images) {
    const row = statement(ctx.db, 'SELECT object, source_object AS source FROM image WHERE object = ?').get(image) as
      { object: ImageId; source: ImageId | null } | undefined;
    if (!row) return false;
    for (const object of row.source === null ? [row.object] : [row.object, row.source]) {
      if (!stored.has(object) && !(await isSound(ctx, object))) return false;
      stored.add(object);
    }
  }
  // A zip is not kept itself: what is inside of it is, each file proven above. Of a filtered file the archive holds what was left of it.
  if (filtered || (await isZip(path))) return true;
  const { sha256 } = await ctx.pool.run('hashFile', { path }, READ_BACK);
  return stored.has(sha256);
}

async function isSound(ctx: EngineContext, object: ImageId): Promise<boolean> {
  if (!(await ctx.objects.exists(object))) return false;
  const { sha256 } = await ctx.pool.run('hashFile', { path: ctx.objects.path(object) }, READ_BACK);
  return sha256 === object;
}

/** Local file header signature, APPNOTE.TXT 4.3.7. */
const ZIP_SIGNATURE = 0x04034b50;

async function isZip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(4);
    const { bytesRead } = await file.read(head, 0, 4, 0);
    return bytesRead === 4 && head.readUInt32LE(0) === ZIP_SIGNATURE;
  } finally {
    await file.close();
  }
}

async function move(ctx: EngineContext, from: string, wanted: string): Promise<void> {
  await mkdir(dirname(wanted), { recursive: true });
  const to = await freeName(wanted);
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== 'EXDEV') throw error;
    await moveAcross(ctx, from, to);
  }
}

/** To another drive: copied, flushed and read back before the first one goes. */
async function moveAcross(ctx: EngineContext, from: string, to: string): Promise<void> {
  const { atime, mtime } = await lstat(from);
  await copyFile(from, to, constants.COPYFILE_EXCL);
  await flushFile(to);
  const [before, after] = await Promise.all([from, to].map((path) => ctx.pool.run('hashFile', { path }, READ_BACK)));
  if (before === undefined || before.sha256 !== after?.sha256) {
    await rm(to, { force: true });
    throw new FieldboxError('WATCH_NOT_PROVEN');
  }
  await utimes(to, atime, mtime);
  await flushFolder(dirname(to));
  await rm(from);
}

/** The name, or with a number before its ending when something of that name is there. */
async function freeName(wanted: string): Promise<string> {
  const ending = extname(wanted);
  const stem = ending === '' ? wanted : wanted.slice(0, -ending.length);
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? wanted : `${stem} (${String(number)})${ending}`;
    try {
      await lstat(candidate);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return candidate;
      throw error;
    }
  }
}
