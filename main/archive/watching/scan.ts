import type { Dirent } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../platform/durable';

/** A file as it was found: path below the root with `/`, size in bytes, time of its last change in milliseconds. */
export interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface ScanOptions {
  readonly subfolders: boolean;
  readonly skips: (name: string) => boolean;
  /** Folders (absolute) that are not entered. */
  readonly leaveOut: readonly string[];
  readonly signal: AbortSignal;
  /** A folder below the root that may not be read. */
  readonly onUnreadable: (code: string) => void;
}

/** Files asked about at once: few, so that a slow share is not flooded. */
const TOGETHER = 32;
/** What is gone since its name was read is no fault. */
const VANISHED = new Set(['ENOENT', 'ENOTDIR']);
const FORBIDDEN = new Set(['EACCES', 'EPERM']);

/**
 * All files below a folder, in groups, without ever holding more than the names of one group and of the folders yet to enter.
 * Links are not followed. Throws the system's error when the root cannot be read or the device is gone.
 */
export async function* scan(root: string, options: ScanOptions): AsyncGenerator<readonly FoundFile[]> {
  const folders: string[] = [''];
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    let group: string[] = [];
    for await (const entry of entriesOf(root, below, options)) {
      if (options.signal.aborted) return;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (options.skips(entry.name)) continue;
      if (entry.isDirectory()) {
        if (options.subfolders && !options.leaveOut.includes(join(root, path))) folders.push(path);
      } else if (!entry.isSymbolicLink()) {
        group.push(path);
        if (group.length < TOGETHER) continue;
        yield await look(root, group);
        group = [];
      }
    }
    if (group.length > 0) yield await look(root, group);
  }
}

async function* entriesOf(root: string, below: string, options: ScanOptions): AsyncGenerator<Dirent> {
  try {
    for await (const entry of await opendir(join(root, below), { bufferSize: 256 })) yield entry;
  } catch (error) {
    const code = systemCode(error);
    if (below === '') throw error;
    if (FORBIDDEN.has(code)) options.onUnreadable(code);
    else if (!VANISHED.has(code)) throw error;
  }
}

async function look(root: string, paths: readonly string[]): Promise<readonly FoundFile[]> {
  const found = await Promise.all(paths.map((path) => fileAt(root, path)));
  return found.filter((file) => file !== null);
}

/** A regular file as it is now; null when there is none (any more). Throws the system's error for faults of the device. */
export async function fileAt(root: string, path: string): Promise<FoundFile | null> {
  try {
    const found = await lstat(join(root, path));
    return found.isFile() ? { path, size: found.size, mtimeMs: Math.round(found.mtimeMs) } : null;
  } catch (error) {
    const code = systemCode(error);
    if (VANISHED.has(code) || FORBIDDEN.has(code)) return null;
    throw error;
  }
}
