import { createWriteStream } from 'node:fs';
import { type Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflate } from 'node:zlib';
import { intakeLimits } from '../../archive/ingest/limits';
import { diskError, systemCode } from '../../platform/durable';

export type Encoding = 'deflate' | 'identity';

/** How a body ended. `broken`: the connection was cut or displaced; what came is in the file. */
export type BodyEnd = 'whole' | 'broken' | 'notDeflated' | 'tooLarge';

/** Unpacked bytes and bytes on their way to the disk go in pieces of this size: many small ones cost more than the bytes. */
const PIECE = 256 * 1024;

export interface BodyOptions {
  readonly encoding: Encoding;
  readonly offset: number;
  readonly signal: AbortSignal;
  /** Most bytes the file may come to. */
  readonly most?: number;
  /** Called whenever bytes have come. */
  readonly moves?: () => void;
}

/** Writes a body to a file, from an offset on. Throws DISK_FULL, DISK_FAILED. */
export function receiveBody(body: Readable, path: string, options: BodyOptions): Promise<BodyEnd> {
  const { offset } = options;
  const file = createWriteStream(path, {
    highWaterMark: PIECE,
    ...(offset > 0 && { flags: 'r+', start: offset }),
  });
  return receiveInto(body, file, options);
}

/** Takes a small body into memory. */
export async function receiveHeld(
  body: Readable,
  options: BodyOptions,
): Promise<{ readonly end: BodyEnd; readonly held: Buffer }> {
  const parts: Buffer[] = [];
  const room = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk);
      done();
    },
  });
  const end = await receiveInto(body, room, options);
  return { end, held: Buffer.concat(parts) };
}

async function receiveInto(body: Readable, file: Writable, options: BodyOptions): Promise<BodyEnd> {
  const { offset, signal } = options;
  const most = Math.min(options.most ?? Infinity, intakeLimits.maxFileBytes);
  let room = most - offset;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      options.moves?.();
      room -= chunk.length;
      if (room < 0) done(new TooLarge());
      else done(null, chunk);
    },
  });
  try {
    if (options.encoding === 'deflate')
      await pipeline(body, createInflate({ chunkSize: PIECE }), limit, file, { signal });
    else await pipeline(body, limit, file, { signal });
    return 'whole';
  } catch (error) {
    if (error instanceof TooLarge) return 'tooLarge';
    if (isZlibError(error)) return 'notDeflated';
    if (DISK.has(systemCode(error))) throw diskError(error);
    return 'broken';
  } finally {
    // Its opening may still be under way, and would empty the file under the next one that writes to it.
    if (!file.closed) await new Promise<void>((resolve) => file.once('close', () => resolve()));
  }
}

class TooLarge extends Error {}

function isZlibError(error: unknown): boolean {
  return systemCode(error).startsWith('Z_');
}

/** What only the disk says; a connection that breaks has other words. */
const DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'ENOENT', 'EMFILE']);
