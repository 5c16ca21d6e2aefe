import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { DETECT_BYTES, detectKind, isPhotoKind, type PhotoKind } from '../../imaging/detect';
import { writeFlushed } from '../../platform/durable';

export interface KeepBytesInput {
  readonly bytes: Uint8Array;
  readonly incoming: string;
  readonly objects: string;
}

interface Kept {
  readonly sha256: string;
  readonly bytes: number;
}

/** Writes a picture of the camera to `incoming/` under its hash, flushed. Throws PHOTO_DAMAGED, DISK_*. */
export async function keepPhoto(input: KeepBytesInput): Promise<Kept & { readonly photo: PhotoKind }> {
  const photo = kindOf(input);
  if (!isPhotoKind(photo)) throw new FieldboxError('PHOTO_DAMAGED');
  return Promise.resolve({ ...keep(input), photo });
}

/** The same with a PDF. Throws PDF_DAMAGED when it is none, DISK_*. */
export async function keepPdf(input: KeepBytesInput): Promise<Kept> {
  if (kindOf(input) !== 'pdf') throw new FieldboxError('PDF_DAMAGED');
  return Promise.resolve(keep(input));
}

function kindOf({ bytes }: KeepBytesInput): ReturnType<typeof detectKind> {
  return detectKind(bytes.subarray(0, DETECT_BYTES), bytes.length);
}

function keep({ bytes, incoming, objects }: KeepBytesInput): Kept {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (!existsSync(join(objects, sha256.slice(0, 2), sha256))) writeFlushed(join(incoming, sha256), bytes);
  return { sha256, bytes: bytes.length };
}
