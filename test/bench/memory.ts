import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';
import { say } from './report';

const SIDE = 128;
const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-memory-'));

/** Peak resident memory of a whole import in MiB, as the kernel counts it (proc(5), VmHWM). */
async function peakOf(count: number): Promise<number> {
  const source = join(folder, `source-${String(count)}`);
  const archive = join(folder, `archive-${String(count)}`);
  writeInstances(source, count, SIDE);
  const child = startCommand(['import', source, '--archive', archive, '--json']);
  let peak = 0;
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      clearInterval(look); // it has ended
    }
  }, 20);
  child.stdout?.resume();
  child.stderr?.resume();
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`The import ended with ${String(code)}.`);
  rmSync(source, { recursive: true });
  rmSync(archive, { recursive: true });
  return peak;
}

try {
  const small = await peakOf(1000);
  const large = await peakOf(10_000);
  say('\nPeak memory of an import');
  say(`  1,000 instances: ${small.toFixed(0)} MiB   10,000 instances: ${large.toFixed(0)} MiB   ratio ${(large / small).toFixed(2)}`);
  say('  goal: flat (ratio near 1)');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
