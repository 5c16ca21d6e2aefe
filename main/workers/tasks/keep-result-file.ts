import { createHash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { writeUnflushed } from '../../platform/durable';
import { copyToIncoming, isStored, keepCopy, openSource, type Places, type Taken } from './copy-in';

export interface KeepResultFileInput extends Places {
  /** The file where it lies, or its bytes. */
  readonly from: { readonly path: string } | { readonly bytes: Uint8Array };
}

/**
 * Copies any file to `incoming/` under its hash, byte for byte, to be flushed by the commit. Throws FILE_EMPTY, FILE_TOO_LARGE,
 * PATH_NOT_FOUND, SYMBOLIC_LINK, SPECIAL_FILE, FILE_UNREADABLE, DISK_*.
 */
export async function keepResultFile(input: KeepResultFileInput): Promise<Taken> {
  return Promise.resolve('bytes' in input.from ? keepBytesOf(input.from.bytes, input) : keepFrom(input.from, input));
}

function keepBytesOf(bytes: Uint8Array, places: Places): Taken {
  if (bytes.length === 0) throw new FieldboxError('FILE_EMPTY');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (!isStored(sha256, places)) writeUnflushed(join(places.incoming, sha256), bytes);
  return { sha256, bytes: bytes.length };
}

function keepFrom(from: { readonly path: string }, places: Places): Taken {
  const source = openSource(from);
  try {
    if (fstatSync(source).size === 0) throw new FieldboxError('FILE_EMPTY');
    const copy = copyToIncoming(source, places);
    keepCopy(copy, places);
    return { sha256: copy.sha256, bytes: copy.bytes };
  } finally {
    closeSync(source);
  }
}
