import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../platform/durable';

/**
 * The file that a DICOMDIR means by a Referenced File ID (PS3.10 8.2), below the folder of the DICOMDIR; null when it is not
 * there. Media written by others have the names in lower case or with a version behind (";1"), so case does not matter.
 * Components that lead elsewhere are treated as not there.
 */
export async function referencedFile(folder: string, components: readonly string[]): Promise<string | null> {
  if (
    components.length === 0 ||
    components.some((part) => part === '' || part === '.' || part === '..' || /[/\\\0]/.test(part))
  )
    return null;
  const exact = join(folder, ...components);
  if (await isThere(exact)) return exact;
  let current = folder;
  for (const component of components) {
    const name = await nameLike(current, component);
    if (name === null) return null;
    current = join(current, name);
  }
  return current;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemCode(error))) return false;
    throw error;
  }
}

async function nameLike(folder: string, wanted: string): Promise<string | null> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCode(error))) return null;
    throw error;
  }
  const plain = (name: string): string => name.toUpperCase().replace(/;\d+$/, '').replace(/\.$/, '');
  return names.find((name) => plain(name) === plain(wanted)) ?? null;
}
