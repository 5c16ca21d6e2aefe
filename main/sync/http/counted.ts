import { type Readable, Transform } from 'node:stream';
import type { HttpBody } from './client';

/** A stream that tells how many bytes went through it. */
export function counted(source: Readable, count: (bytes: number) => void): Readable {
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count(chunk.length);
      done(null, chunk);
    },
  });
  source.on('error', (error) => counter.destroy(error));
  counter.on('close', () => source.destroy());
  return source.pipe(counter);
}

/** A file as the body of a request, from an offset on: its bytes where they are held, else a stream of them. */
export function bodyOf(
  file: { readonly bytes: number; readonly held?: Buffer | null; open(from?: number): Readable },
  count: (bytes: number) => void,
  from = 0,
): Uint8Array | HttpBody {
  const held = file.held ?? null;
  if (held === null) return { bytes: file.bytes - from, open: () => counted(file.open(from), count) };
  count(held.length - from);
  return held.subarray(from);
}
