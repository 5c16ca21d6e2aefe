import { createHash } from 'node:crypto';
import { closeSync, constants, fdatasyncSync, fstatSync, fsyncSync, openSync, readSync } from 'node:fs';
import { systemCode } from '../../platform/durable';
import type { Stop } from './cancel';

const CHUNK = 1024 * 1024;
/** Direct reads want memory, offset and length at multiples of the medium's block; 4096 serves all. */
const BLOCK = 4096;

export interface Hashed {
  readonly sha256: string;
  readonly bytes: number;
}

let memory: { readonly buffer: Buffer; offset: number | null } | undefined;

/**
 * Flushes a file and hashes what the medium gives back. Where the system allows it (Linux, most file systems) the read goes
 * past the system's cache, so that a stick that swallowed the bytes is found out; elsewhere the file is opened anew and
 * read as usual. Throws the system's error, CANCELLED.
 */
export function hashFromMedium(path: string, stop: Stop): Hashed {
  const writable = openSync(path, 'r+');
  try {
    fdatasyncSync(writable);
  } finally {
    closeSync(writable);
  }
  return hashDirect(path, stop) ?? hashBuffered(path, stop);
}

/** Null where direct reading is not possible. */
function hashDirect(path: string, stop: Stop): Hashed | null {
  if (process.platform !== 'linux') return null;
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_DIRECT);
  } catch (error) {
    if (systemCode(error) === 'EINVAL') return null;
    throw error;
  }
  try {
    return hashAligned(file, stop);
  } catch (error) {
    if (systemCode(error) === 'EINVAL') return null;
    throw error;
  } finally {
    closeSync(file);
  }
}

function hashAligned(file: number, stop: Stop): Hashed | null {
  const { size } = fstatSync(file);
  memory ??= { buffer: Buffer.allocUnsafeSlow(CHUNK + BLOCK), offset: null };
  const { buffer } = memory;
  const offset = memory.offset ?? findAlignment(file, buffer);
  if (offset === null) return null;
  memory.offset = offset;
  const hash = createHash('sha256');
  let bytes = 0;
  while (bytes < size) {
    stop();
    const read = readSync(file, buffer, offset, CHUNK, bytes);
    if (read === 0) break;
    hash.update(buffer.subarray(offset, offset + read));
    bytes += read;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Where in the buffer a block begins: the address itself cannot be asked, so the system is. Null when it takes none. */
function findAlignment(file: number, buffer: Buffer): number | null {
  for (let offset = 0; offset < BLOCK; offset += 8) {
    try {
      readSync(file, buffer, offset, BLOCK, 0);
      return offset;
    } catch (error) {
      if (systemCode(error) !== 'EINVAL') throw error;
    }
  }
  return null;
}

function hashBuffered(path: string, stop: Stop): Hashed {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafeSlow(CHUNK);
    let bytes = 0;
    for (;;) {
      stop();
      const read = readSync(file, chunk, 0, CHUNK, null);
      if (read === 0) return { sha256: hash.digest('hex'), bytes };
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
}

/** Systems and file systems that cannot flush a folder say so with one of these; there a rename needs no flush or has none. */
const CANNOT_FLUSH_FOLDER = new Set(['EINVAL', 'EPERM', 'EACCES', 'EISDIR', 'ENOTSUP', 'ENOSYS']);

/** Flushes the names in a folder of the destination. Throws the system's error. */
export function flushNames(folder: string): void {
  let handle: number | null = null;
  try {
    handle = openSync(folder, 'r');
    fsyncSync(handle);
  } catch (error) {
    if (!CANNOT_FLUSH_FOLDER.has(systemCode(error))) throw error;
  } finally {
    if (handle !== null) closeSync(handle);
  }
}
