import { createHash } from 'node:crypto';
import { asFieldboxError, FieldboxError, type WireError } from '@shared/errors';
import type { TagFilter } from '../../dicom/filter';
import type { Places } from './copy-in';
import { takeHeld, type TakeInOutput } from './take-in';

/** Where one file of several lies in the bytes they came in. */
export interface GroupedFile {
  readonly start: number;
  readonly bytes: number;
  /** SHA-256 it must have: other bytes are not taken in. */
  readonly expected: string;
}

export interface TakeInGroupInput extends Places {
  /** All of a piece of memory; in it the files, whole. */
  readonly whole: Uint8Array<ArrayBuffer>;
  readonly files: readonly GroupedFile[];
  /** As for `takeIn`. */
  readonly filter: TagFilter | null;
}

/** What became of one file of several; one that cannot be taken in does not keep the others. */
export type GroupedTaken =
  { readonly ok: true; readonly taken: TakeInOutput } | { readonly ok: false; readonly error: WireError };

export interface TakeInGroupOutput {
  readonly files: readonly GroupedTaken[];
  /** The same memory: it goes back, so that it can be used again. */
  readonly whole: Uint8Array<ArrayBuffer>;
}

/**
 * Takes in several small files that are in memory, as `takeIn` does with one: one message to a worker and one back, and each file
 * is hashed and written once. A file without the bytes that were expected (OBJECT_DAMAGED) leaves nothing behind.
 */
export async function takeInGroup({ whole, files, ...places }: TakeInGroupInput): Promise<TakeInGroupOutput> {
  const taken = files.map(({ start, bytes, expected }): GroupedTaken => {
    try {
      const held = whole.subarray(start, start + bytes);
      const sha256 = createHash('sha256').update(held).digest('hex');
      if (sha256 !== expected) throw new FieldboxError('OBJECT_DAMAGED', { sha256: expected });
      return { ok: true, taken: takeHeld(held, { ...places, path: '', held }, sha256) };
    } catch (thrown) {
      return { ok: false, error: asFieldboxError(thrown).toJSON() };
    }
  });
  return Promise.resolve({ files: taken, whole });
}
