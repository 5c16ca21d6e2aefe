import { readFileSync } from 'node:fs';
import type { Side } from '../report';

/** What a piece of work cost: seconds that passed, and seconds in which processors were at work for it. */
export interface Cost {
  readonly seconds: number;
  readonly work: number;
}

/** Clock ticks of proc(5) in a second; the kernel shows 100 on every architecture that Node runs on. */
const TICKS = 100;

/**
 * Measures a piece of work: this process with the programs that end meanwhile, and programs that run throughout. Linux only, as
 * the programs it is compared with come from Debian.
 */
export async function costOf(running: readonly (number | undefined)[], work: () => Promise<void>): Promise<Cost> {
  const pids = ['self', ...running.flatMap((pid) => (pid === undefined ? [] : [String(pid)]))];
  const total = (): number => pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
  const before = total();
  const from = performance.now();
  await work();
  return { seconds: (performance.now() - from) / 1000, work: total() - before };
}

/** Processor time of a process with all its threads and of the children it has waited for (proc(5): utime, stime, cutime, cstime). */
function processorSeconds(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS;
}

/** The side of a comparison whose rounds cost so much. */
export function sideOf(name: string, durability: string, costs: readonly Cost[]): Side {
  return { name, durability, seconds: costs.map(({ seconds }) => seconds), atWork: costs.map(({ work }) => work) };
}
