import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { BufferSource } from '../../dicom/buffer-source';
import { type FilteredFile, filterFile, joined, type Piece, type TagFilter } from '../../dicom/filter';
import type { ByteSource } from '../../dicom/model';
import { readDicom } from '../../dicom/reader';
import { diskError, writeWhole } from '../../platform/durable';
import { FileSource } from '../../platform/file-source';

/** A file in `incoming/` that has no name yet. */
export interface Copy {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

const CHUNK = 1024 * 1024;

/** A DICOM file in memory without what the filter takes out; null when it takes nothing out. */
export function filteredBytes(bytes: Uint8Array, filter: TagFilter): { bytes: Uint8Array; removed: number } | null {
  const source = new BufferSource(bytes);
  const filtered = filtering(source, filter);
  return filtered && { bytes: joined(source, filtered.pieces), removed: filtered.removed };
}

/**
 * A DICOM file on the disk without what the filter takes out, as a new file beside it; null when it takes nothing out.
 * Throws DISK_FULL, DISK_FAILED.
 */
export function filteredCopy(path: string, filter: TagFilter, incoming: string): (Copy & { removed: number }) | null {
  const source = new FileSource(path);
  try {
    const filtered = filtering(source, filter);
    return filtered && { ...writeCopy(source, filtered.pieces, incoming), removed: filtered.removed };
  } finally {
    source.close();
  }
}

/** A file that cannot be read is left to the reading that follows, which says why. */
function filtering(source: ByteSource, filter: TagFilter): FilteredFile | null {
  try {
    return filterFile(readDicom(source), filter);
  } catch (error) {
    if (error instanceof FieldboxError) return null;
    throw error;
  }
}

/** A file made of pieces, some of them runs of another one. Throws DISK_FULL, DISK_FAILED. */
export function writeCopy(source: ByteSource, pieces: readonly Piece[], incoming: string): Copy {
  const path = join(incoming, `${randomUUID()}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  let file: number | undefined;
  try {
    file = openSync(path, 'wx');
    for (const piece of pieces) {
      for (let done = 0; done < piece.length; done += CHUNK) {
        const part =
          piece instanceof Uint8Array
            ? piece.subarray(done, done + CHUNK)
            : source.bytes(piece.offset + done, Math.min(CHUNK, piece.length - done));
        hash.update(part);
        writeWhole(file, part);
        bytes += part.length;
      }
    }
    return { path, sha256: hash.digest('hex'), bytes };
  } catch (error) {
    rmSync(path, { force: true });
    throw error instanceof FieldboxError ? error : diskError(error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
