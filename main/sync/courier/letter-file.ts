import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { BoxKeyPair } from '../box-key-pair';
import { LetterContent } from './letter-content';
import {
  CHUNK_BYTES,
  keyForReading,
  LAST_CHUNK,
  type LetterHead,
  MAGIC_BYTES,
  magicIn,
  MOST_HEADER_BYTES,
  openChunk,
  TAG_BYTES,
} from './sealing';

const PREFIX_BYTES = MAGIC_BYTES.length + 4;
const MOST_CONTENT_BYTES = 64 * 1024;

const Key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64url')));
const Outside = z.object({ to: Key, name: z.string().max(200), from: Key, ephemeral: Key });

/** Why a letter cannot be read: it ends too early, it was changed, or a newer version wrote it. */
export type LetterDefect = 'cut' | 'damaged' | 'tooNew';

/** A letter that cannot be read. Of what was read of it nothing may be used. */
export class LetterFault extends Error {
  override readonly name = 'LetterFault';

  constructor(readonly defect: LetterDefect) {
    super(defect);
  }
}

/** A letter found in a file: its outside, and where its chunks begin. */
export interface FoundLetter {
  readonly head: LetterHead;
  readonly at: number;
  readonly chunksAt: number;
}

/** The outside of the letter that begins at a place; null at the end of the file. Throws LetterFault. */
export async function letterAt(file: FileHandle, at: number): Promise<FoundLetter | null> {
  const prefix = await stretch(file, at, PREFIX_BYTES);
  if (prefix.length === 0) return null;
  const magic = magicIn(prefix);
  if (magic === 'otherVersion') throw new LetterFault('tooNew');
  if (prefix.length < PREFIX_BYTES) throw new LetterFault('cut');
  const length = prefix.readUInt32BE(MAGIC_BYTES.length);
  if (magic === 'none' || length > MOST_HEADER_BYTES) throw new LetterFault('damaged');
  const json = await stretch(file, at + PREFIX_BYTES, length);
  if (json.length < length) throw new LetterFault('cut');
  const outside = Outside.safeParse(parsed(json));
  if (!outside.success) throw new LetterFault('damaged');
  const { name, ...keys } = outside.data;
  return { head: { ...keys, toName: name }, at, chunksAt: at + PREFIX_BYTES + length };
}

interface Chunk {
  readonly from: number;
  readonly bytes: number;
  readonly isLast: boolean;
  readonly end: number;
}

async function chunkAt(file: FileHandle, at: number): Promise<Chunk> {
  const head = await stretch(file, at, 4);
  if (head.length < 4) throw new LetterFault('cut');
  const word = head.readUInt32BE();
  const bytes = word & ~LAST_CHUNK;
  if (bytes > CHUNK_BYTES) throw new LetterFault('damaged');
  return { from: at + 4, bytes, isLast: word >= LAST_CHUNK, end: at + 4 + bytes + TAG_BYTES };
}

/** Where a letter ends, by the lengths alone. Throws LetterFault. */
export async function endOf(file: FileHandle, letter: FoundLetter, fileBytes: number): Promise<number> {
  for (let at = letter.chunksAt; ;) {
    const chunk = await chunkAt(file, at);
    if (chunk.end > fileBytes) throw new LetterFault('cut');
    if (chunk.isLast) return chunk.end;
    at = chunk.end;
  }
}

/** Opens a letter: what stands first on the inside, then the rest piece by piece. */
export interface OpenedLetter {
  readonly content: LetterContent;
  /** The rest. Throws LetterFault; only when it has come to its end may what it gave be used. */
  body(): AsyncGenerator<Buffer>;
}

/** Opens a letter that is sealed to us. Throws LetterFault. */
export async function openLetter(file: FileHandle, letter: FoundLetter, own: BoxKeyPair): Promise<OpenedLetter> {
  const chunks = plainChunks(file, letter, keyOf(letter, own));
  const first = await chunks.next();
  const start = first.done === true ? Buffer.alloc(0) : first.value;
  const length = start.length < 4 ? Infinity : start.readUInt32BE();
  if (length > Math.min(MOST_CONTENT_BYTES, start.length - 4)) throw new LetterFault('damaged');
  const content = LetterContent.safeParse(parsed(start.subarray(4, 4 + length)));
  // It is whole, so whoever wrote it knows more than we do.
  if (!content.success) throw new LetterFault('tooNew');
  return {
    content: content.data,
    body: async function* () {
      yield start.subarray(4 + length);
      yield* chunks;
    },
  };
}

function keyOf(letter: FoundLetter, own: BoxKeyPair): Buffer {
  try {
    return keyForReading(letter.head, own);
  } catch (error) {
    if (error instanceof RangeError) throw new LetterFault('damaged');
    throw error;
  }
}

async function* plainChunks(file: FileHandle, letter: FoundLetter, key: Buffer): AsyncGenerator<Buffer> {
  let at = letter.chunksAt;
  for (let number = 0; ; number += 1) {
    const chunk = await chunkAt(file, at);
    const sealed = await stretch(file, chunk.from, chunk.bytes + TAG_BYTES);
    if (sealed.length < chunk.bytes + TAG_BYTES) throw new LetterFault('cut');
    const tag = sealed.subarray(chunk.bytes);
    const plain = openChunk(key, number, chunk.isLast, sealed.subarray(0, chunk.bytes), tag);
    if (plain === null) throw new LetterFault('damaged');
    yield plain;
    if (chunk.isLast) return;
    at = chunk.end;
  }
}

/** Where the next letter begins, from a place on; null when there is none. */
export async function nextLetter(file: FileHandle, from: number): Promise<number | null> {
  const overlap = MAGIC_BYTES.length - 1;
  for (let at = from; ;) {
    const bytes = await stretch(file, at, CHUNK_BYTES);
    const found = bytes.indexOf(MAGIC_BYTES);
    if (found >= 0) return at + found;
    if (bytes.length < CHUNK_BYTES) return null;
    at += bytes.length - overlap;
  }
}

/** Up to so many bytes from a place on. */
async function stretch(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let read = 0;
  while (read < bytes) {
    const { bytesRead } = await file.read(buffer, read, bytes - read, at + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString('utf8'));
  } catch {
    return undefined; // the schema says no to it
  }
}
