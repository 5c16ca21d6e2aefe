import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 1024 * 1024;

/** SHA-256 of a file's bytes, read piece by piece. Throws the system's error. */
export async function hashFile(input: { readonly path: string }): Promise<{ sha256: string; bytes: number }> {
  const file = openSync(input.path, 'r');
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK);
    let bytes = 0;
    for (;;) {
      const read = readSync(file, chunk, 0, CHUNK, null);
      if (read === 0) break;
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
    return await Promise.resolve({ sha256: hash.digest('hex'), bytes });
  } finally {
    closeSync(file);
  }
}
