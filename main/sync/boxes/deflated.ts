import type { Readable } from 'node:stream';
import { createDeflate } from 'node:zlib';

/** zlib's output in pieces of this size: each is an HTTP chunk, of which slicebox takes at most 5 MiB. */
const PIECE = 64 * 1024;

/** A body as it travels between boxes: one zlib stream (RFC 1950). */
export function deflated(body: Readable, level: number): Readable {
  const deflate = createDeflate({ level, chunkSize: PIECE });
  body.on('error', (error) => deflate.destroy(error));
  deflate.on('close', () => body.destroy());
  return body.pipe(deflate);
}
