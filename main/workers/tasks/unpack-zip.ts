import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as yauzl from 'yauzl';
import { asFieldboxError, FieldboxError, type WireError } from '@shared/errors';
import { diskError, systemCode } from '../../platform/durable';

export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxTotalBytes: number;
  /** Unpacked over packed size; real pictures hardly shrink, text shrinks at most about 1000 times. */
  readonly maxRatio: number;
}

export interface UnpackInput {
  readonly path: string;
  /** Folder for the unpacked files; they are called by their number, never by the names in the zip. */
  readonly folder: string;
  /** Entries before this number were unpacked by earlier calls. */
  readonly from: number;
  /** Stop after about this many bytes; the caller asks again. */
  readonly batchBytes: number;
  /** Bytes that earlier calls unpacked. */
  readonly bytesBefore: number;
  readonly limits: ZipLimits;
}

export interface UnpackOutput {
  readonly files: readonly { readonly entry: string; readonly path: string }[];
  readonly refused: readonly { readonly entry: string; readonly error: WireError }[];
  /** Where to go on; null when the zip is done. */
  readonly next: number | null;
  readonly bytes: number;
}

/** Bit 0 of the general purpose flags: encrypted (APPNOTE 4.4.4). */
const ENCRYPTED = 0x1;
/** Unix file type bits in the upper half of the external attributes: symbolic link. */
const S_IFMT = 0o170000;
const S_IFLNK = 0o120000;
const BATCH_FILES = 256;

/**
 * Unpacks a part of a zip into a folder of ours. Names in the zip are only labels: nothing is ever written by them, and
 * names that point outside are refused all the same. Throws ZIP_DAMAGED, ZIP_BOMB, DISK_*.
 */
export async function unpackZip(input: UnpackInput): Promise<UnpackOutput> {
  const zip = await openZip(input.path);
  const files: { entry: string; path: string }[] = [];
  const refused: { entry: string; error: WireError }[] = [];
  let bytes = 0;
  let number = -1;
  try {
    await mkdir(input.folder, { recursive: true });
    if (zip.entryCount > input.limits.maxEntries) throw bomb(input.limits);
    for (;;) {
      const entry = await nextEntry(zip);
      if (entry === null) return { files, refused, next: null, bytes };
      number += 1;
      if (number < input.from) continue;
      const name = nameOf(entry);
      if (name.endsWith('/')) continue;
      const path = join(input.folder, String(number));
      try {
        checkEntry(entry, name);
        bytes += await unpackEntry(zip, entry, path, input.limits, input.bytesBefore + bytes);
        files.push({ entry: name, path });
      } catch (error) {
        await rm(path, { force: true });
        const fault = entryError(error);
        if (fault.code === 'DISK_FULL' || fault.code === 'DISK_FAILED' || fault.code === 'ZIP_BOMB') throw fault;
        refused.push({ entry: name, error: fault.toJSON() });
      }
      if (bytes >= input.batchBytes || files.length + refused.length >= BATCH_FILES)
        return { files, refused, next: number + 1, bytes };
    }
  } finally {
    zip.close();
  }
}

function openZip(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    // Names are checked by us entry by entry, so that one bad name does not stop the others.
    yauzl.open(
      path,
      { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true },
      (error, zip) => {
        if (error) reject(damaged(error));
        else resolve(zip);
      },
    );
  });
}

function nextEntry(zip: yauzl.ZipFile): Promise<yauzl.Entry | null> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      zip.removeListener('entry', onEntry);
      zip.removeListener('end', onEnd);
      zip.removeListener('error', onError);
    };
    const onEntry = (entry: yauzl.Entry): void => {
      done();
      resolve(entry);
    };
    const onEnd = (): void => {
      done();
      resolve(null);
    };
    const onError = (error: Error): void => {
      done();
      reject(damaged(error));
    };
    zip.on('entry', onEntry);
    zip.on('end', onEnd);
    zip.on('error', onError);
    zip.readEntry();
  });
}

/** The name in Unicode: UTF-8 when the flag says so or the bytes are valid UTF-8, else code page 437 (APPNOTE appendix D). */
function nameOf(entry: yauzl.Entry): string {
  const raw: unknown = entry.fileName;
  if (typeof raw === 'string') return raw.replaceAll('\\', '/');
  const bytes = Buffer.isBuffer(raw) ? raw : Buffer.alloc(0);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\\', '/');
  } catch {
    return bytes.toString('latin1').replaceAll('\\', '/');
  }
}

function checkEntry(entry: yauzl.Entry, name: string): void {
  const parts = name.split('/');
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name) || parts.includes('..') || name.includes('\0'))
    throw new FieldboxError('ZIP_UNSAFE_NAME');
  if (((entry.externalFileAttributes >>> 16) & S_IFMT) === S_IFLNK) throw new FieldboxError('SYMBOLIC_LINK');
  if (entry.generalPurposeBitFlag & ENCRYPTED) throw new FieldboxError('ZIP_ENCRYPTED');
}

async function unpackEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  path: string,
  limits: ZipLimits,
  before: number,
): Promise<number> {
  const allowed = Math.min(limits.maxTotalBytes - before, Math.max(64 * 1024, entry.compressedSize * limits.maxRatio));
  if (entry.uncompressedSize > allowed) throw bomb(limits);
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => {
      if (error) reject(damaged(error));
      else resolve(opened);
    });
  });
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > allowed) done(bomb(limits));
      else done(null, chunk);
    },
  });
  await pipeline(stream, meter, createWriteStream(path, { flags: 'wx' }));
  return bytes;
}

function bomb(limits: ZipLimits): FieldboxError {
  return new FieldboxError('ZIP_BOMB', { limit: `${String(Math.round(limits.maxTotalBytes / 2 ** 30))} GB` });
}

function damaged(error: Error): FieldboxError {
  return new FieldboxError('ZIP_DAMAGED', { reason: error.message }, error);
}

function entryError(error: unknown): FieldboxError {
  if (error instanceof FieldboxError) return error;
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EIO' || code === 'EROFS') return diskError(error);
  if (error instanceof Error) return damaged(error);
  return asFieldboxError(error);
}
