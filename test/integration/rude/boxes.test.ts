import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import type { RemoteKey } from '../../../shared/model/ids';
import { MemorySecrets } from '../../../main/sync/secrets';
import { allImages, importInto, openForTest } from '../../fixtures/archive';
import { boxAt, FieldboxPeer, noise } from '../../fixtures/boxes';
import { seeded } from '../../fixtures/chance';
import { freePort } from '../../fixtures/free-port';
import { instanceBytes, sha256Of, writeInstances } from '../../fixtures/instances';
import {
  addRemote,
  itemsOf,
  type OutboxForTest,
  outboxWithImages,
  sendAll,
  statesOf,
  syncForTest,
} from '../../fixtures/outbox';
import { RudeNetwork, type Rudeness } from '../../fixtures/rude-network';
import { SliceboxCaller } from '../../fixtures/slicebox-caller';
import { SliceboxPeer } from '../../fixtures/slicebox-peer';
import { MORE_HASTE } from './rude';
import { noTls } from '../../../shared/model/listener-tls';

const WAIT = { timeout: 60_000, interval: 50 };
const IMAGES = 5;
/** Connections that are struck, where not all of them are. */
const STRUCK = 3;

/** A box that has images for this archive. */
interface Giver {
  readonly address: string;
  readonly port: number;
  /** SHA-256 of every image it has. */
  readonly images: readonly string[];
  /** Whether it has heard that all of them were taken. */
  isDone(): Promise<boolean>;
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

async function slicebox(count: number): Promise<Giver> {
  const peer = await SliceboxPeer.start();
  const files = Array.from({ length: count }, (_, seed) => instanceBytes({ seed }));
  const queued = peer.queue(files);
  return {
    address: peer.baseUrl,
    port: peer.listeningPort,
    images: files.map(sha256Of),
    isDone: () => Promise.resolve(queued.status === 'FINISHED' && peer.waiting === 0),
    leave: () => peer.close(),
    comeBack: () => peer.open(),
  };
}

async function fieldbox(count: number): Promise<Giver> {
  const peer = await FieldboxPeer.start();
  const address = await peer.offer();
  writeInstances(join(peer.folder, '..', 'in'), count);
  await importInto(peer.engine, [join(peer.folder, '..', 'in')]);
  const [row] = (await peer.sync.verbs['remotes.list']({})).rows;
  if (row === undefined) throw new Error('The box was given an address.');
  const transaction = await sendAll(peer, row.remote);
  return {
    address,
    port: peer.port,
    images: await peer.held(),
    isDone: async () => (await statesOf(peer.sync, transaction)).proven === count,
    leave: () => peer.leave(),
    comeBack: () => peer.comeBack(),
  };
}

const FETCH = /^GET \S+\/outgoing\/?\?/;
const DONE = /^POST \S+\/outgoing\/done/;
const FAULTS: readonly (readonly [string, Rudeness])[] = [
  ['is cut in a question', { kind: 'cut', afterBytes: 150 }],
  ['is cut in the head of an answer', { kind: 'cutAnswer', afterBytes: 60 }],
  ['is cut in an image', { kind: 'cutAnswer', afterBytes: 1500 }],
  ['stalls', { kind: 'stall', afterBytes: 400 }],
  ['lets 64 kbit through in a second', { kind: 'slow', bytesPerSecond: 8000 }],
  ['says everything twice', { kind: 'duplicate' }],
  ['says every request twice', { kind: 'repeat' }],
  ['resets every connection', { kind: 'reset' }],
  ['takes connections and never answers', { kind: 'halfOpen' }],
  ['loses the answers', { kind: 'loseAnswer', afterBytes: 500 }],
  ...[500, 401, 200, 404].map((status) => [`answers ${String(status)} by itself`, { kind: 'answer', status }] as const),
  ['says that images are not there', { kind: 'swallow', status: 404, body: () => 'No image', to: FETCH }],
  ['gives something else for images', { kind: 'swallow', status: 200, body: () => '<html></html>', to: FETCH }],
  ['says that it was heard and is not', { kind: 'swallow', status: 204, body: () => '', to: DONE }],
];
/** Faults that nothing can be taken through, for as long as they last. */
const CLOSED = new Set<Rudeness['kind']>(['reset', 'halfOpen', 'answer', 'swallow']);
const PASSABLE = new Set<Rudeness['kind']>(['slow', 'duplicate', 'repeat']);

/** Asks a box once for what it has; what keeps it from answering is named. */
async function fetchOnce({ sync }: OutboxForTest, remote: RemoteKey): Promise<string> {
  try {
    await sync.verbs['boxes.fetch']({ remote });
    return '';
  } catch (error) {
    if (error instanceof FieldboxError) return error.code;
    throw error;
  }
}

async function heldHere({ engine }: OutboxForTest): Promise<readonly string[]> {
  return (await allImages(engine)).map(({ image }) => String(image)).sort();
}

/** The address of a box behind a network. */
async function behind({ address, port }: Giver): Promise<{ readonly network: RudeNetwork; readonly url: string }> {
  const network = await RudeNetwork.before(port);
  return { network, url: address.replace(`:${String(port)}/`, `:${String(network.port)}/`) };
}

describe.each([
  ['a slicebox', slicebox],
  ['a Fieldbox', fieldbox],
])('fetching from %s on a network that', (_, give) => {
  it.each(FAULTS)('%s: every image comes once, and it hears so', async (_name, rude) => {
    const giver = await give(IMAGES);
    const { network, url } = await behind(giver);
    const here = await outboxWithImages(0, MORE_HASTE);
    const { remote } = (await here.sync.verbs['boxes.connect']({ name: 'far', url })).remote;
    network.be((connection) =>
      PASSABLE.has(rude.kind) || CLOSED.has(rude.kind) || connection <= STRUCK ? rude : { kind: 'none' },
    );
    if (CLOSED.has(rude.kind)) {
      while (network.connections <= STRUCK) await fetchOnce(here, remote);
      expect(await giver.isDone()).toBe(false);
      const { rows } = await here.sync.verbs['boxes.incoming']({ limit: 10, offset: 0 });
      expect(rows.map(({ rejected }) => rejected).filter((count) => count > 0)).toEqual([]);
      network.be({ kind: 'none' });
    }
    await expect
      .poll(async () => {
        await fetchOnce(here, remote);
        return giver.isDone();
      }, WAIT)
      .toBe(true);
    expect(await heldHere(here)).toEqual([...giver.images].sort());
    const { rows } = await here.sync.verbs['boxes.incoming']({ limit: 10, offset: 0 });
    expect(rows).toMatchObject([{ state: 'finished', total: IMAGES, received: IMAGES, added: IMAGES, rejected: 0 }]);
    expect(leftIn(here)).toEqual([]);
    expect(here.faults).toEqual([]);
  });

  it.each([1, 2])('does whatever chance %i brings, while both sides are closed and opened', async (seed) => {
    const chance = seeded(seed);
    const giver = await give(12);
    const { network, url } = await behind(giver);
    const outbox = await outboxWithImages(0, MORE_HASTE);
    const secrets = new MemorySecrets();
    let here = syncForTest(outbox.engine, secrets, MORE_HASTE);
    const { remote } = (await here.sync.verbs['boxes.connect']({ name: 'far', url })).remote;
    for (let act = 0; act < 4; act += 1) {
      const rudeFor = network.connections + 6;
      network.be((connection) =>
        connection <= rudeFor && chance.below(4) > 0 ? chance.oneOf(FAULTS)[1] : { kind: 'none' },
      );
      here.sync.start();
      const until = network.connections + 1 + chance.below(4);
      await expect.poll(async () => network.connections >= until || (await giver.isDone()), WAIT).toBe(true);
      if (act === 1) {
        await giver.leave();
        await giver.comeBack();
      }
      await here.sync.close();
      expect(here.faults).toEqual([]);
      await here.engine.close();
      here = syncForTest(await openForTest(outbox.engine.context.paths.root), secrets, MORE_HASTE);
    }
    network.be({ kind: 'none' });
    await expect
      .poll(async () => {
        await fetchOnce(here, remote);
        return giver.isDone();
      }, WAIT)
      .toBe(true);
    expect(await heldHere(here)).toEqual([...giver.images].sort());
    expect(leftIn(here)).toEqual([]);
    expect(here.faults).toEqual([]);
  });
});

/** Files on their way in that nobody has tidied up. */
function leftIn({ engine }: OutboxForTest): readonly string[] {
  return readdirSync(engine.context.paths.incoming);
}

describe('an archive that sliceboxes reach on a network that', () => {
  /** It, with the address that one of them has, through the network. */
  async function reached(count: number) {
    const outbox = await outboxWithImages(count, MORE_HASTE);
    const port = await freePort();
    await outbox.sync.verbs['hub.set']({ on: true, host: '127.0.0.1', port, publicUrl: '', tls: noTls });
    outbox.sync.start();
    await outbox.sync.hub();
    const { remote, url } = await outbox.sync.verbs['boxes.createConnection']({ name: 'uni' });
    const network = await RudeNetwork.before(port);
    const caller = new SliceboxCaller(url.replace(`:${String(port)}/`, `:${String(network.port)}/`), 500);
    return { ...outbox, remote: remote.remote, network, caller };
  }

  const PASSING = FAULTS.filter(([, { kind }]) => kind !== 'answer' && kind !== 'swallow');

  it.each(PASSING)('%s: what they push is taken once', async (_, rude) => {
    const { network, caller, ...outbox } = await reached(0);
    const files = Array.from({ length: IMAGES }, (_empty, seed) => instanceBytes({ seed }));
    network.be((connection) => (PASSABLE.has(rude.kind) || connection <= STRUCK ? rude : { kind: 'none' }));
    // A batch that fails is sent again, with all that was not answered.
    await expect.poll(() => caller.push(12, files).catch(() => []), WAIT).toEqual(files.map(() => 204));
    expect(await heldHere(outbox)).toEqual(files.map(sha256Of).sort());
    const { rows } = await outbox.sync.verbs['boxes.incoming']({ limit: 10, offset: 0 });
    expect(rows).toMatchObject([{ state: 'finished', total: IMAGES, received: IMAGES, added: IMAGES, rejected: 0 }]);
    await expect.poll(() => leftIn(outbox), WAIT).toEqual([]);
    expect(outbox.faults).toEqual([]);
  });

  it.each(PASSING)('%s: what they fetch is theirs before it counts as delivered', async (_, rude) => {
    const { network, caller, ...outbox } = await reached(IMAGES);
    const transaction = await sendAll(outbox, outbox.remote);
    network.be((connection) => (PASSABLE.has(rude.kind) || connection <= STRUCK ? rude : { kind: 'none' }));
    const open = async (): Promise<number> => {
      await caller.poll().catch(() => 0);
      const { waiting, sending } = await statesOf(outbox.sync, transaction);
      return waiting + sending;
    };
    await expect.poll(open, WAIT).toBe(0);
    const states = await statesOf(outbox.sync, transaction);
    expect(states.arrived + states.proven).toBe(IMAGES);
    expect([...new Set(caller.stored.map(sha256Of))].sort()).toEqual(await heldHere(outbox));
    expect(outbox.faults).toEqual([]);
  });

  it('breaks an image off just before the program is started anew: it is offered again', async () => {
    const outbox = await outboxWithImages(1, MORE_HASTE);
    const hub = { on: true, host: '127.0.0.1', port: await freePort(), publicUrl: '', tls: noTls };
    await outbox.sync.verbs['hub.set'](hub);
    outbox.sync.start();
    await outbox.sync.hub();
    const { remote, url } = await outbox.sync.verbs['boxes.createConnection']({ name: 'uni' });
    const transaction = await sendAll(outbox, remote.remote);
    const caller = new SliceboxCaller(url);
    const [offered] = JSON.parse((await caller.ask('GET', '/outgoing/poll?n=1')).body.toString()) as unknown[];
    await outbox.sync.close();
    await outbox.engine.close();
    const again = syncForTest(await openForTest(outbox.engine.context.paths.root), undefined, MORE_HASTE);
    again.sync.start();
    await again.sync.hub();
    // A slicebox takes what breaks off for a bad image: it is done with it, and its count stays as it was.
    expect((await caller.json('POST', '/outgoing/done', offered)).status).toBe(204);
    expect(await statesOf(again.sync, transaction)).toMatchObject({ waiting: 1, arrived: 0 });
    expect(await caller.poll()).toBe(1);
    expect(await statesOf(again.sync, transaction)).toMatchObject({ proven: 1 });
    expect(caller.stored.map(sha256Of)).toEqual(await heldHere(again));
  });
});

describe('two Fieldboxes', () => {
  const SIZE = 3 * 1024 * 1024;
  const CUT = 700 * 1024;
  const CUTS = 6;
  /** Less than what goes when each time all is begun anew: all cuts, and the whole at the end. */
  const KEEPING = (CUTS - 1) * CUT + SIZE;

  it('bring an image over a link that is cut again and again inside it, without beginning anew', async () => {
    const peer = await FieldboxPeer.start();
    const network = await RudeNetwork.before(peer.port);
    const here = await outboxWithImages(0, MORE_HASTE);
    await importInto(here.engine, [noise(join(here.folder, 'noise'), SIZE)]);
    const address = (await peer.offer()).replace(`:${String(peer.port)}/`, `:${String(network.port)}/`);
    const { settings, secrets } = boxAt(address);
    network.be((connection) => (connection <= CUTS ? { kind: 'cut', afterBytes: CUT } : { kind: 'none' }));
    const remote = await addRemote(here.sync, 'far', settings, secrets);
    here.sync.start();
    const transaction = await sendAll(here, remote);
    await expect.poll(() => statesOf(here.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    expect((await itemsOf(here.sync, transaction))[0]?.proof).toMatchObject({ kind: 'hash' });
    expect(await peer.held()).toEqual(await heldHere(here));
    // What was on the line at each cut is all that goes twice; how much that is, the machine's buffers say.
expect(network.passed.there).toBeLessThan(KEEPING);
    expect([...here.faults, ...peer.faults]).toEqual([]);
  });

  it('fetch an image over a link that is cut again and again inside it, without beginning anew', async () => {
    const peer = await FieldboxPeer.start();
    const network = await RudeNetwork.before(peer.port);
    const url = (await peer.offer()).replace(`:${String(peer.port)}/`, `:${String(network.port)}/`);
    await importInto(peer.engine, [noise(join(peer.folder, '..', 'noise'), SIZE)]);
    const [row] = (await peer.sync.verbs['remotes.list']({})).rows;
    if (row === undefined) throw new Error('The box was given an address.');
    const transaction = await sendAll(peer, row.remote);
    const here = await outboxWithImages(0, MORE_HASTE);
    const { remote } = (await here.sync.verbs['boxes.connect']({ name: 'far', url })).remote;
    network.be((connection) => (connection <= CUTS ? { kind: 'cutAnswer', afterBytes: CUT } : { kind: 'none' }));
    await expect
      .poll(async () => {
        await fetchOnce(here, remote);
        return statesOf(peer.sync, transaction);
      }, WAIT)
      .toMatchObject({ proven: 1 });
    expect(await peer.held()).toEqual(await heldHere(here));
    expect(network.passed.back).toBeLessThan(KEEPING);
    expect([...here.faults, ...peer.faults]).toEqual([]);
  });
});
