import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { sliceboxDriver } from '../../main/sync/remotes/slicebox';
import { freePort } from '../fixtures/free-port';
import { say } from './report';
import { startFarBox } from './transfers/far-box';
import { Near } from './transfers/near';
import { end } from './transfers/program';
import { writeSet, writeWarmUp } from './transfers/sizes';

/** What the outbox takes of a laptop: memory while large images leave, and everything while 10,000 wait for a remote that is away. */

const LARGE = { name: '200 images of 8 MiB', count: 200, side: 2896 };
/** What a size costs shows between two large ones: between small and large also how much the engine lets pile up before it collects. */
const TWICE = { name: '100 images of 16 MiB', count: 100, side: 4096 };
const SMALL = { name: '200 images of 64 KiB', count: 200, side: 256 };
const WAITING = 10_000;
const IDLE_MS = 60_000;
const LOOK_MS = 50;

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-outbox-'));

interface Peaks {
  readonly half: number;
  readonly whole: number;
}

/** Peak resident memory of a process in MiB, as the kernel counts it (proc(5), VmHWM). */
function peakOf(pid: number | undefined): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Sends a set to another program; gives the peaks of both when half of the images were there, and at the end. */
async function peaksOf(set: typeof LARGE): Promise<{ readonly sender: Peaks; readonly receiver: Peaks }> {
  const own = mkdtempSync(join(folder, 'peaks-'));
  const files = writeSet(own, set);
  const near = await Near.fill(join(own, 'near'), files, writeWarmUp(own));
  const far = await startFarBox(join(own, 'far'));
  const { remote } = (await near.sync.verbs['boxes.connect']({ name: 'far', url: far.url })).remote;
  const peaks = (): readonly [number, number] => [peakOf(process.pid), peakOf(far.process.pid)];
  let half: readonly [number, number] | undefined;
  const look = setInterval(() => {
    const came = readdirSync(join(own, 'far', 'objects'), { recursive: true, withFileTypes: true });
    if (half === undefined && came.filter((entry) => entry.isFile()).length >= set.count / 2) half = peaks();
  }, LOOK_MS);
  // Forgets the peak of making the files (proc(5), clear_refs).
  writeFileSync('/proc/self/clear_refs', '5');
  await near.until(await near.send(remote), 'proven');
  clearInterval(look);
  const whole = peaks();
  await near.close();
  await end(far.process, 'SIGINT');
  rmSync(own, { recursive: true });
  const at = (side: 0 | 1): Peaks => ({ half: half?.[side] ?? Number.NaN, whole: whole[side] });
  return { sender: at(0), receiver: at(1) };
}

async function memory(): Promise<void> {
  const small = await peaksOf(SMALL);
  say(`\nPeak memory of a box push, ${String(sliceboxDriver.parallel)} images under way at most`);
  for (const set of [LARGE, TWICE]) {
    const large = await peaksOf(set);
    for (const side of ['sender', 'receiver'] as const) {
      const { half, whole } = large[side];
      const perImage = (whole - small[side].whole) / sliceboxDriver.parallel;
      say(
        `  ${set.name}, ${side.padEnd(10)} after half: ${half.toFixed(0)} MiB   at the end: ${whole.toFixed(0)} MiB   ratio ${(whole / half).toFixed(2)}   with images of 64 KiB: ${small[side].whole.toFixed(0)} MiB   more for each under way: ${perImage.toFixed(1)} MiB`,
      );
    }
  }
  say('  goal: flat (ratio near 1, and the same for images twice as large); at most 8 MiB for each image under way');
}

/** Processor time in milliseconds and delay of the event loop while nothing is asked for. */
async function idle(): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const before = process.cpuUsage();
  await wait(IDLE_MS);
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  const ms = (nanoseconds: number): string => (nanoseconds / 1e6 - 10).toFixed(1);
  return `${((user + system) / 1000).toFixed(0)} ms at work in a minute   event loop late by p50 ${ms(delay.percentile(50))} ms, p99 ${ms(delay.percentile(99))} ms, at most ${ms(delay.max)} ms`;
}

async function waiting(): Promise<void> {
  const files = writeSet(folder, { name: 'waiting', count: 100, side: 32 });
  const near = await Near.fill(join(folder, 'near'), files, writeWarmUp(folder));
  const nothing = await idle();
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const authentication = { scheme: 'none' as const };
  const remote = await near.addRemote('away', {
    kind: 'orthanc',
    access: { url, authentication, headers: [], certificate: null },
  });
  for (let items = 0; items < WAITING; items += near.images.length) await near.send(remote);
  await near.sync.settled();
  const many = await idle();
  await near.close();
  say(`\nNobody does anything, and the remote is away`);
  say(`  nothing waits:       ${nothing}`);
  say(`  ${String(WAITING)} items wait:  ${many}`);
  say('  goal: the same');
}

try {
  await waiting();
  await memory();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
