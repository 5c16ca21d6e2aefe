import { createHash, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { diskError } from '../../platform/durable';
import { targetError } from '../../platform/target-error';
import { hashFile } from './hash-file';

const CHUNK = 1024 * 1024;

/**
 * Copies a stored object to a place outside of the archive, flushes it, reads it back, and only then gives it its name there. A
 * copy that is not good goes away again. Throws OBJECT_DAMAGED, DISK_FAILED, EXPORT_TARGET_*, EXPORT_FAT_LIMIT, EXPORT_VERIFY_FAILED.
 */
export async function copyOut(input: {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly target: string;
}): Promise<{ bytes: number }> {
  const folder = dirname(input.target);
  const part = join(folder, `.${randomUUID()}.part`);
  let free = 0;
  try {
    const disk = statfsSync(folder);
    free = disk.bavail * disk.bsize;
    if (copy(input.path, part) !== input.sha256) throw new FieldboxError('OBJECT_DAMAGED');
    const { sha256, bytes } = await hashFile({ path: part });
    if (sha256 !== input.sha256) throw new FieldboxError('EXPORT_VERIFY_FAILED', { count: 1 });
    renameSync(part, input.target);
    return { bytes };
  } catch (error) {
    rmSync(part, { force: true });
    throw targetError(error, { needed: input.bytes, free });
  }
}

/** SHA-256 of what was read. */
function copy(from: string, to: string): string {
  const source = openObject(from);
  try {
    const target = openSync(to, 'wx');
    try {
      const hash = createHash('sha256');
      const chunk = Buffer.allocUnsafe(CHUNK);
      for (let read = readObject(source, chunk); read > 0; read = readObject(source, chunk)) {
        hash.update(chunk.subarray(0, read));
        for (let written = 0; written < read;) written += writeSync(target, chunk, written, read - written);
      }
      fsyncSync(target);
      return hash.digest('hex');
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

/** Faults of the archive's own disk are not faults of the destination. */
function openObject(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw diskError(error);
  }
}

function readObject(file: number, chunk: Buffer): number {
  try {
    return readSync(file, chunk, 0, CHUNK, null);
  } catch (error) {
    throw diskError(error);
  }
}
