import { createHash, type Hash, randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { CONTENT_TYPE_BYTES, contentTypeOf } from '../../imaging/content-type';
import { diskError, systemCode, writeWhole } from '../../platform/durable';

const CHUNK = 1024 * 1024;
/** A symbolic link is refused and a pipe does not make us wait; Windows has neither of the two flags. */
const READ_WITHOUT_FOLLOWING =
  process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Where the bytes come from: a file, which is only read, or memory. */
export type FileBytes = { readonly path: string } | { readonly bytes: Uint8Array };

export interface KeptFile {
  /** Where the copy lies in `incoming/`, not flushed yet and not under its final name. */
  readonly part: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Media type, found from the bytes. */
  readonly contentType: string;
}

/**
 * Copies a file of any kind to `incoming/` piece by piece while hashing it; what is hashed is what was written, even when the
 * source changes meanwhile. Throws FILE_EMPTY, FILE_TOO_LARGE, FILE_UNREADABLE, PATH_NOT_FOUND, SYMBOLIC_LINK, SPECIAL_FILE, DISK_*.
 */
export async function keepFile(input: {
  readonly from: FileBytes;
  readonly incoming: string;
  readonly maxBytes: number;
}): Promise<KeptFile> {
  const reader = 'path' in input.from ? fileReader(input.from.path) : memoryReader(input.from.bytes);
  try {
    if (reader.size === 0) throw new FieldboxError('FILE_EMPTY');
    if (reader.size > input.maxBytes) throw tooLarge(input.maxBytes);
    return await Promise.resolve(copy(reader, input.incoming, input.maxBytes));
  } finally {
    reader.close();
  }
}

interface Reader {
  readonly size: number;
  /** The next piece; empty at the end. Valid until the next call. */
  next(): Uint8Array;
  close(): void;
}

function memoryReader(bytes: Uint8Array): Reader {
  let at = 0;
  return {
    size: bytes.length,
    next: () => {
      const piece = bytes.subarray(at, at + CHUNK);
      at += piece.length;
      return piece;
    },
    close: () => undefined,
  };
}

function fileReader(path: string): Reader {
  const file = openOrdinary(path);
  const chunk = new Uint8Array(CHUNK);
  return {
    size: fstatSync(file).size,
    next: () => {
      try {
        return chunk.subarray(0, readSync(file, chunk, 0, CHUNK, null));
      } catch (error) {
        throw new FieldboxError('FILE_UNREADABLE', { reason: systemCode(error) }, error);
      }
    },
    close: () => closeSync(file),
  };
}

function openOrdinary(path: string): number {
  let file: number;
  try {
    file = openSync(path, READ_WITHOUT_FOLLOWING);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ELOOP') throw new FieldboxError('SYMBOLIC_LINK', {}, error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new FieldboxError('PATH_NOT_FOUND', {}, error);
    throw new FieldboxError('FILE_UNREADABLE', { reason: code }, error);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new FieldboxError('SPECIAL_FILE');
}

function copy(reader: Reader, incoming: string, maxBytes: number): KeptFile {
  const part = join(incoming, `${randomUUID()}.part`);
  const hash = createHash('sha256');
  try {
    const file = openSync(part, 'wx');
    try {
      const { head, bytes } = pour(reader, file, hash, maxBytes);
      if (bytes === 0) throw new FieldboxError('FILE_EMPTY');
      return { part, sha256: hash.digest('hex'), bytes, contentType: contentTypeOf(head, bytes) };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(part, { force: true });
    throw diskError(error);
  }
}

function pour(reader: Reader, file: number, hash: Hash, maxBytes: number): { head: Uint8Array; bytes: number } {
  const head = new Uint8Array(CONTENT_TYPE_BYTES);
  let bytes = 0;
  for (let piece = reader.next(); piece.length > 0; piece = reader.next()) {
    if (bytes < head.length) head.set(piece.subarray(0, head.length - bytes), bytes);
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    hash.update(piece);
    writeWhole(file, piece);
  }
  return { head: head.subarray(0, Math.min(bytes, head.length)), bytes };
}

function tooLarge(maxBytes: number): FieldboxError {
  const megabytes = maxBytes / 2 ** 20;
  const limit = megabytes < 1024 ? `${String(Math.round(megabytes))} MB` : `${String(Math.round(megabytes / 1024))} GB`;
  return new FieldboxError('FILE_TOO_LARGE', { limit });
}
