/** The first wait, and the longest: a link that is down for days is still tried every ten minutes. */
const FIRST_MS = 2_000;
const LONGEST_MS = 600_000;

/** Milliseconds to wait after the n-th failure in a row, from 1. */
export type BackOff = (failures: number) => number;

/** How long to wait after the n-th failure in a row (from 1): doubled each time, with half of it by chance, so that many laptops do not come back in step. */
export function backOff(failures: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(whole / 2 + (whole / 2) * random());
}
