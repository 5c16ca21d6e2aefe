import { readdir, readFile, statfs } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import type { Drive } from '@shared/contract/desktop';
import { isSystemError } from './system-error';

/** Where systems hang removable drives. */
const LINUX_MOUNTS = /^\/(media|run\/media|mnt)\//;
/** What is smaller is no stick but something the system itself has mounted. */
const SMALLEST_DRIVE = 1024 * 1024;
const MAC_VOLUMES = '/Volumes';

/**
 * Places an export can go to: removable drives first, then the given usual folders. What does not answer (a drive just
 * pulled out) is left out.
 */
export async function listDrives(
  folders: readonly { readonly path: string; readonly label: string }[],
): Promise<Drive[]> {
  const removable = await removablePaths();
  const places = [
    ...removable.map((path) => ({ path, label: basename(path) || path, removable: true })),
    ...folders.map((folder) => ({ ...folder, removable: false })),
  ];
  const drives = await Promise.all(places.map(withSpace));
  return drives.filter((drive) => drive !== null).filter((drive) => drive.totalBytes >= SMALLEST_DRIVE);
}

async function withSpace(place: Pick<Drive, 'path' | 'label' | 'removable'>): Promise<Drive | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(place.path);
    return { ...place, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return null;
  }
}

async function removablePaths(): Promise<string[]> {
  if (process.platform === 'linux') return linuxMounts(await readFile('/proc/mounts', 'utf8'));
  if (process.platform === 'darwin') return (await readdir(MAC_VOLUMES)).map((name) => join(MAC_VOLUMES, name));
  // Windows names drives by letters; the one the system is on is no stick.
  const system = parse(process.env['SystemRoot'] ?? 'C:\\').root;
  return 'DEFGHIJKLMNOPQRSTUVWXYZ'
    .split('')
    .map((letter) => `${letter}:\\`)
    .filter((path) => path !== system);
}

/** Mount points under the folders for removable drives; the kernel writes blanks as \040 (fstab(5)). */
export function linuxMounts(table: string): string[] {
  const places = table.split('\n').map((line) => line.split(' ')[1] ?? '');
  return places
    .map((place) =>
      place.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((place) => LINUX_MOUNTS.test(place));
}
