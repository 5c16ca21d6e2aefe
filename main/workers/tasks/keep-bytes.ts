import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { DETECT_BYTES, detectKind, isPhotoKind, type PhotoKind } from '../../imaging/detect';
import { writeFlushed } from '../../platform/durable';

/** Writes bytes of the camera to `incoming/` under their hash, flushed. Throws PHOTO_DAMAGED, DISK_*. */
export async function keepBytes(input: {
  readonly bytes: Uint8Array;
  readonly incoming: string;
  readonly objects: string;
}): Promise<{ sha256: string; bytes: number; photo: PhotoKind }> {
  const { bytes } = input;
  const photo = detectKind(bytes.subarray(0, DETECT_BYTES), bytes.length);
  if (!isPhotoKind(photo)) throw new FieldboxError('PHOTO_DAMAGED');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (!existsSync(join(input.objects, sha256.slice(0, 2), sha256))) writeFlushed(join(input.incoming, sha256), bytes);
  return Promise.resolve({ sha256, bytes: bytes.length, photo });
}
