import { constants } from 'node:fs';
import { open, readdir, readFile, readlink } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { systemCode } from '../../platform/durable';

/** Tells of a file (absolute path) whether a program has it open for writing, as far as the system says. */
export type InUse = (path: string) => Promise<boolean>;

/**
 * Looks who has files below a folder open for writing. Linux lists open files by process (those of other people are not
 * shown); Windows refuses to open a file for writing that another program keeps for itself; other systems say nothing, and
 * there the time for which a file must not change has to do.
 */
export async function openForWriting(root: string): Promise<InUse> {
  if (process.platform === 'linux') {
    const files = await writtenOnLinux(root);
    return (path) => Promise.resolve(files.has(path));
  }
  return process.platform === 'win32' ? heldOnWindows : () => Promise.resolve(false);
}

async function writtenOnLinux(root: string): Promise<ReadonlySet<string>> {
  const below = root.endsWith(sep) ? root : `${root}${sep}`;
  const found = new Set<string>();
  for (const process of await namesIn('/proc')) {
    if (!/^\d+$/.test(process)) continue;
    const files = join('/proc', process, 'fd');
    for (const number of await namesIn(files)) {
      const path = await readlink(join(files, number)).catch(ended);
      if (path?.startsWith(below) !== true) continue;
      const facts = await readFile(join('/proc', process, 'fdinfo', number), 'utf8').catch(ended);
      const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(facts ?? '')?.[1] ?? '0', 8);
      if ((flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0) found.add(path);
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ended)) ?? [];
}

/** A process or file of it that is gone by now or is not ours to see; everything else is a fault. */
function ended(error: unknown): null {
  if (['ENOENT', 'EACCES', 'EPERM', 'ESRCH', 'EINVAL', 'ENOTDIR'].includes(systemCode(error))) return null;
  throw error;
}

async function heldOnWindows(path: string): Promise<boolean> {
  try {
    // Nothing is written; opening so fails while a program that writes has not allowed others to.
    await (await open(path, 'r+')).close();
    return false;
  } catch (error) {
    return systemCode(error) === 'EBUSY';
  }
}
