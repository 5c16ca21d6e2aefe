import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { diskError, systemCode } from '../../platform/durable';
import type { EngineContext } from '../context';

const LARGE_FILE_TIMEOUT_MS = 3_600_000;

/** A stored object. */
export interface SavedObject {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Writes a copy of a stored object outside of the archive and reads it back; whether it may leave has been asked before. What is
 * there already is only replaced when `overwrite`; the new file stands there whole or not at all. Answers how many bytes it has.
 * Throws BAD_REQUEST, PATH_NOT_FOUND, OBJECT_DAMAGED, EXPORT_INSIDE_ARCHIVE, EXPORT_TARGET_*, EXPORT_FAT_LIMIT,
 * EXPORT_VERIFY_FAILED.
 */
export async function saveFile(
  ctx: EngineContext,
  { path, sha256, bytes }: SavedObject,
  target: string,
  overwrite: boolean,
): Promise<{ bytes: number }> {
  await checkTarget(ctx, target, overwrite);
  return ctx.pool.run('copyOut', { path, sha256, bytes, target }, { timeoutMs: LARGE_FILE_TIMEOUT_MS });
}

async function checkTarget(ctx: EngineContext, target: string, overwrite: boolean): Promise<void> {
  if (!isAbsolute(target)) throw new FieldboxError('BAD_REQUEST', { what: 'target' });
  const place = join(await trueFolder(dirname(target)), basename(target));
  const root = await realpath(ctx.paths.root);
  if (place === root || place.startsWith(`${root}${sep}`)) throw new FieldboxError('EXPORT_INSIDE_ARCHIVE');
  const found = await kindOf(target);
  if (found === 'other' || (found === 'file' && !overwrite)) throw new FieldboxError('EXPORT_TARGET_NOT_EMPTY');
}

async function trueFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new FieldboxError('PATH_NOT_FOUND', {}, error);
    throw diskError(error);
  }
}

async function kindOf(path: string): Promise<'nothing' | 'file' | 'other'> {
  try {
    return (await stat(path)).isFile() ? 'file' : 'other';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 'nothing';
    throw diskError(error);
  }
}
