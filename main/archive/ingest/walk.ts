import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { systemCode } from '../../platform/durable';

/** A file that was found, or a place that could not be entered. */
export type Found =
  | { readonly kind: 'file'; readonly path: string }
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
  let type: Kind;
  try {
    type = kindOf(await lstat(path));
  } catch (error) {
    yield { kind: 'refused', path, error: openingError(error) };
    return;
  }
  yield* found(path, type, archive);
}

type Kind = 'file' | 'folder' | 'link' | 'special';

async function* found(path: string, type: Kind, archive: string): AsyncGenerator<Found> {
  if (type === 'file') yield { kind: 'file', path };
  else if (type === 'link') yield { kind: 'refused', path, error: new FieldboxError('SYMBOLIC_LINK') };
  else if (type === 'special') yield { kind: 'refused', path, error: new FieldboxError('SPECIAL_FILE') };
  else if (path !== archive) yield* folder(path, archive);
}

/** What a folder holds; the system tells the types with the names, so that thousands of files need no question each. */
async function* folder(path: string, archive: string): AsyncGenerator<Found> {
  let entries: Dirent[];
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    yield { kind: 'refused', path, error: openingError(error) };
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const place = join(path, entry.name);
    // Some file systems do not tell the type of an entry: then the entry itself is asked.
    if (isTold(entry)) yield* found(place, kindOf(entry), archive);
    else yield* enter(place, archive);
  }
}

type Typed = Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>;

function kindOf(entry: Typed): Kind {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : 'special';
}

function isTold(entry: Dirent): boolean {
  return [
    entry.isFile(),
    entry.isDirectory(),
    entry.isSymbolicLink(),
    entry.isFIFO(),
    entry.isSocket(),
    entry.isBlockDevice(),
    entry.isCharacterDevice(),
  ].includes(true);
}

function openingError(error: unknown): FieldboxError {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new FieldboxError('PATH_NOT_FOUND', {}, error);
  return new FieldboxError('FILE_UNREADABLE', { reason: code }, error);
}
