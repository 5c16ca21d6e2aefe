import { realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { systemCode } from '../platform/durable';

/** File systems of these two do not tell capitals apart unless somebody has set them up to. */
const CAPITALS_DO_NOT_COUNT = process.platform === 'win32' || process.platform === 'darwin';

/** A folder under its true name, past all links; null when there is no folder that can be reached. */
export async function trueFolder(path: string): Promise<string | null> {
  try {
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? real : null;
  } catch (error) {
    if (systemCode(error) === 'UNKNOWN') throw error;
    return null;
  }
}

/** Whether a path is another one or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  const [inner, outer] = [comparable(path), comparable(folder)];
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);
}

/** Whether two folders are the same or one lies in the other. */
export function overlap(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

function comparable(path: string): string {
  const whole = resolve(path);
  return CAPITALS_DO_NOT_COUNT ? whole.toLowerCase() : whole;
}
