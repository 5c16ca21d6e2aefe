import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { FieldboxError } from '../../shared/errors';
import { BoxIntake } from '../../main/sync/boxes/intake';
import { GROUP_BYTES, GROUP_IMAGES, GroupAnswer, type GroupResult } from '../../main/sync/boxes/group';
import { LinkSpeed } from '../../main/sync/remotes/slicebox/link-speed';
import { allImages, importInto } from '../fixtures/archive';
import { boxAt, FieldboxPeer, reachable } from '../fixtures/boxes';
import { instanceBytes, sha256Of, writeInstances } from '../fixtures/instances';
import { addRemote, freely, itemsOf, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';
import { RudeNetwork } from '../fixtures/rude-network';
import type { SliceboxCaller } from '../fixtures/slicebox-caller';

const WAIT = { timeout: 60_000, interval: 50 };
const IMAGES = 60;

afterEach(() => vi.restoreAllMocks());

interface Member {
  readonly file: Uint8Array;
  readonly sha256?: string;
  readonly sequence: number;
}

/** A group as a Fieldbox sends it; what is given besides goes instead of what is right. */
function groupOf(members: readonly Member[], more: Readonly<Record<string, string>> = {}) {
  const images = members.map(({ file, sha256, sequence }) => ({
    transaction: 7,
    sequence,
    total: members.length,
    sha256: sha256 ?? sha256Of(file),
    bytes: file.length,
  }));
  const head = Buffer.from(JSON.stringify({ images }));
  const body = Buffer.concat([head, ...members.map(({ file }) => file)]);
  const headers = {
    'fieldbox-box': '2',
    'fieldbox-head': String(head.length),
    'content-length': String(body.length),
    ...more,
  };
  return { body, headers };
}

async function ask(caller: SliceboxCaller, members: readonly Member[], more: Readonly<Record<string, string>> = {}) {
  const { body, headers } = groupOf(members, more);
  return caller.ask('POST', '/images', body, headers);
}

function resultsIn(body: Buffer): readonly GroupResult[] {
  return GroupAnswer.parse(JSON.parse(body.toString('utf8'))).images;
}

const imageOf = (seed: number): Uint8Array => instanceBytes({ seed, side: 64 });

/** Two Fieldboxes with a network between them that is known to be fast as soon as one image has gone over it. */
async function twoBoxes(count = IMAGES, side = 64) {
  vi.spyOn(LinkSpeed.prototype, 'note').mockImplementation(function (this: LinkSpeed) {
    this.isFast = true;
  });
  const groups = vi.spyOn(BoxIntake.prototype, 'takeGroup');
  const peer = await FieldboxPeer.start();
  const address = await peer.offer();
  const network = await RudeNetwork.before(peer.port);
  const outbox = await outboxWithImages(0, { backOff: () => 50 });
  writeInstances(join(outbox.folder, 'more'), count, side);
  await importInto(outbox.engine, [join(outbox.folder, 'more')]);
  const at = (port: number) => boxAt(address.replace(`:${String(peer.port)}/`, `:${String(port)}/`));
  const own = async (): Promise<readonly string[]> =>
    (await allImages(outbox.engine)).map(({ image }) => String(image));
  const same = async (): Promise<void> => {
    expect([...(await peer.held())].sort()).toEqual([...(await own())].sort());
  };
  return { peer, network, outbox, at, groups, same };
}

describe('several images in one request', () => {
  it('have an answer each: taken, there already, refused, damaged, twice', async () => {
    const { caller, engine, sync } = await reachable(0);
    const [one, two, three] = [1, 2, 3].map(imageOf) as [Uint8Array, Uint8Array, Uint8Array];
    const noImage = Buffer.from('This is no image at all, whatever it is called.');
    const first = await ask(caller, [{ file: one, sequence: 1 }]);
    expect(resultsIn(first.body)).toEqual([{ status: 204, sha256: sha256Of(one) }]);
    const answer = await ask(caller, [
      { file: one, sequence: 1 },
      { file: two, sequence: 2 },
      { file: noImage, sequence: 3 },
      { file: three, sha256: sha256Of(imageOf(4)), sequence: 4 },
      { file: two, sequence: 2 },
      { file: three, sequence: 5 },
    ]);
    expect([answer.status, answer.headers['fieldbox-box']]).toEqual([200, '2']);
    expect(resultsIn(answer.body)).toEqual([
      { status: 204, sha256: sha256Of(one) },
      { status: 204, sha256: sha256Of(two) },
      { status: 400, rejected: 'FILE_UNKNOWN' },
      { status: 409 },
      { status: 409 },
      { status: 204, sha256: sha256Of(three) },
    ]);
    const held = (await allImages(engine)).map(({ image }) => String(image)).sort();
    expect(held).toEqual([one, two, three].map(sha256Of).sort());
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
    const [row] = (await sync.verbs['boxes.incoming']({ limit: 10, offset: 0 })).rows;
    expect(row).toMatchObject({ transaction: 7, received: 4, added: 3, rejected: 1 });
  });

  it('are refused as a whole where they are none, or more than may come at once; nothing of them is kept', async () => {
    const { caller, engine } = await reachable(0);
    const members = [1, 2].map((seed) => ({ file: imageOf(seed), sequence: seed }));
    const many = Array.from({ length: GROUP_IMAGES + 1 }, (_, at) => ({ file: Buffer.from([at]), sequence: at + 1 }));
    const large = [{ file: Buffer.alloc(GROUP_BYTES + 1), sequence: 1 }];
    const { body, headers } = groupOf(members);
    const short = Buffer.concat([body, Buffer.from('more')]);
    const answers = [
      await ask(caller, members, { 'fieldbox-head': '5' }),
      await ask(caller, members, { 'fieldbox-head': '-5' }),
      await caller.ask('POST', '/images', short, { ...headers, 'content-length': String(short.length) }),
      await ask(caller, many),
      await ask(caller, large),
      await ask(caller, members, { 'fieldbox-head': String(1024 * 1024) }),
      await caller.ask('POST', '/images', body, { 'content-length': String(body.length) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 401, 400, 400, 413, 413, 401]);
    expect(await allImages(engine)).toEqual([]);
    expect(resultsIn((await ask(caller, members)).body).map(({ status }) => status)).toEqual([204, 204]);
  });

  it('leave nothing behind when the connection is cut in the middle, and can come again', async () => {
    const { caller, engine, port } = await reachable(0);
    const members = [1, 2, 3].map((seed) => ({ file: imageOf(seed), sequence: seed }));
    const { body, headers } = groupOf(members);
    const lines = Object.entries({ Host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(port, '127.0.0.1');
    const path = `${new URL(caller.baseUrl).pathname}/images`;
    socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    await new Promise<void>((resolve) => socket.write(body.subarray(0, body.length - 100), () => resolve()));
    socket.destroy();
    const answer = await ask(caller, members);
    expect(resultsIn(answer.body).map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(await allImages(engine)).toHaveLength(3);
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
  });

  it('are to come singly when one of them ends its worker', async () => {
    const { caller, engine } = await reachable(0);
    const run = engine.context.pool.run.bind(engine.context.pool);
    vi.spyOn(engine.context.pool, 'run').mockImplementation((task, input, options) => {
      const isGroup: boolean = task === 'takeInGroup';
      return isGroup ? Promise.reject(new FieldboxError('WORKER_DIED')) : run(task, input, options);
    });
    const answer = await ask(
      caller,
      [1, 2].map((seed) => ({ file: imageOf(seed), sequence: seed })),
    );
    expect(resultsIn(answer.body)).toEqual([{ status: 409 }, { status: 409 }]);
    expect(await allImages(engine)).toEqual([]);
  });

  it('go so from one Fieldbox to another, each with its proof and booked once', async () => {
    const { peer, outbox, at, groups, same } = await twoBoxes();
    const { settings, secrets } = at(peer.port);
    const remote = await addRemote(outbox.sync, 'peer', settings, secrets);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: IMAGES });
    expect((await itemsOf(outbox.sync, transaction)).at(-1)?.proof).toMatchObject({ kind: 'hash', note: 'SHA-256' });
    expect(groups.mock.calls.length).toBeGreaterThan(0);
    expect(Math.max(...groups.mock.calls.map(([, , images]) => images.length))).toBeGreaterThan(1);
    await same();
    const [row] = (await peer.sync.verbs['boxes.incoming']({ limit: 1, offset: 0 })).rows;
    expect(row).toMatchObject({ received: IMAGES, added: IMAGES, rejected: 0, state: 'finished' });
    expect([...outbox.faults, ...peer.faults]).toEqual([]);
  });

  it('are as many as a group holds, also where each is larger than what is read ahead', async () => {
    const count = 42;
    const { peer, outbox, at, groups, same } = await twoBoxes(count, 1024);
    const { settings, secrets } = at(peer.port);
    const remote = await addRemote(outbox.sync, 'peer', settings, secrets);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: count });
    const most = Math.floor(GROUP_BYTES / (1024 * 1024 + 1));
    expect(groups.mock.calls.filter(([, , images]) => images.length === most).length).toBeGreaterThan(2);
    await same();
    expect([...outbox.faults, ...peer.faults]).toEqual([]);
  });

  it('go singly where a person has set a cap', async () => {
    const { peer, outbox, at, groups, same } = await twoBoxes(12);
    const { settings, secrets } = at(peer.port);
    const policy = { ...freely, bytesPerSecond: 2_000_000 };
    const remote = await addRemote(outbox.sync, 'peer', settings, secrets, policy);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 12 });
    expect(groups).not.toHaveBeenCalled();
    await same();
  });

  it.each([
    ['small', 64],
    ['larger', 1024],
  ])('do not suffer for a %s file that is not what was stored any more', async (_, side) => {
    const { peer, outbox, at } = await twoBoxes(12, side);
    const images = (await allImages(outbox.engine)).map(({ image }) => image);
    const worn = images[7];
    if (worn === undefined) throw new Error('Twelve images were taken in.');
    const path = outbox.engine.context.objects.path(worn);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 0xff, bytes.length - 1);
    writeFileSync(path, bytes);
    const { settings, secrets } = at(peer.port);
    const remote = await addRemote(outbox.sync, 'peer', settings, secrets);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 11, refused: 1 });
    const refused = (await itemsOf(outbox.sync, transaction)).find(({ state }) => state === 'refused');
    expect(refused).toMatchObject({ image: worn, fault: { code: 'OBJECT_DAMAGED' } });
    expect([...(await peer.held())].sort()).toEqual(images.filter((image) => image !== worn).sort());
  });

  it('come again after a cut in the middle of them, and after an answer that was lost', async () => {
    // So many that some are left for each fault, however few are ready at a time on a busy machine.
    const count = 120;
    const broken = 300_000;
    const { peer, network, outbox, at, same } = await twoBoxes(count, 256);
    const { settings, secrets } = at(network.port);
    const remote = await addRemote(outbox.sync, 'peer', settings, secrets);
    const brokeGroup = (kind: 'cut' | 'loseAnswer'): boolean =>
      network.broken.some((one) => one.kind === kind && /^POST \S+\/images$/.test(one.request));
    network.be(() => {
      if (!brokeGroup('cut')) return { kind: 'cut', afterBytes: broken };
      return brokeGroup('loseAnswer') ? { kind: 'none' } : { kind: 'loseAnswer', afterBytes: broken };
    });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => [brokeGroup('cut'), brokeGroup('loseAnswer')], WAIT).toEqual([true, true]);
    await outbox.sync.verbs['remotes.now']({ remote });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: count });
    await same();
    const [row] = (await peer.sync.verbs['boxes.incoming']({ limit: 1, offset: 0 })).rows;
    expect(row).toMatchObject({ received: count, added: count });
  });

  it.each(['is an older one', 'is exchanged for an older one'] as const)(
    'go singly when the other Fieldbox %s',
    async (when) => {
      const { peer, outbox, at, groups, same } = await twoBoxes();
      const older = await olderFieldbox(peer.port, when === 'is exchanged for an older one');
      const { settings, secrets } = at(older.port);
      const remote = await addRemote(outbox.sync, 'peer', settings, secrets);
      outbox.sync.start();
      const transaction = await sendAll(outbox, remote);
      await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: IMAGES });
      expect(groups).not.toHaveBeenCalled();
      expect(older.groups() > 0).toBe(when === 'is exchanged for an older one');
      await same();
    },
  );
});

/** Stands before a Fieldbox and makes an older one of it, which takes no groups: from the first group on, or from the beginning. */
async function olderFieldbox(port: number, fromFirstGroup: boolean) {
  let groups = 0;
  const version = (): string => (fromFirstGroup && groups === 0 ? '2' : '1');
  const refuse = (response: ServerResponse): void => {
    response.writeHead(401, { 'fieldbox-box': version() }).end('The resource requires authentication');
  };
  const server = createServer((incoming, response) => {
    if (/\/images$/.test(incoming.url ?? '')) {
      groups += 1;
      incoming.resume();
      incoming.once('end', () => refuse(response));
      return;
    }
    const { method, url: path, headers } = incoming;
    const passed = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'fieldbox-box': version() });
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  return { port: address.port, groups: () => groups };
}
