import { lstat, opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { systemCode } from '../../platform/durable';

/** A file that was found, or a place that could not be entered. */
export type Found =
  | { readonly kind: 'file'; readonly path: string; readonly bytes: number }
  | { readonly kind: 'refused'; readonly path: string; readonly error: FieldboxError };

/**
 * All files at the given paths, folders opened depth first in the order of their names. Links inside folders are not
 * followed; a path that a person chose may itself be one. `skip` is the archive's own folder.
 */
export async function* walk(paths: readonly string[], skip: string): AsyncGenerator<Found> {
  const archive = await realpath(skip);
  for (const path of paths) {
    let resolved: string;
    try {
      resolved = await realpath(path);
    } catch (error) {
      yield { kind: 'refused', path, error: openingError(error) };
      continue;
    }
    yield* enter(resolved, archive);
  }
}

async function* enter(path: string, archive: string): AsyncGenerator<Found> {
  if (path === archive) return;
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) {
      yield { kind: 'refused', path, error: new FieldboxError('SYMBOLIC_LINK') };
      return;
    }
    if (stats.isFile()) {
      yield { kind: 'file', path, bytes: stats.size };
      return;
    }
    if (!stats.isDirectory()) {
      yield { kind: 'refused', path, error: new FieldboxError('SPECIAL_FILE') };
      return;
    }
  } catch (error) {
    yield { kind: 'refused', path, error: openingError(error) };
    return;
  }
  let names: string[];
  try {
    names = await namesIn(path);
  } catch (error) {
    yield { kind: 'refused', path, error: openingError(error) };
    return;
  }
  for (const name of names) yield* enter(join(path, name), archive);
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of await opendir(folder)) names.push(entry.name);
  return names.sort();
}

function openingError(error: unknown): FieldboxError {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new FieldboxError('PATH_NOT_FOUND', {}, error);
  return new FieldboxError('FILE_UNREADABLE', { reason: code }, error);
}
