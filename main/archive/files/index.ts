import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageId } from '@shared/model/ids';
import { diskError } from '../../platform/durable';
import type { FileBytes } from '../../workers/tasks/keep-file';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { type InTurn, oneAfterTheOther } from '../people/in-turn';
import { putAside } from '../recovery';
import type { StoredFile } from '../records/bodies/files';
import type { NewRecord } from '../records/record';

export type { FileBytes } from '../../workers/tasks/keep-file';
export type { StoredFile } from '../records/bodies/files';

/**
 * The largest file that is kept, in bytes: the largest one that a FAT32 stick can hold, so that whatever came in can also
 * leave (4 GiB less one byte).
 */
export const MAX_FILE_BYTES = 2 ** 32 - 1;

const LARGE_FILE_TIMEOUT_MS = 3_600_000;

export interface KeepOptions {
  /** Defaults to MAX_FILE_BYTES. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * Keeps a file of any kind byte for byte: it is copied and hashed by a worker, flushed, recorded ('file.stored') together with
 * the records that need it, and only then moved to its place, all in one commit (docs/architecture.md, "Order of a write"). The
 * same bytes are stored once; a stored copy that is damaged or missing is replaced by these.
 *
 * @param records the caller's own records, which refer to the file by `sha256`; made when the file is known and before anything
 * is written, after all files before it. What it throws leaves nothing behind.
 * @throws FILE_EMPTY, FILE_TOO_LARGE, FILE_UNREADABLE, PATH_NOT_FOUND, SYMBOLIC_LINK, SPECIAL_FILE, CANCELLED, DISK_FULL, DISK_FAILED
 */
export async function keepFile(
  ctx: EngineContext,
  from: FileBytes,
  records: (file: StoredFile) => readonly NewRecord[] | Promise<readonly NewRecord[]>,
  options: KeepOptions = {},
): Promise<StoredFile> {
  const { part, ...kept } = await ctx.pool.run(
    'keepFile',
    { from, incoming: ctx.paths.incoming, maxBytes: options.maxBytes ?? MAX_FILE_BYTES },
    { priority: 1, timeoutMs: LARGE_FILE_TIMEOUT_MS, ...(options.signal && { signal: options.signal }) },
  );
  const file: StoredFile = { ...kept, sha256: ImageId.parse(kept.sha256) };
  return turnOf(ctx)(async () => {
    try {
      await ctx.arrivals.during(async () => commitFile(ctx, part, file, await records(file)));
    } finally {
      await rm(part, { force: true });
    }
    return file;
  });
}

async function commitFile(
  ctx: EngineContext,
  part: string,
  file: StoredFile,
  records: readonly NewRecord[],
): Promise<void> {
  const { sha256, bytes } = file;
  if (stateOf(ctx, sha256) === 'corrupt') await putAside(ctx.paths, ctx.objects.path(sha256), sha256);
  const stored = await ctx.objects.exists(sha256);
  if (!stored) await moved(part, join(ctx.paths.incoming, sha256));
  // Said again when the object had a fault: applying the record makes it good.
  const known = stored && isKnownFile(ctx, sha256) && stateOf(ctx, sha256) === 'good';
  const own: readonly NewRecord[] = known ? [] : [{ type: 'file.stored', body: file }];
  if (own.length + records.length > 0) await ctx.commit([...own, ...records], [{ sha256, bytes, role: 'source' }]);
}

async function moved(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw diskError(error);
  }
}

function stateOf(ctx: EngineContext, sha256: ImageId): string | undefined {
  const row = statement(ctx.db, 'SELECT state FROM object WHERE sha256 = ?').get(sha256) as
    { state: string } | undefined;
  return row?.state;
}

function isKnownFile(ctx: EngineContext, sha256: ImageId): boolean {
  return statement(ctx.db, 'SELECT 1 FROM stored_file WHERE sha256 = ?').get(sha256) !== undefined;
}

const turns = new WeakMap<EngineContext, InTurn>();

/** Commits of files go one after the other, so that two with the same bytes never meet in `incoming/`. */
function turnOf(ctx: EngineContext): InTurn {
  const turn = turns.get(ctx) ?? oneAfterTheOther();
  turns.set(ctx, turn);
  return turn;
}
