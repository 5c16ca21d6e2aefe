import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LinkSpeed } from '../../main/sync/remotes/slicebox/link-speed';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { runCommand, startCommand } from '../fixtures/command-line';
import { freePort } from '../fixtures/free-port';
import { writeInstances } from '../fixtures/instances';
import { itemsOf, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';

const WAIT = { timeout: 120_000, interval: 100 };
const IMAGES = 400;
const KILLS = 5;
/** Longest time that it may go on, after something has come, before it is killed. */
const LONGEST_MS = 100;

/** A Fieldbox that boxes reach, as a program of its own. */
class FarBox {
  private child: ChildProcess | null = null;

  private constructor(
    readonly archive: string,
    readonly url: string,
    private readonly port: string,
  ) {
    onTestFinished(() => this.kill());
  }

  static async make(): Promise<FarBox> {
    const archive = join(temporaryFolder(), 'far');
    const port = String(await freePort());
    await (await openForTest(archive)).close();
    await runCommand('hub', 'on', '--host', '127.0.0.1', '--port', port, '--archive', archive, '--json');
    const added = await runCommand('remote', 'add', 'near', 'slicebox', '--reached', '--archive', archive, '--json');
    return new FarBox(archive, (added.json() as { url: string }).url, port);
  }

  async start(): Promise<void> {
    const child = startCommand(['serve', '--hub', this.port, '--archive', this.archive, '--json']);
    this.child = child;
    child.stdout?.resume();
    await new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()));
    child.stderr?.resume();
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }

  /** What it holds, after a look at every byte. */
  async held(): Promise<readonly string[]> {
    const engine = await openForTest(this.archive);
    const held = (await allImages(engine)).map(({ image }) => String(image));
    const { missing, corrupt, orphaned } = await engine.verifyNow(true, unwatched);
    expect({ missing, corrupt, orphaned }).toEqual({ missing: [], corrupt: [], orphaned: [] });
    await engine.close();
    return held;
  }
}

describe('kill -9 of a Fieldbox that is sent groups of images', () => {
  it('loses nothing that it has said to be there', { timeout: 300_000 }, async () => {
    // Known to be fast, whatever else this machine has to do.
    vi.spyOn(LinkSpeed.prototype, 'note').mockImplementation(function (this: LinkSpeed) {
      this.isFast = true;
    });
    const far = await FarBox.make();
    const near = await outboxWithImages(0, { backOff: () => 50 });
    writeInstances(join(near.folder, 'more'), IMAGES, 64);
    await importInto(near.engine, [join(near.folder, 'more')]);
    await far.start();
    const { remote } = (await near.sync.verbs['boxes.connect']({ name: 'far', url: far.url })).remote;
    const transaction = await sendAll(near, remote);
    near.sync.start();
    const proven = async (): Promise<number> => (await statesOf(near.sync, transaction)).proven;
    for (let kills = 0; kills < KILLS && (await proven()) < IMAGES; kills += 1) {
      const before = await proven();
      await expect.poll(proven, { timeout: 120_000, interval: 10 }).toBeGreaterThan(before);
      await wait(randomInt(LONGEST_MS));
      await far.kill();
      await near.sync.settled();
      const said = (await itemsOf(near.sync, transaction)).filter(({ state }) => state === 'proven');
      const held = new Set(await far.held());
      expect(said.filter(({ image }) => !held.has(String(image)))).toEqual([]);
      await far.start();
      await near.sync.verbs['remotes.now']({ remote });
    }
    await expect.poll(proven, WAIT).toBe(IMAGES);
    await far.kill();
    const own = (await allImages(near.engine)).map(({ image }) => String(image));
    expect([...(await far.held())].sort()).toEqual(own.sort());
    vi.restoreAllMocks();
  });
});
