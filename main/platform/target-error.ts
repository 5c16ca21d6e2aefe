import { FieldboxError } from '@shared/errors';
import { systemCode } from './durable';

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const TAKEN = new Set(['EEXIST', 'ENOTEMPTY']);

/** A fault at the destination as one of ours: full, too large for its file system, taken, or gone. */
export function targetError(error: unknown, room: { readonly needed: number; readonly free: number }): FieldboxError {
  if (error instanceof FieldboxError) return error;
  const code = systemCode(error);
  if (code === 'UNKNOWN') return new FieldboxError('INTERNAL', {}, error);
  if (FULL.has(code))
    return new FieldboxError(
      'EXPORT_TARGET_FULL',
      { needed: megabytes(room.needed), free: megabytes(room.free) },
      error,
    );
  if (code === 'EFBIG') return new FieldboxError('EXPORT_FAT_LIMIT', {}, error);
  if (TAKEN.has(code)) return new FieldboxError('EXPORT_TARGET_NOT_EMPTY', {}, error);
  return new FieldboxError('EXPORT_TARGET_LOST', { reason: code }, error);
}

/** Bytes for people: `12 MB`. */
export function megabytes(bytes: number): string {
  return `${String(Math.max(0, Math.ceil(bytes / 1_000_000)))} MB`;
}
