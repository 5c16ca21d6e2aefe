import { describe, expect, it } from 'vitest';
import type { SyncOptions } from '../../../main/sync';
import { MemorySecrets } from '../../../main/sync/secrets';
import type { ErrorCode } from '../../../shared/errors';
import type { RemoteKey, TransactionKey } from '../../../shared/model/ids';
import { RemoteSettings } from '../../../shared/model/remotes/settings';
import { allImages, openForTest } from '../../fixtures/archive';
import { seeded } from '../../fixtures/chance';
import {
  addRemote,
  freely,
  itemsOf,
  type OutboxForTest,
  outboxWithImages,
  sendAll,
  statesOf,
  syncForTest,
} from '../../fixtures/outbox';
import { RudeNetwork, type Rudeness, type Swallowing } from '../../fixtures/rude-network';
import type { Peer, PeerKind } from '../remotes/contract';

/** A kind of remote that is reached over a network. */
export interface NetworkedKind extends PeerKind {
  /** Whether it speaks HTTP, so that something in between can answer for it. */
  readonly http: boolean;
  /** Method and target of the requests by which images go there; every POST when left out. */
  readonly uploads?: RegExp;
  /** What a server says that takes an image and loses it, and how that shows; left out where something in between cannot say it. */
  readonly lie?: Omit<Swallowing, 'kind' | 'to'> & { readonly shows: ErrorCode };
  /** Answers that refuse an image for good, and the reason that is given then. */
  readonly refusals?: readonly Refusal[];
  /** What comes with its 429. */
  readonly busy?: Readonly<Record<string, string>>;
  /** Silence may be noticed sooner where a far side answers at once. */
  readonly haste?: typeof HASTE;
  /** What a network repeats after proof has been found is only seen at the next sending: there is one before the far side is looked at. */
  readonly tidiesLater?: boolean;
}

interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code: ErrorCode;
}

const REFUSALS: readonly Refusal[] = [
  { status: 413, code: 'REMOTE_TOO_LARGE' },
  { status: 400, code: 'REMOTE_REFUSED' },
];

/** All networks of one far side: they behave alike. */
class Networks {
  private readonly networks: RudeNetwork[] = [];

  async add(port: number): Promise<number> {
    const network = await RudeNetwork.before(port);
    this.networks.push(network);
    return network.port;
  }

  get connections(): number {
    return Math.max(0, ...this.networks.map(({ connections }) => connections));
  }

  be(behaviour: Rudeness | ((connection: number) => Rudeness)): void {
    for (const network of this.networks) network.be(behaviour);
  }

  async close(): Promise<void> {
    await Promise.all(this.networks.map((network) => network.close()));
  }

  async open(): Promise<void> {
    await Promise.all(this.networks.map((network) => network.open()));
  }
}

/** Silence is noticed soon and tries follow one another quickly, so that hours of a bad link pass in seconds. */
export const HASTE: Required<Pick<SyncOptions, 'patience' | 'backOff'>> = {
  patience: { connectMs: 1500, idleMs: 1500 },
  backOff: (failures: number) => 40 * 2 ** Math.min(failures, 3),
};
/** The same for far sides in this very process. */
export const MORE_HASTE: typeof HASTE = {
  patience: { connectMs: 1000, idleMs: 500 },
  backOff: (failures: number) => 20 * 2 ** Math.min(failures, 2),
};

const WAIT = { timeout: 90_000, interval: 50 };
const IMAGES = 5;

/** Bytes into a connection at which it breaks: in the head, in an image, between two. */
const PLACES = [0, 150, 1000, 4000];

function faultsOf(kind: NetworkedKind): readonly (readonly [string, Rudeness])[] {
  return [
    ...PLACES.map((afterBytes) => [`is cut after ${String(afterBytes)} bytes`, { kind: 'cut', afterBytes }] as const),
    ['stalls in the head', { kind: 'stall', afterBytes: 10 }],
    ['stalls in an image', { kind: 'stall', afterBytes: 1200 }],
    ['lets 64 kbit through in a second', { kind: 'slow', bytesPerSecond: 8000 }],
    ['says everything twice', { kind: 'duplicate' }],
    ['resets every connection', { kind: 'reset' }],
    ['takes connections and never answers', { kind: 'halfOpen' }],
    ['loses the answers', { kind: 'loseAnswer', afterBytes: 1000 }],
    ...(kind.http
      ? ([
          ['says every request twice', { kind: 'repeat' }],
          ...[500, 503, 429, 401, 302, 200].map(
            (status) =>
              [
                `answers ${String(status)} by itself`,
                { kind: 'answer', status, headers: status === 429 ? (kind.busy ?? {}) : {} } as const,
              ] as const,
          ),
        ] as const)
      : []),
    ...(kind.lie === undefined
      ? []
      : [[`says ${String(kind.lie.status)} and loses it`, { kind: 'swallow', ...kind.lie, ...to(kind) }] as const]),
  ];
}

function to({ uploads }: NetworkedKind): Pick<Swallowing, 'to'> {
  return uploads === undefined ? {} : { to: uploads };
}

/** Faults that nothing gets through of, for as long as they last. */
const CLOSED = new Set<Rudeness['kind']>(['reset', 'halfOpen', 'answer', 'swallow']);
/** Faults that everything gets through of in the end. */
const PASSABLE = new Set<Rudeness['kind']>(['slow', 'duplicate', 'repeat']);
/** Of the others so many connections are struck: a question whether it is there, and some images. */
const STRUCK = 3;

/** What must hold of every remote on a network that behaves badly. */
export function describeRude(kind: NetworkedKind): void {
  const end = kind.proofs.length > 0 ? 'proven' : 'arrived';
  const haste = kind.haste ?? HASTE;

  /** A far side behind a rude network. */
  const start = async (): Promise<{ readonly peer: Peer; readonly network: Networks }> => {
    const network = new Networks();
    const peer = await kind.start((port) => network.add(port));
    return { peer, network };
  };

  /** The far side as a remote of an archive. */
  const join = async (peer: Peer, outbox: OutboxForTest, settings = peer.settings): Promise<RemoteKey> => {
    const remote = await addRemote(outbox.sync, 'far', settings, peer.secrets);
    await peer.introduce?.(outbox, remote);
    return remote;
  };

  /** The far side holds everything once, with equal content, and nobody stumbled. */
  const holdsAll = async (peer: Peer, outbox: OutboxForTest, remote: RemoteKey): Promise<void> => {
    const wanted = await (kind.expected?.(outbox) ??
      allImages(outbox.engine).then((rows) => rows.map(({ image }) => String(image))));
    if (kind.tidiesLater === true) {
      const look = async (): Promise<readonly string[]> => {
        const again = await sendAll(outbox, remote);
        await expect.poll(() => statesOf(outbox.sync, again), WAIT).toMatchObject({ [end]: wanted.length });
        return [...(await peer.held())].sort();
      };
      await expect.poll(look, WAIT).toEqual([...wanted].sort());
    } else expect([...(await peer.held())].sort()).toEqual([...wanted].sort());
    expect(outbox.faults).toEqual([]);
  };

  describe(`${kind.name} on a network that`, () => {
    it.each(faultsOf(kind))('%s: nothing is lost, and all of it is there once afterwards', async (_, rude) => {
      const { peer, network } = await start();
      const outbox = await outboxWithImages(IMAGES, haste);
      network.be((connection) =>
        PASSABLE.has(rude.kind) || CLOSED.has(rude.kind) || connection <= STRUCK ? rude : { kind: 'none' },
      );
      const remote = await join(peer, outbox);
      outbox.sync.start();
      const transaction = await sendAll(outbox, remote);
      if (CLOSED.has(rude.kind)) {
        // What was said to have been taken and is not there is found out: its item says so and waits again.
        await expect
          .poll(
            async () =>
              rude.kind === 'swallow'
                ? (await shown(outbox, transaction)).includes(kind.lie?.shows)
                : network.connections > STRUCK,
            WAIT,
          )
          .toBe(true);
        expect(await statesOf(outbox.sync, transaction)).toMatchObject({ proven: 0, refused: 0 });
        network.be({ kind: 'none' });
      }
      await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ [end]: IMAGES });
      await holdsAll(peer, outbox, remote);
    });

    it('has no name for it any more: it waits until there is one', async () => {
      const { peer } = await start();
      const outbox = await outboxWithImages(2, haste);
      const nameless = RemoteSettings.parse(
        JSON.parse(JSON.stringify(peer.settings).replace('127.0.0.1', 'nowhere.invalid')),
      );
      const remote = await join(peer, outbox, nameless);
      outbox.sync.start();
      const transaction = await sendAll(outbox, remote);
      const { verbs } = outbox.sync;
      await expect
        .poll(async () => (await verbs['remotes.list']({})).rows[0]?.activity.fault?.code, WAIT)
        .toBe('REMOTE_UNREACHABLE');
      await verbs['remotes.save']({ remote, name: 'far', settings: peer.settings, policy: freely, secrets: {} });
      await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ [end]: 2 });
      await holdsAll(peer, outbox, remote);
    });

    if (kind.http) {
      it.each(kind.refusals ?? REFUSALS)(
        'answers $status to every image: each is refused, with $code as the reason',
        async (refusal) => {
          const { peer, network } = await start();
          const outbox = await outboxWithImages(2, haste);
          network.be({ kind: 'swallow', ...refusal, body: () => '', ...to(kind) });
          const remote = await join(peer, outbox);
          outbox.sync.start();
          const transaction = await sendAll(outbox, remote);
          await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ refused: 2 });
          for (const { fault } of await itemsOf(outbox.sync, transaction)) expect(fault?.code).toBe(refusal.code);
          expect(await peer.held()).toEqual([]);
          network.be({ kind: 'none' });
          // Over a new connection: on the old one it is still answered so.
          await outbox.sync.verbs['remotes.save']({
            remote,
            name: 'far',
            settings: peer.settings,
            policy: freely,
            secrets: {},
          });
          await outbox.sync.verbs['outbox.retry']({ transaction });
          await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ [end]: 2 });
          await holdsAll(peer, outbox, remote);
        },
      );
    }

    it('is gone in the middle and comes back', async () => {
      const { peer, network } = await start();
      const outbox = await outboxWithImages(20, haste);
      const remote = await join(peer, outbox);
      outbox.sync.start();
      const transaction = await sendAll(outbox, remote);
      await expect.poll(async () => (await statesOf(outbox.sync, transaction)).waiting, WAIT).toBeLessThan(20);
      await network.close();
      await expect
        .poll(async () => {
          const [row] = (await outbox.sync.verbs['remotes.list']({})).rows;
          // All of them may have left before, and only proof is missing.
          const left = (row?.counts.waiting ?? 20) + (row?.counts.sending ?? 0) === 0;
          return left || row?.activity.condition === 'blocked';
        }, WAIT)
        .toBe(true);
      await network.open();
      await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ [end]: 20 });
      await holdsAll(peer, outbox, remote);
    });

    it.each([1, 2, 3])(
      'does whatever chance %i brings, while the program is closed and opened and the far side falls over',
      async (seed) => {
        const chance = seeded(seed);
        const rudenesses = faultsOf(kind).map(([, rude]) => rude);
        const { peer, network } = await start();
        const outbox = await outboxWithImages(12, haste);
        let rudeFor = 0;
        network.be((connection) =>
          connection <= rudeFor && chance.below(4) > 0 ? chance.oneOf(rudenesses) : { kind: 'none' },
        );
        const secrets = new MemorySecrets();
        let running: OutboxForTest = syncForTest(outbox.engine, secrets, haste);
        const remote = await join(peer, running);
        const transaction = await sendAll(running, remote);
        for (let act = 0; act < 4; act += 1) {
          rudeFor = network.connections + 6;
          const until = network.connections + 1 + chance.below(5);
          running.sync.start();
          await expect
            .poll(
              async () => network.connections >= until || (await statesOf(running.sync, transaction))[end] === 12,
              WAIT,
            )
            .toBe(true);
          if (act === 2) {
            await peer.leave();
            await peer.comeBack();
          }
          await running.sync.close();
          expect(running.faults).toEqual([]);
          await running.engine.close();
          const engine = await openForTest(outbox.engine.context.paths.root);
          running = syncForTest(engine, secrets, haste);
          expect((await statesOf(running.sync, transaction)).sending).toBe(0);
        }
        rudeFor = 0;
        running.sync.start();
        await expect.poll(() => statesOf(running.sync, transaction), WAIT).toMatchObject({ [end]: 12 });
        await holdsAll(peer, running, remote);
      },
    );
  });
}

/** Why the items of a transaction, or the remote as such, do not go on. */
async function shown({ sync }: OutboxForTest, transaction: TransactionKey): Promise<readonly (string | undefined)[]> {
  const { rows } = await sync.verbs['remotes.list']({});
  return [...(await itemsOf(sync, transaction)), ...rows.map(({ activity }) => activity)].map(
    ({ fault }) => fault?.code,
  );
}
