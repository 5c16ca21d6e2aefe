import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StateCounts } from '../../shared/contract/sync';
import { temporaryFolder } from '../fixtures/archive';
import { runCommand, startCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';
import { RudeNetwork } from '../fixtures/rude-network';

const IMAGES = 2000;
const YEAR_MS = 365 * 86_400_000;

/** Fieldbox as a process of its own that sends what waits; started again when it has come to an end by itself. */
class Sending {
  private child: ChildProcess | null = null;
  private stopped = false;
  clockMs = 0;

  constructor(private readonly archive: string) {}

  start(): void {
    this.stopped = false;
    const child = startCommand(['outbox', 'run', '--archive', this.archive, '--json'], { clockMs: this.clockMs });
    this.child = child;
    child.stdout?.resume();
    child.stderr?.resume();
    child.once('close', () => {
      if (!this.stopped) this.start();
    });
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.stopped = true;
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
}

describe('2,000 images on their way to Orthanc', () => {
  it(
    'are all there, once and byte for byte, after everything that can go wrong has gone wrong',
    { timeout: 900_000 },
    async () => {
      const folder = temporaryFolder();
      const archive = join(folder, 'archive');
      const source = join(folder, 'source');
      const hashes = [...writeInstances(source, IMAGES, 16).values()];
      expect((await runCommand('import', source, '--archive', archive)).code).toBe(0);
      const orthanc = await Orthanc.start();
      const network = await RudeNetwork.before(orthanc.port);
      const url = `http://127.0.0.1:${String(network.port)}`;
      expect((await runCommand('remote', 'add', 'far', 'orthanc', '--url', url, '--archive', archive)).code).toBe(0);
      const patients = Array.from({ length: IMAGES / 10 }, (_, at) => ['--patient', `P${String(at)}`]).flat();
      await runCommand('send', '--to', 'far', '--only-queue', ...patients, '--archive', archive);

      const arrived = async (): Promise<number> => {
        const answer = (await (await orthanc.ask('/statistics')).json()) as { CountInstances: number };
        return answer.CountInstances;
      };
      const until = async (count: number): Promise<void> => {
        while ((await arrived()) < count) await wait(20);
      };
      const sending = new Sending(archive);
      onTestFinished(() => sending.kill());
      sending.start();

      await until(200);
      await orthanc.close('SIGKILL');
      await orthanc.open();

      await until(400);
      await sending.kill();
      const caughtMidway = await arrived();
      sending.start();

      for (const count of [600, 900, 1200]) {
        await until(count);
        await network.close();
        await network.open();
      }

      await until(1500);
      await sending.kill();
      sending.clockMs = -YEAR_MS;
      sending.start();

      await until(1700);
      await sending.kill();
      await orthanc.close('SIGKILL');
      await network.close();
      await network.open();
      await orthanc.open();
      sending.start();

      const countsOf = async (): Promise<StateCounts> => {
        const listed = await runCommand('outbox', 'list', '--archive', archive, '--json');
        const { rows } = listed.json() as { rows: { counts: unknown }[] };
        return StateCounts.parse(rows[0]?.counts);
      };
      await until(IMAGES);
      let counts: StateCounts;
      do {
        await wait(2000); // it goes on proving; the archive has one opener at a time
        await sending.kill();
        counts = await countsOf();
        sending.start();
      } while (counts.proven < IMAGES && counts.refused + counts.parked === 0);
      await sending.kill();
      expect(counts).toEqual({
        waiting: 0,
        sending: 0,
        arrived: 0,
        proven: IMAGES,
        refused: 0,
        parked: 0,
        cancelled: 0,
      });
      expect([...(await orthanc.held())].sort()).toEqual(hashes.sort());
      // It would prove nothing if all had been over before anything went wrong.
      expect(caughtMidway).toBeLessThan(IMAGES);
    },
  );
});
