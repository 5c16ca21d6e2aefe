import { totalmem } from 'node:os';

/** The least and the most, and which part of the machine's memory. */
const LEAST_KIBIBYTES = 32 * 1024;
const MOST_KIBIBYTES = 512 * 1024;
const SHARE = 1 / 32;

/**
 * How much of the index is kept in memory, in KiB: a large one is searched many times faster when its pages are; a small one never
 * uses it all.
 */
export function cacheKibibytes(): number {
  return Math.round(Math.min(MOST_KIBIBYTES, Math.max(LEAST_KIBIBYTES, (totalmem() / 1024) * SHARE)));
}
