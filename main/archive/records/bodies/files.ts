import { z } from 'zod';
import { ImageId } from '@shared/model/ids';

/** A file kept byte for byte, named by the SHA-256 of its bytes like every object; `contentType` was found from them. */
export const StoredFile = z.object({ sha256: ImageId, bytes: z.int().positive(), contentType: z.string() });
export type StoredFile = z.infer<typeof StoredFile>;

/** Records of files that came to stay; what they are for stands in the records of whoever keeps them. */
export const fileBodies = {
  'file.stored': StoredFile,
} as const;
