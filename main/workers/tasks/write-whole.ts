import { writeSync } from 'node:fs';

/** Writes all bytes at the end of an open file; one call to the system may write fewer. */
export function writeWhole(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written);
}
