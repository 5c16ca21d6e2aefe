import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 1024 * 1024;

/** SHA-256 of a file's bytes, read piece by piece. Throws the system's error. */
export async function hashFile({ path }: { readonly path: string }): Promise<{ sha256: string; bytes: number }> {
  const { digest, bytes } = digestOf(path, 'sha256');
  return Promise.resolve({ sha256: digest, bytes });
}

/** MD5 of the same, for what other programs say of their files. Throws the system's error. */
export async function md5File({ path }: { readonly path: string }): Promise<{ md5: string }> {
  return Promise.resolve({ md5: digestOf(path, 'md5').digest });
}

function digestOf(path: string, algorithm: 'sha256' | 'md5'): { readonly digest: string; readonly bytes: number } {
  const file = openSync(path, 'r');
  try {
    const hash = createHash(algorithm);
    const chunk = Buffer.allocUnsafe(CHUNK);
    let bytes = 0;
    for (;;) {
      const read = readSync(file, chunk, 0, CHUNK, null);
      if (read === 0) break;
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
    return { digest: hash.digest('hex'), bytes };
  } finally {
    closeSync(file);
  }
}
