import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';
import { say } from './report';

const SIDE = 128;
const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-memory-'));

const COUNT = 10_000;

interface Peaks {
  /** Peak resident memory in MiB, as the kernel counts it (proc(5), VmHWM), when this share of the files was done. */
  readonly half: number;
  readonly whole: number;
}

/** Follows one import of everything; caches fill in the first thousands, so the halves of one import are compared. */
async function peaksOf(source: string): Promise<Peaks> {
  const child = startCommand(['import', source, '--archive', join(folder, 'archive'), '--json']);
  const peak = (): number => {
    const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
  };
  let half = Number.NaN;
  let whole = Number.NaN;
  child.stdout?.resume();
  child.stderr?.on('data', (bytes: Buffer) => {
    const done = Number(/(\d+)\/\d+ added/.exec(bytes.toString('utf8'))?.[1] ?? 0);
    if (done === 0 || child.exitCode !== null) return;
    whole = peak();
    if (Number.isNaN(half) && done >= COUNT / 2) half = whole;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`The import ended with ${String(code)}.`);
  return { half, whole };
}

try {
  const source = join(folder, 'source');
  writeInstances(source, COUNT, SIDE);
  const { half, whole } = await peaksOf(source);
  say('\nPeak memory of an import of 10,000 instances');
  say(
    `  after 5,000: ${half.toFixed(0)} MiB   at the end: ${whole.toFixed(0)} MiB   ratio ${(whole / half).toFixed(2)}`,
  );
  say('  goal: flat (ratio near 1)');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
