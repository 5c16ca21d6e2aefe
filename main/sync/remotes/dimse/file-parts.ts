import type { Readable } from 'node:stream';
import { LONG_VRS } from '../../../dicom/model';

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
