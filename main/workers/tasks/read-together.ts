import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** A stored file that is read with others. */
export interface WantedFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 it must have; null: its length is enough. */
  readonly sha256: string | null;
}

/**
 * Reads several small files, one behind the other into one piece of memory: one message to a worker and one back for all of them.
 * `sound` tells of each whether its bytes are there and are what they must be; why they are not is for whoever wants to know.
 */
export async function readTogether({
  files,
}: {
  readonly files: readonly WantedFile[];
}): Promise<{ readonly whole: Uint8Array; readonly sound: readonly boolean[] }> {
  const whole = Buffer.allocUnsafeSlow(files.reduce((sum, { bytes }) => sum + bytes, 0));
  let at = 0;
  const sound = files.map((file) => {
    const place = whole.subarray(at, at + file.bytes);
    at += file.bytes;
    return isRead(file, place);
  });
  return Promise.resolve({ whole, sound });
}

function isRead({ path, sha256 }: WantedFile, into: Buffer): boolean {
  try {
    if (!isWhole(path, into)) return false;
  } catch {
    return false; // whoever needs the file opens it and sees what is wrong
  }
  return sha256 === null || createHash('sha256').update(into).digest('hex') === sha256;
}

/** Throws the system's error. */
function isWhole(path: string, into: Buffer): boolean {
  const file = openSync(path, 'r');
  try {
    if (readSync(file, into, 0, into.length, 0) !== into.length) return false;
    return readSync(file, Buffer.allocUnsafe(1), 0, 1, into.length) === 0;
  } finally {
    closeSync(file);
  }
}
