import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { diskError, systemCode, writeWhole } from '../../platform/durable';

const CHUNK = 1024 * 1024;
/** One for all files of this worker: tasks run one after the other, and making one anew for each costs more than the copying. */
const chunk = new Uint8Array(CHUNK);
/** A symbolic link is refused and a pipe does not make us wait; Windows has neither of the two flags. */
const READ_WITHOUT_FOLLOWING =
  process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Where files come in and where they stay. */
export interface Places {
  readonly incoming: string;
  readonly objects: string;
  readonly maxBytes: number;
}

/** A file that now lies in `incoming/` under its hash, to be flushed by the commit; or in `objects/` already. */
export interface Taken {
  readonly sha256: string;
  readonly bytes: number;
}

/** Opens a file that was offered, for reading; it must be an ordinary one. Throws PATH_NOT_FOUND, SYMBOLIC_LINK, SPECIAL_FILE, FILE_UNREADABLE. */
export function openSource(input: { readonly path: string }): number {
  try {
    const file = openSync(input.path, READ_WITHOUT_FOLLOWING);
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ELOOP') throw new FieldboxError('SYMBOLIC_LINK', {}, error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new FieldboxError('PATH_NOT_FOUND', {}, error);
    throw new FieldboxError('FILE_UNREADABLE', { reason: code }, error);
  }
  throw new FieldboxError('SPECIAL_FILE');
}

export interface Copy extends Taken {
  readonly path: string;
}

/** Copies an open file into `incoming/` under a passing name while hashing it. Throws FILE_TOO_LARGE, FILE_UNREADABLE, DISK_*. */
export function copyToIncoming(source: number, input: Places): Copy {
  const path = join(input.incoming, `${randomUUID()}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  const target = openIncoming(path);
  try {
    for (;;) {
      const read = readSource(source, chunk, CHUNK, bytes);
      if (read === 0) break;
      const part = chunk.subarray(0, read);
      hash.update(part);
      writeWhole(target, part);
      bytes += read;
      if (bytes > input.maxBytes)
        throw new FieldboxError('FILE_TOO_LARGE', { limit: `${String(Math.round(input.maxBytes / 2 ** 30))} GB` });
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error instanceof FieldboxError ? error : diskError(error);
  } finally {
    closeSync(target);
  }
  return { path, sha256: hash.digest('hex'), bytes };
}

/** SHA-256 and size of an open file. Throws FILE_TOO_LARGE, FILE_UNREADABLE. */
export function hashOpen(source: number, input: Pick<Places, 'maxBytes'>): Taken {
  const hash = createHash('sha256');
  let bytes = 0;
  for (;;) {
    const read = readSource(source, chunk, CHUNK, bytes);
    if (read === 0) return { sha256: hash.digest('hex'), bytes };
    hash.update(chunk.subarray(0, read));
    bytes += read;
    if (bytes > input.maxBytes)
      throw new FieldboxError('FILE_TOO_LARGE', { limit: `${String(Math.round(input.maxBytes / 2 ** 30))} GB` });
  }
}

function openIncoming(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    throw diskError(error);
  }
}

/** Reads a piece of a file that was offered. Throws FILE_UNREADABLE. */
export function readSource(file: number, into: Uint8Array, length: number, position: number): number {
  try {
    return readSync(file, into, 0, length, position);
  } catch (error) {
    throw new FieldboxError('FILE_UNREADABLE', { reason: systemCode(error) }, error);
  }
}

/** Whether an object with this name is in the archive already. */
export function isStored(sha256: string, input: Pick<Places, 'objects'>): boolean {
  return existsSync(join(input.objects, sha256.slice(0, 2), sha256));
}

/** Makes the folder that the object is going to lie in, so that the thread of the index does not have to wait for it. */
export function makePlace(sha256: string, input: Pick<Places, 'objects'>): void {
  try {
    mkdirSync(join(input.objects, sha256.slice(0, 2)));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw diskError(error);
  }
}

/** Why a file cannot have a second name: another file system, one without such names (exFAT), one that is there; the others may pass. */
const NO_SECOND_NAME = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EEXIST']);

/**
 * Gives a file of ours its name in `incoming/` besides the one it has, so that whoever dies between here and the commit has lost
 * nothing of it. False when its bytes are there or in the archive already, or when it can have no second name. Throws DISK_*.
 */
export function linkIn(path: string, sha256: string, input: Places): boolean {
  if (isStored(sha256, input)) return false;
  try {
    linkSync(path, join(input.incoming, sha256));
    return true;
  } catch (error) {
    if (NO_SECOND_NAME.has(systemCode(error))) return false;
    throw diskError(error);
  }
}

/** Gives the copy its name in `incoming/`, unless the object is there already. */
export function keepCopy(copy: Copy, input: Places): void {
  if (isStored(copy.sha256, input)) {
    rmSync(copy.path);
    return;
  }
  renameSync(copy.path, join(input.incoming, copy.sha256));
}
