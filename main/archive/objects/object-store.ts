import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';

/**
 * The content-addressed files of an archive: `objects/ab/abcdef…`, named by the SHA-256 of their bytes. They are never
 * changed; new ones arrive by a rename from `incoming/` inside a commit.
 */
export class ObjectStore {
  constructor(private readonly root: string) {}

  path(sha256: ImageId): string {
    return join(this.root, sha256.slice(0, 2), sha256);
  }

  async exists(sha256: ImageId): Promise<boolean> {
    try {
      await access(this.path(sha256), constants.R_OK);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw new FieldboxError('DISK_FAILED', { reason: String((error as NodeJS.ErrnoException).code) }, error);
    }
  }

  /** The same at once, where one file is needed: asking takes less than the way to another thread and back. Throws OBJECT_MISSING. */
  requireNow(sha256: ImageId): string {
    const path = this.path(sha256);
    if (!existsSync(path)) throw new FieldboxError('OBJECT_MISSING');
    return path;
  }

  /** The path of an object that must be there. Throws OBJECT_MISSING. */
  async require(sha256: ImageId): Promise<string> {
    if (!(await this.exists(sha256))) throw new FieldboxError('OBJECT_MISSING');
    return this.path(sha256);
  }
}
