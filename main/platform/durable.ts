import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { FieldboxError } from '@shared/errors';

/** The code of a system error, or UNKNOWN. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}

/** A system error on the archive's own disk as one of ours: DISK_FULL or DISK_FAILED. FieldboxErrors pass through. */
export function diskError(error: unknown): FieldboxError {
  if (error instanceof FieldboxError) return error;
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL')
    return new FieldboxError('DISK_FULL', {}, error);
  return new FieldboxError('DISK_FAILED', { reason: code }, error);
}

/** Opening and closing takes less than handing it to another thread; only what waits for the disk goes there. */
const flushData = promisify(fdatasync);
const flushMetadata = promisify(fsync);

/** Systems that cannot flush a folder (Windows) say so with these; there the rename itself is journalled. */
const CANNOT_FLUSH_FOLDER = new Set(['EPERM', 'EINVAL', 'EISDIR', 'EACCES']);

/** Flushes a folder, so that the names in it survive a power cut. */
export async function flushFolder(path: string): Promise<void> {
  let folder: number | undefined;
  try {
    folder = openSync(path, 'r');
    await flushMetadata(folder);
  } catch (error) {
    if (!(process.platform === 'win32' && CANNOT_FLUSH_FOLDER.has(systemCode(error)))) throw diskError(error);
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

/** Writes a small file so that after a power cut either the old or the new content is there, whole. */
export async function writeFileDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error);
  }
}

/** Flushes the content of a file that was written elsewhere. Throws DISK_FULL, DISK_FAILED; the plain error when it is not there. */
export async function flushFile(path: string): Promise<void> {
  const file = openSync(path, 'r+');
  try {
    await flushData(file);
  } catch (error) {
    throw diskError(error);
  } finally {
    closeSync(file);
  }
}

/**
 * The same from a worker thread, without flushing the folder: for `incoming/`, whose folder is flushed once for many files.
 * Throws DISK_FULL, DISK_FAILED.
 */
export function writeFlushed(path: string, bytes: Uint8Array): void {
  writeThenRename(path, [bytes], true);
}

/**
 * Writes a file under a name that its content determines (its hash), but leaves flushing to whoever needs it to last: flushing many
 * files together costs the disk a fraction of flushing each on its own. It is written in its place at once; a file of that name
 * is never opened for writing: it stays when it is the same, else it is replaced as a whole (another worker may be at it, or have
 * died at it). A crash can leave a file that is not whole. Throws DISK_FULL, DISK_FAILED.
 */
export function writeUnflushed(path: string, ...parts: readonly Uint8Array[]): void {
  try {
    writeNew(path, parts, false);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw diskError(error);
    if (!holds(path, parts)) writeThenRename(path, parts, false);
  }
}

/** Whether the file has these bytes. */
function holds(path: string, parts: readonly Uint8Array[]): boolean {
  try {
    return readFileSync(path).equals(Buffer.concat(parts));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw diskError(error);
  }
}

function writeThenRename(path: string, parts: readonly Uint8Array[], flush: boolean): void {
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    writeNew(temporary, parts, flush);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw diskError(error);
  }
}

/** Throws the plain error: EEXIST when the name is taken; after any other nothing is left of the file. */
function writeNew(path: string, parts: readonly Uint8Array[], flush: boolean): void {
  const file = openSync(path, 'wx');
  try {
    writeParts(file, parts);
    if (flush) fdatasyncSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** What every system takes with one call (IOV_MAX of POSIX is at least 16, of Linux 1,024). */
const MOST_AT_ONCE = 16;
/**
 * Bytes handed to the system at once. Linux finds room for a larger write in larger pieces of memory, which as a rule nobody has used
 * lately: that they are not at hand costs more than some calls.
 */
const PIECE = 128 * 1024;

/** Writes bytes that lie in several places one behind the other: with one call (writev(2)) when they are few. */
function writeParts(file: number, parts: readonly Uint8Array[]): void {
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  let done = parts.length <= MOST_AT_ONCE && bytes <= PIECE ? writevSync(file, parts) : 0;
  for (const part of parts) {
    const here = Math.min(done, part.length);
    done -= here;
    writeWhole(file, part.subarray(here));
  }
}

/** Writes all of it where the file stands. Throws the plain error. */
export function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, Math.min(PIECE, bytes.length - at));
}
