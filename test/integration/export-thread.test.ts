import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInThread } from '../../main/archive/export/export-thread';
import { workerUrl } from '../../main/platform/worker-url';
import type { PlannedImage } from '../../main/workers/export/plan';
import { runPlan } from '../../main/workers/export/run-plan';
import { filesUnder, patientOf, planOf, Stock, watched } from '../unit/export/plan-fixture';

let stock: Stock;
beforeEach(() => {
  stock = new Stock();
});
afterEach(() => stock.remove());

const quiet = (): void => undefined;
const never = new AbortController().signal;

function images(count: number, bytes: number): PlannedImage[] {
  return Array.from({ length: count }, (_, index) => {
    const content = Buffer.alloc(bytes, index % 251);
    content.writeUInt32LE(index);
    return stock.image(content, { fileName: `f${String(index)}` });
  });
}

describe('the export thread', () => {
  it('carries out a plan and tells how far it is', async () => {
    const target = stock.target();
    const phases: string[] = [];
    const outcome = await runInThread(planOf(target, [patientOf(images(20, 1000))]), never, ({ phase }) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    });
    expect(outcome).toMatchObject({ images: 20, files: 21, verified: 21 });
    expect(phases).toEqual(['writing', 'checking', 'tidying']);
    expect(filesUnder(target)).toHaveLength(21);
  });

  it.each(['folder', 'zip'] as const)('stops in the middle of a %s and leaves nothing', async (container) => {
    const target = stock.target('visit');
    const abort = new AbortController();
    const plan = planOf(target, [patientOf(images(200, 200_000))], { container });
    const running = runInThread(plan, abort.signal, () => abort.abort());
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(dirname(target))).toEqual([]);
  });

  it('does not begin when it was stopped before', async () => {
    const target = stock.target('visit');
    await expect(
      runInThread(planOf(target, [patientOf(images(3, 10))]), AbortSignal.abort(), quiet),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(dirname(target))).toEqual([]);
  });

  it('takes no more memory for five thousand files than for a few hundred', async () => {
    const all = images(5000, 20_000);
    const peakOf = async (count: number): Promise<number> => {
      let peak = 0;
      await runInThread(planOf(stock.target(), [patientOf(all.slice(0, count))], { container: 'zip' }), never, () => {
        peak = Math.max(peak, process.memoryUsage().rss);
      });
      return peak;
    };
    await peakOf(300);
    const few = await peakOf(300);
    const many = await peakOf(5000);
    expect(many - few).toBeLessThan(100 * 1024 * 1024);
  }, 120_000);
});

describe('a process that dies in the middle', () => {
  it.each(['folder', 'zip'] as const)(
    'leaves a %s that says it is not complete, and nothing else',
    async (container) => {
      const target = stock.target('visit');
      const plan = planOf(target, [patientOf(images(300, 300_000))], { container });
      const order = join(stock.root, 'order.json');
      writeFileSync(order, JSON.stringify(plan));
      const program = `
      import { readFileSync } from 'node:fs';
      import { Worker } from 'node:worker_threads';
      const plan = JSON.parse(readFileSync(process.argv[1], 'utf8'));
      new Worker(new URL(process.argv[2]), { execArgv: [], workerData: { plan, stop: new SharedArrayBuffer(4) } })
        .on('message', (message) => console.log(message.type));`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, order, workerUrl('export').href]);
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) if (chunk.toString().includes('progress')) break;
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      expect(readdirSync(dirname(target))).toEqual(['visit.incomplete']);
      const left = `${target}.incomplete`;
      if (container === 'folder') {
        expect(readFileSync(join(left, 'NOTREADY.TXT'), 'utf8')).toContain('DO NOT USE');
        expect(existsSync(join(left, 'SHA256SUMS'))).toBe(false);
      } else {
        expect(spawnSync('unzip', ['-tq', left]).status).not.toBe(0);
      }
      await runInThread(plan, never, quiet);
      expect(readdirSync(dirname(target)).sort()).toEqual(['visit', 'visit.incomplete']);
    },
  );
});

/** A small file system of memory, mounted for one test; null where this process may not mount. */
function smallDisk(megabytes: number): string | null {
  const place = stock.target('stick');
  mkdirSync(place);
  const mounted =
    process.platform === 'linux' &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m`, 'tmpfs', place]).status === 0;
  return mounted ? place : null;
}

function failing(code: string): ReturnType<typeof watched> {
  return watched({
    report: ({ done }) => {
      if (done === 5) throw Object.assign(new Error(code), { code });
    },
  });
}

describe('a destination that fails', () => {
  it.each(['folder', 'zip'] as const)(
    'by being full leaves no %s behind and says how much was wanted',
    async (container) => {
      const all = images(12, 500_000);
      const disk = smallDisk(4);
      try {
        const target = join(disk ?? dirname(stock.target()), 'visit');
        const plan = planOf(target, [patientOf(all)], { container });
        const run = disk === null ? runPlan(plan, failing('ENOSPC')) : runInThread(plan, never, quiet);
        await expect(run).rejects.toMatchObject({ code: 'EXPORT_TARGET_FULL', details: { needed: '6 MB' } });
        expect(readdirSync(dirname(target))).toEqual([]);
      } finally {
        if (disk !== null) execFileSync('umount', [disk]);
      }
    },
  );

  it.each(['folder', 'zip'] as const)('by being pulled out makes no %s that looks finished', async (container) => {
    const all = images(400, 100_000);
    const disk = smallDisk(100);
    const target = join(disk ?? dirname(stock.target()), 'visit');
    const plan = planOf(target, [patientOf(all)], { container });
    let out = false;
    const pulled = watched({
      report: ({ done }) => {
        if (disk === null || out || done < 5) return;
        out = true;
        execFileSync('umount', ['-l', disk]);
      },
    });
    await expect(runPlan(plan, disk === null ? failing('EIO') : pulled)).rejects.toMatchObject({
      code: 'EXPORT_TARGET_LOST',
    });
    expect(readdirSync(dirname(target))).toEqual([]);
  });

  it('takes the root of a stick, where nothing beside it is on the stick', async () => {
    const disk = smallDisk(20) ?? stock.target();
    mkdirSync(disk, { recursive: true });
    mkdirSync(join(disk, 'System Volume Information'));
    const isDisk = statSync(disk).dev !== statSync(dirname(disk)).dev;
    try {
      await runInThread(planOf(disk, [patientOf(images(3, 1000))]), never, quiet);
      expect(readdirSync(disk).sort()).toEqual(['Doe, Jane (4711)', 'SHA256SUMS', 'System Volume Information']);
    } finally {
      if (isDisk) execFileSync('umount', [disk]);
    }
  });
});
