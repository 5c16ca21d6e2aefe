import { describe, expect, it } from 'vitest';
import type { RemoteKey } from '../../../shared/model/ids';
import type { ProofKind } from '../../../shared/model/remotes/access';
import type { RemoteSettings } from '../../../shared/model/remotes/settings';
import { MemorySecrets } from '../../../main/sync/secrets';
import { allImages, openForTest } from '../../fixtures/archive';
import { addRemote, type OutboxForTest, outboxWithImages, sendAll, statesOf, syncForTest } from '../../fixtures/outbox';

/** A running far side, seen from the tests and never through Fieldbox's own code. */
export interface Peer {
  readonly settings: RemoteSettings;
  readonly secrets?: Readonly<Record<string, string>>;
  /** SHA-256 (or another name of the content that `expected` gives too) of everything it holds, once for each copy. */
  held(): Promise<readonly string[]>;
  /** Makes it unreachable, and reachable again with all it held. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  /** What a person would say once before the first image goes, such as who the patients are there. */
  introduce?(outbox: OutboxForTest, remote: RemoteKey): Promise<void>;
}

/** Puts something between the client and a port of the far side; gives the port to speak to instead. */
export type Through = (port: number) => Promise<number>;

export interface PeerKind {
  readonly name: string;
  readonly proofs: readonly ProofKind[];
  /** Starts one for a test, reached through something if that is given; it ends with the test. */
  start(through?: Through): Promise<Peer>;
  /** What `held` says of the images of the archive: their hashes, when nothing is said. */
  expected?(outbox: OutboxForTest): Promise<readonly string[]>;
}

const WAIT = { timeout: 60_000, interval: 100 };

/** What every kind of remote must do, whatever its protocol. */
export function describeRemote(kind: PeerKind): void {
  const wanted = async (outbox: OutboxForTest): Promise<readonly string[]> =>
    [
      ...(await (kind.expected?.(outbox) ??
        allImages(outbox.engine).then((rows) => rows.map(({ image }) => String(image))))),
    ].sort();
  const end = kind.proofs.length > 0 ? 'proven' : 'arrived';

  describe(`${kind.name} as a remote`, () => {
    it('takes every image once, with the same content, and proves what it can', async () => {
      const peer = await kind.start();
      const outbox = await outboxWithImages(12);
      const remote = await addRemote(outbox.sync, 'far', peer.settings, peer.secrets);
      await peer.introduce?.(outbox, remote);
      outbox.sync.start();
      const transaction = await sendAll(outbox, remote);
      await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ [end]: 12 });
      expect([...(await peer.held())].sort()).toEqual(await wanted(outbox));
      expect(outbox.faults).toEqual([]);
      const { rows } = await outbox.sync.verbs['remotes.list']({});
      expect(rows[0]?.proofs).toEqual(kind.proofs);
    });

    it('says in a test what works and what it can prove', async () => {
      const peer = await kind.start();
      const outbox = await outboxWithImages(1);
      const secrets = { ...peer.secrets };
      const good = await outbox.sync.verbs['remotes.test']({ settings: peer.settings, secrets });
      expect(good.steps.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      expect(good.steps.some(({ outcome }) => outcome === 'passed')).toBe(true);
      await peer.leave();
      const bad = await outbox.sync.verbs['remotes.test']({ settings: peer.settings, secrets });
      expect(bad.steps[0]).toMatchObject({ step: 'reach', outcome: 'failed' });
    });

    it('loses nothing while it is away, and holds everything once after it came back', async () => {
      const peer = await kind.start();
      const outbox = await outboxWithImages(8);
      await peer.leave();
      const remote = await addRemote(outbox.sync, 'far', peer.settings, peer.secrets);
      await peer.introduce?.(outbox, remote);
      outbox.sync.start();
      const transaction = await sendAll(outbox, remote);
      await expect
        .poll(async () => (await outbox.sync.verbs['remotes.list']({})).rows[0]?.activity.condition, WAIT)
        .toBe('blocked');
      expect(await statesOf(outbox.sync, transaction)).toMatchObject({ proven: 0, arrived: 0, refused: 0 });
      await peer.comeBack();
      await outbox.sync.verbs['remotes.now']({ remote });
      await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ [end]: 8 });
      expect([...(await peer.held())].sort()).toEqual(await wanted(outbox));
    });

    it('does no harm when the same is sent twice', async () => {
      const peer = await kind.start();
      const outbox = await outboxWithImages(5);
      const remote = await addRemote(outbox.sync, 'far', peer.settings, peer.secrets);
      await peer.introduce?.(outbox, remote);
      outbox.sync.start();
      for (const transaction of [await sendAll(outbox, remote), await sendAll(outbox, remote)])
        await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ [end]: 5 });
      expect([...(await peer.held())].sort()).toEqual(await wanted(outbox));
    });

    it('goes on after the program was closed in the middle', async () => {
      const peer = await kind.start();
      const outbox = await outboxWithImages(30);
      const secrets = new MemorySecrets();
      const first = syncForTest(outbox.engine, secrets);
      const remote = await addRemote(first.sync, 'far', peer.settings, peer.secrets);
      await peer.introduce?.(first, remote);
      const transaction = await sendAll(first, remote);
      first.sync.start();
      await expect
        .poll(async () => (await statesOf(first.sync, transaction)).waiting, { ...WAIT, interval: 5 })
        .toBeLessThan(30);
      await first.sync.close();
      await outbox.engine.close();
      const engine = await openForTest(outbox.engine.context.paths.root);
      const second = syncForTest(engine, secrets);
      expect((await statesOf(second.sync, transaction)).sending).toBe(0);
      second.sync.start();
      await expect.poll(() => statesOf(second.sync, transaction), WAIT).toMatchObject({ [end]: 30 });
      expect([...(await peer.held())].sort()).toEqual(await wanted(second));
    });
  });
}
