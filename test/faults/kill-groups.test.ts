import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BoxIntake } from '../../main/sync/boxes/intake';
import { LinkSpeed } from '../../main/sync/remotes/slicebox/link-speed';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { boxAt, FieldboxPeer } from '../fixtures/boxes';
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

describe('kill -9 of a Fieldbox that sends groups of images', () => {
  it(
    'right before it hears that a group is there sends nothing twice and proves all',
    { timeout: 300_000 },
    async () => {
      const far = await FieldboxPeer.start();
      const near = await sender(await far.offer());
      const killed: string[][] = [];
      const takeGroup = Reflect.get(BoxIntake.prototype, 'takeGroup');
      vi.spyOn(BoxIntake.prototype, 'takeGroup').mockImplementation(async function (this: BoxIntake, ...group) {
        const taken = await takeGroup.apply(this, group);
        if (killed.length < KILLS && near.isRunning()) {
          killed.push(group[2].map(({ sha256 }) => sha256));
          await near.kill();
        }
        return taken;
      });
      onTestFinished(() => void vi.restoreAllMocks());
      for (let kills = 1; kills <= KILLS; kills += 1) {
        await near.run();
        expect(killed).toHaveLength(kills);
        const last = killed.at(-1) ?? [];
        expect(last.length).toBeGreaterThan(1);
        expect(await far.held()).toEqual(expect.arrayContaining(last));
        const proven = new Set(await near.proven());
        expect(last.filter((image) => proven.has(image))).toEqual([]);
      }
      await near.run();
      expect([...(await near.proven())].sort()).toEqual([...near.images].sort());
      expect([...(await far.held())].sort()).toEqual([...near.images].sort());
      const { rows } = await far.sync.verbs['boxes.incoming']({ limit: 10, offset: 0 });
      expect(rows).toMatchObject([{ received: IMAGES, added: IMAGES, rejected: 0, state: 'finished' }]);
      expect(far.faults).toEqual([]);
    },
  );
});

/** An archive with images that wait for the box at an address, and the program that sends them. */
async function sender(address: string) {
  const folder = temporaryFolder();
  const archive = join(folder, 'near');
  // Large enough for a link to be seen to be fast, and small enough to go together.
  writeInstances(join(folder, 'in'), IMAGES, 256);
  const engine = await openForTest(archive);
  await importInto(engine, [join(folder, 'in')]);
  const studies = new Set((await allImages(engine)).map(({ StudyInstanceUID }) => StudyInstanceUID));
  const images = (await allImages(engine)).map(({ image }) => String(image));
  await engine.close();
  const at = ['--archive', archive, '--json'];
  await runCommand('remote', 'add', 'far', 'slicebox', '--url', address, ...at);
  vi.stubEnv('FIELDBOX_REMOTE_TOKEN', boxAt(address).secrets.token);
  onTestFinished(() => void vi.unstubAllEnvs());
  const chosen = [...studies].flatMap((uid) => ['--study', uid]);
  await runCommand('send', '--to', 'far', ...chosen, '--only-queue', ...at);
  let child: ChildProcess | null = null;
  /** Once for each run: another group may have been taken while it is dying. */
  const kill = async (): Promise<void> => {
    const dying = child;
    child = null;
    if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return;
    const ended = once(dying, 'close');
    dying.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return {
    images,
    kill,
    isRunning: (): boolean => child !== null,
    /** Sends until everything is there, or until it is killed. */
    run: async (): Promise<void> => {
      const running = startCommand(['outbox', 'run', ...at]);
      child = running;
      running.stdout?.resume();
      running.stderr?.resume();
      await once(running, 'close');
      child = null;
    },
    proven: async (): Promise<readonly string[]> => {
      const ledger = await runCommand('ledger', '--state', 'proven', ...at);
      return (ledger.json() as { rows: readonly { image: string }[] }).rows.map(({ image }) => image);
    },
  };
}
