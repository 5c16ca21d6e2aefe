import { existsSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { systemCode } from '../../platform/durable';

/** What systems leave in the root of a stick by themselves; a stick with only these is empty. */
const LEFT_BY_SYSTEMS = new Set([
  'system volume information',
  '$recycle.bin',
  'recycler',
  'lost+found',
  '.trashes',
  '.trash-0',
  '.trash-1000',
  '.fseventsd',
  '.spotlight-v100',
  '.temporaryitems',
  '.documentrevisions-v100',
  '.ds_store',
  'desktop.ini',
  'lost.dir',
]);

/** Where an export is put together before it gets its name. */
export interface Place {
  readonly staging: string;
  /** The staging folder lies inside the target (the root of a stick), not beside it. */
  readonly inside: boolean;
}

/**
 * Chooses where to put an export together: beside the target, or inside it when the target is the root of a stick (nothing
 * beside it is on the stick). Throws EXPORT_TARGET_NOT_EMPTY, EXPORT_TARGET_LOST.
 */
export function choosePlace(target: string, container: 'folder' | 'zip'): Place {
  const parent = dirname(target);
  if (!existsSync(parent)) throw new FieldboxError('EXPORT_TARGET_LOST', { reason: 'ENOENT' });
  if (existsSync(target)) {
    const found = statSync(target);
    const names = found.isDirectory() ? readdirSync(target) : null;
    if (container === 'zip' || names === null || !isEmptyFolder(names))
      throw new FieldboxError('EXPORT_TARGET_NOT_EMPTY');
    const isRoot = parent === target || found.dev !== statSync(parent).dev;
    if (isRoot || names.length > 0) return { staging: free(join(target, 'FIELDBOX')), inside: true };
  }
  return { staging: free(target), inside: false };
}

/** Whether the names in a folder are only those that systems put there. */
export function isEmptyFolder(names: readonly string[]): boolean {
  return names.every((name) => LEFT_BY_SYSTEMS.has(name.toLowerCase()));
}

/** `<name>.incomplete`, or with a number when an earlier one was left there: what is there may be somebody's. */
function free(name: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? `${name}.incomplete` : `${name}.${String(number)}.incomplete`;
    if (!existsSync(candidate)) return candidate;
  }
}

const RENAME_TRIES = 20;
const RENAME_PAUSE_MS = 250;

/**
 * Renames; on Windows a virus scanner that still reads a new file makes that fail for a moment, so it is tried again.
 * Blocks its thread meanwhile. Throws the system's error.
 */
export function renamePatiently(from: string, to: string): void {
  for (let tries = 1; ; tries += 1) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const held = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error));
      if (!held || tries >= RENAME_TRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, RENAME_PAUSE_MS);
    }
  }
}
