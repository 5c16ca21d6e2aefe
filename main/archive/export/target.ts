import { readdir, realpath, stat, statfs } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { FieldboxError } from '@shared/errors';
import type { ExportContainer, ExportForm } from '@shared/model/vocabulary';
import { systemCode } from '../../platform/durable';
import { isEmptyFolder } from '../../workers/export/place';
import { plannedImages, type ExportPlan } from '../../workers/export/plan';
import { megabytes, targetError } from '../../platform/target-error';
import { fileLimitOf } from '../../workers/export/zip-sink';

/** Beside its bytes every file takes a directory entry, a line of the checksum file and a record of the DICOMDIR. */
const OVERHEAD_PER_FILE = 2048;

/**
 * Looks at the destination before anything is written: outside of the archive, free, and with room enough.
 * Throws BAD_REQUEST, EXPORT_INSIDE_ARCHIVE, EXPORT_TARGET_NOT_EMPTY, EXPORT_TARGET_FULL, EXPORT_TARGET_LOST,
 * EXPORT_FAT_LIMIT.
 */
export async function checkTarget(plan: ExportPlan, archiveRoot: string): Promise<void> {
  if (!isAbsolute(plan.target)) throw new FieldboxError('BAD_REQUEST', { what: 'target' });
  await outsideOfArchive(plan.target, archiveRoot);
  await checkPlace(plan);
}

/** The same for a place of the archive's own. Throws EXPORT_TARGET_*, EXPORT_FAT_LIMIT. */
export async function checkPlace(plan: ExportPlan): Promise<void> {
  const { target, container } = plan;
  try {
    await refuseTaken(target, container);
    const disk = await statfs(dirname(target));
    const block = Math.max(512, disk.bsize);
    const needed = neededBytes(plan, block);
    const free = disk.bavail * disk.bsize;
    if (needed > free)
      throw new FieldboxError('EXPORT_TARGET_FULL', { needed: megabytes(needed), free: megabytes(free) });
    if (largestFile(plan) > fileLimitOf(disk.type)) throw new FieldboxError('EXPORT_FAT_LIMIT');
  } catch (error) {
    throw faultOfTarget(error);
  }
}

/** A fault at the destination as one of ours: EXPORT_TARGET_FULL, EXPORT_TARGET_LOST ... */
export function faultOfTarget(error: unknown): FieldboxError {
  return targetError(error, { needed: 0, free: 0 });
}

/** Throws EXPORT_INSIDE_ARCHIVE, and the system's error when the folder of the target is not there. */
export async function refuseInsideArchive(target: string, archiveRoot: string): Promise<void> {
  const place = join(await realpath(dirname(target)), basename(target));
  const root = await realpath(archiveRoot);
  if (place === root || place.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))
    throw new FieldboxError('EXPORT_INSIDE_ARCHIVE');
}

/** Throws EXPORT_INSIDE_ARCHIVE when a target lies in the archive, EXPORT_TARGET_LOST when the folder it is to be in is not there. */
export async function outsideOfArchive(target: string, archiveRoot: string): Promise<void> {
  try {
    await refuseInsideArchive(target, archiveRoot);
  } catch (error) {
    throw faultOfTarget(error);
  }
}

async function refuseTaken(target: string, container: ExportContainer): Promise<void> {
  try {
    const found = await stat(target);
    if (container === 'zip' || !found.isDirectory() || !isEmptyFolder(await readdir(target))) {
      throw new FieldboxError('EXPORT_TARGET_NOT_EMPTY');
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

/** A lower bound: pictures that have yet to be drawn are not counted. */
function neededBytes(plan: ExportPlan, block: number): number {
  let needed = 0;
  for (const image of plannedImages(plan)) {
    const bytes = fileBytes(plan.form, image);
    needed += plan.container === 'folder' ? Math.ceil(bytes / block) * block : bytes;
    needed += OVERHEAD_PER_FILE;
  }
  return needed;
}

function largestFile(plan: ExportPlan): number {
  let sum = 0;
  let largest = 0;
  for (const image of plannedImages(plan)) {
    const bytes = fileBytes(plan.form, image);
    sum += bytes;
    largest = Math.max(largest, bytes);
  }
  return plan.container === 'zip' ? sum : largest;
}

function fileBytes(form: ExportForm, image: { object: { bytes: number }; source: { bytes: number } | null }): number {
  switch (form) {
    case 'media':
      return image.object.bytes;
    case 'originals':
      return image.source?.bytes ?? image.object.bytes;
    case 'pictures':
      return 0;
  }
}
