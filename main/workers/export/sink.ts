import { writeSync } from 'node:fs';
import type { Stop } from './cancel';

/** A file that was written, as it should be found when read back. `path` has `/` between folders. */
export interface Written {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Content that can be gone through more than once; its end may throw when it turned out not to be good. */
export type Content = () => Iterable<Uint8Array>;

/** Hears how far reading back has come. */
export type Checked = (files: number, bytes: number) => void;

/**
 * Where an export is written: under a name that says it is not complete, until all was read back. Faults of the
 * destination are thrown as the system gives them; faults of the content pass through.
 */
export interface Sink {
  /** What is there until `publish`; whoever ends this thread by force removes it. */
  readonly staging: string;
  /** Writes one file. When the content throws, nothing of it stays and the next file can be written. */
  write(path: string, bytes: number, content: Content): Promise<Written>;
  /** Flushes everything and reads it back; gives the paths of the files that are not as they were written. */
  check(written: readonly Written[], stop: Stop, checked: Checked): Promise<string[]>;
  /** Gives the export its final name. */
  publish(): Promise<void>;
  /** Removes what was written; what cannot be removed keeps its name. */
  discard(): Promise<void>;
}

/** The content of bytes in memory. */
export function contentOf(bytes: Uint8Array): Content {
  return () => [bytes];
}

/** Writes all of a piece; a single call may write less. */
export function writeAll(file: number, piece: Uint8Array): void {
  let done = 0;
  while (done < piece.length) done += writeSync(file, piece, done, piece.length - done);
}
