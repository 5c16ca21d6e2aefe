import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type BoxKeyPair, newBoxKeyPair } from '../box-key-pair';
import type { LetterContent } from './letter-content';
import { CHUNK_BYTES, headBytes, keyForWriting, sealChunk } from './sealing';

export interface Addressee {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly name: string;
}

/** Gives a sealed letter piece by piece, holding no more than a chunk of it in memory. */
export async function* sealedLetter(
  own: BoxKeyPair,
  to: Addressee,
  content: LetterContent,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const ephemeral = newBoxKeyPair();
  const head = { to: to.key, toName: to.name, from: own.publicKey, ephemeral: ephemeral.publicKey };
  const key = keyForWriting(head, ephemeral, own);
  yield headBytes(head);
  let number = 0;
  let held = inFront(content);
  for await (const part of body) {
    held = Buffer.concat([held, part]);
    // The last piece is kept back, since it has to be marked as the last.
    while (held.length > CHUNK_BYTES) {
      yield sealChunk(key, number, false, held.subarray(0, CHUNK_BYTES));
      held = held.subarray(CHUNK_BYTES);
      number += 1;
    }
  }
  yield sealChunk(key, number, true, held);
}

/** What stands first on the inside: the length of the JSON, and the JSON. */
function inFront(content: LetterContent): Buffer {
  const json = Buffer.from(JSON.stringify(content));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}

/** Writes pieces from a place in a file on; gives where they end and the hash of them. */
export async function writeAt(
  file: FileHandle,
  place: number,
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ readonly end: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let end = place;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += (await file.write(piece, at, piece.length - at, end + at)).bytesWritten;
    hash.update(piece);
    end += piece.length;
  }
  return { end, sha256: hash.digest('hex') };
}

/** SHA-256 of a stretch of a file. */
export async function hashOfStretch(file: FileHandle, from: number, to: number): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let at = from; at < to;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}
