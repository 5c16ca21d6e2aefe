import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { FieldboxError } from '@shared/errors';
import { LONG_VRS } from '../../../dicom/model';
import type { PlacedBytes } from '../../../network/message-writer';

const PREFIX_END = 132;
const ENOUGH = 64 * 1024;
/** Tag, VR, two reserved bytes and a long length (PS3.5 7.1.2). */
const ELEMENT_HEAD = 12;

/**
 * Where the data set begins in a file: behind preamble and group 0002 (PS3.10 7.1), whose own length element may be missing or
 * wrong. A message carries the data set alone (PS3.7 6.3.1). `head` is the beginning of the file.
 */
export function dataSetStart(head: Buffer): number {
  if (head.toString('latin1', 128, PREFIX_END) !== 'DICM') return 0;
  let at = PREFIX_END;
  while (at + 8 <= head.length && head.readUInt16LE(at) === 0x0002) {
    const long = LONG_VRS.has(head.toString('latin1', at + 4, at + 6));
    if (long && at + ELEMENT_HEAD > head.length) break;
    const length = long ? head.readUInt32LE(at + 8) : head.readUInt16LE(at + 6);
    at += (long ? ELEMENT_HEAD : 8) + length;
  }
  return at;
}

/** The first bytes of a stream; the rest is not read. */
export async function headOf(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= ENOUGH) break;
  }
  return Buffer.concat(parts);
}

/** The data set of a file alone, while it is read; `count` hears of the bytes that leave. */
export async function* dataSetOf(file: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of file as AsyncIterable<Buffer>) {
    count(chunk.length);
    if (head === null) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < ENOUGH) continue;
    const start = dataSetStart(head);
    if (start + ELEMENT_HEAD > head.length) continue;
    yield head.subarray(start);
    head = null;
  }
  if (head !== null) yield head.subarray(dataSetStart(head));
}

/**
 * The data set of a file alone, read to where it is wanted; `count` hears of the bytes that leave. Throws FILE_UNREADABLE when the file
 * ends too soon, and the system's errors.
 */
export async function placedDataSet(file: FileHandle, count: (bytes: number) => void): Promise<PlacedBytes> {
  const { size } = await file.stat();
  const start = await startIn(file, size);
  count(start);
  return {
    bytes: size - start,
    fill: async (places, at) => {
      await fill(file, places, start + at);
      count(places.reduce((sum, { length }) => sum + length, 0));
    },
  };
}

/** Where the data set begins; more than the beginning is read where that does not show it. */
async function startIn(file: FileHandle, size: number): Promise<number> {
  for (let enough = ENOUGH; ; enough *= 2) {
    const head = Buffer.allocUnsafe(Math.min(enough, size));
    await fill(file, [head], 0);
    const start = dataSetStart(head);
    if (start + ELEMENT_HEAD <= head.length || head.length === size) return Math.min(start, size);
  }
}

async function fill(file: FileHandle, places: readonly Uint8Array[], from: number): Promise<void> {
  let [left, at] = [places, from];
  while (left.length > 0) {
    const { bytesRead } = await file.readv(left, at);
    if (bytesRead === 0) throw new FieldboxError('FILE_UNREADABLE');
    left = behind(left, bytesRead);
    at += bytesRead;
  }
}

/** What is not filled yet of places of which the first `bytes` are. */
function behind(places: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let passed = bytes;
  return places.flatMap((place) => {
    const filled = Math.min(passed, place.length);
    passed -= filled;
    return filled === place.length ? [] : [place.subarray(filled)];
  });
}
