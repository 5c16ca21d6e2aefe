import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instanceBytes, writeInstances } from '../../fixtures/instances';

/** Sets of files that are sent: many small ones, where each step an image counts, and few large ones, where each byte does. */
export interface FileSet {
  readonly name: string;
  readonly count: number;
  /** Rows and columns of 8 bits. */
  readonly side: number;
}

export const SETS: readonly FileSet[] = [
  { name: '500 images of 64 KiB', count: 500, side: 256 },
  { name: '30 images of 8 MiB', count: 30, side: 2896 },
];

/** Writes the files of a set into a folder below `folder` and gives their paths. */
export function writeSet(folder: string, { name, count, side }: FileSet): readonly string[] {
  return [...writeInstances(join(folder, name.replaceAll(' ', '-')), count, side).keys()];
}

const WARM_UP = 40;

/**
 * Writes a few small files of their own below `folder` and gives their paths. They are sent before anything is measured, so that a
 * program which has just been started for a round is at work as one that has been running for a while.
 */
export function writeWarmUp(folder: string): readonly string[] {
  const target = join(folder, 'warm-up');
  mkdirSync(target, { recursive: true });
  return Array.from({ length: WARM_UP }, (_, at) => {
    const path = join(target, `${String(at)}.dcm`);
    writeFileSync(path, instanceBytes({ seed: 1_000_000 + at, PatientID: 'WARM-UP' }));
    return path;
  });
}
