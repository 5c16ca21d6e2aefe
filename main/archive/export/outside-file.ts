import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { flushFolder } from '../../platform/durable';
import type { EngineContext } from '../context';
import { faultOfTarget, refuseInsideArchive } from './target';

/**
 * Writes a file outside of the archive, for its owner's eyes, whole or not at all: flushed, then under its name.
 * Throws BAD_REQUEST (no absolute path), EXPORT_INSIDE_ARCHIVE, EXPORT_TARGET_LOST, EXPORT_TARGET_FULL, and what `write` throws.
 */
export async function writeOutside(
  { paths }: Pick<EngineContext, 'paths'>,
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  if (!isAbsolute(path)) throw new FieldboxError('BAD_REQUEST', { what: 'path' });
  const temporary = join(dirname(path), `.${randomUUID()}.incomplete`);
  try {
    await refuseInsideArchive(path, paths.root);
    const file = await open(temporary, 'wx', 0o600);
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw faultOfTarget(error);
  }
}
