import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allImages, importInto, openForTest, temporaryFolder } from '../../fixtures/archive';
import { boxAt } from '../../fixtures/boxes';
import { instanceBytes, sha256Of, writeInstances } from '../../fixtures/instances';
import { addRemote, itemsOf, outboxWithImages, sendAll, statesOf, syncForTest } from '../../fixtures/outbox';
import { codeOf } from '../../fixtures/people';
import { RudeNetwork } from '../../fixtures/rude-network';
import { SliceboxPeer } from '../../fixtures/slicebox-peer';
import { describeRemote } from './contract';
import { fieldboxKind, sliceboxKind } from './kinds';

const WAIT = { timeout: 60_000, interval: 50 };
/** Tries follow one another at once. */
const HASTE = { backOff: () => 40 };

describeRemote(sliceboxKind);
describeRemote(fieldboxKind);

describe('pushing to a slicebox', () => {
  it('has the form of slicebox, byte for byte, and tells how the transaction ended', async () => {
    const peer = await SliceboxPeer.start();
    const outbox = await outboxWithImages(3);
    const { remote } = (await outbox.sync.verbs['boxes.connect']({ name: 'uni', url: ` ${peer.baseUrl}/ ` })).remote;
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 3 });
    const [item] = await itemsOf(outbox.sync, transaction);
    expect(item?.proof).toMatchObject({ kind: 'status', note: 'FINISHED' });

    const posts = peer.seen.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(3);
    const form =
      /^\/api\/transactions\/[0-9a-f-]{36}\/image\?transactionid=(\d+)&sequencenumber=([123])&totalimagecount=3$/;
    expect(new Set(posts.map(({ url }) => form.exec(url)?.[1])).size).toBe(1);
    expect(posts.map(({ url }) => form.exec(url)?.[2]).sort()).toEqual(['1', '2', '3']);
    for (const { headers, body } of posts) {
      expect(headers).toMatchObject({ 'transfer-encoding': 'chunked', 'content-type': 'application/octet-stream' });
      expect(headers).not.toHaveProperty('content-encoding');
      expect(headers).not.toHaveProperty('authorization');
      expect(body[0]).toBe(0x78); // RFC 1950
      expect(inflateSync(body).subarray(128, 132).toString('latin1')).toBe('DICM');
    }
    const number = Number(form.exec(posts[0]?.url ?? '')?.[1]);
    expect(peer.incoming.get(number)).toEqual({
      outgoingTransactionId: number,
      receivedImageCount: 3,
      addedImageCount: 3,
      totalImageCount: 3,
      status: 'FINISHED',
    });
    const ends = peer.seen.filter(({ url }) => url.includes('/status?'));
    expect(ends.map(({ method }) => method)).toEqual(['GET', 'PUT']); // asked before it was told
    expect(ends[1]?.headers['content-type']).toBe('application/json');
    expect(ends[1]?.body.toString()).toBe('{"status":"FINISHED"}');
    expect(outbox.faults).toEqual([]);
  });

  it('refuses what a slicebox would take with 204 and drop, and says that the transaction is not whole', async () => {
    const peer = await SliceboxPeer.start();
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    const outbox = syncForTest(engine);
    writeInstances(join(folder, 'in'), 2);
    await importInto(engine, [join(folder, 'in')]);
    const remote = await addRemote(outbox.sync, 'uni', boxAt(peer.baseUrl).settings, boxAt(peer.baseUrl).secrets);
    await importInto(engine, [writePhotographic(folder)]);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ arrived: 2, refused: 1 });
    expect((await itemsOf(outbox.sync, transaction)).find(({ state }) => state === 'refused')?.fault?.code).toBe(
      'REMOTE_UNSUITED',
    );
    await expect.poll(() => [...peer.incoming.values()].map(({ status }) => status), WAIT).toEqual(['FAILED']);
  });

  it('is not deceived by one that says 204 and keeps nothing, nor by a page that is no box', async () => {
    const peer = await SliceboxPeer.start();
    peer.override = ({ url, method }) => {
      if (method === 'POST' && url.includes('/image')) return { status: 204 };
      return undefined;
    };
    const outbox = await outboxWithImages(1);
    const remote = await addRemote(outbox.sync, 'uni', boxAt(peer.baseUrl).settings, boxAt(peer.baseUrl).secrets);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect
      .poll(async () => (await itemsOf(outbox.sync, transaction))[0]?.fault?.code, WAIT)
      .toBe('REMOTE_NOT_KEPT');
    expect(await statesOf(outbox.sync, transaction)).toMatchObject({ proven: 0, arrived: 0 });

    peer.override = () => ({ status: 404, body: 'Not here' }); // any web server
    const tested = await outbox.sync.verbs['remotes.test']({
      remote,
      settings: boxAt(peer.baseUrl).settings,
      secrets: {},
    });
    expect(tested.steps[0]).toMatchObject({ step: 'reach', outcome: 'failed', fault: { code: 'REMOTE_ANSWER' } });
  });

  it('says that a token is wrong, and that a transaction was given up there', async () => {
    const peer = await SliceboxPeer.start();
    const outbox = await outboxWithImages(2);
    const { settings, secrets } = boxAt(peer.baseUrl);
    const wrong = await outbox.sync.verbs['remotes.test']({
      settings,
      secrets: { token: '00000000-0000-4000-8000-000000000000' },
    });
    expect(wrong.steps).toContainEqual(
      expect.objectContaining({ step: 'login', outcome: 'failed', fault: { code: 'BOX_TOKEN', details: {} } }),
    );
    peer.override = ({ method, url }) =>
      method === 'GET' && url.includes('/status')
        ? { status: 200, json: true, body: '{"status":"FAILED"}' }
        : undefined;
    const remote = await addRemote(outbox.sync, 'uni', settings, secrets);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ refused: 2 });
    expect((await itemsOf(outbox.sync, transaction))[0]?.fault?.code).toBe('BOX_FAILED_THERE');
  });

  it('that counts fewer images than it has said yes to gets them once more', async () => {
    const peer = await SliceboxPeer.start();
    let lost = 0;
    peer.override = ({ method, url }) =>
      method === 'POST' && url.includes('sequencenumber=2&') && (lost += 1) === 1 ? { status: 204 } : undefined;
    const outbox = await outboxWithImages(3, HASTE);
    const remote = await addRemote(outbox.sync, 'uni', boxAt(peer.baseUrl).settings, boxAt(peer.baseUrl).secrets);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 3 });
    expect(new Set(peer.held())).toEqual(new Set((await allImages(outbox.engine)).map(({ image }) => String(image))));
    expect(peer.held()).toHaveLength(3);
    expect((await itemsOf(outbox.sync, transaction))[0]?.proof?.note).toBe('FINISHED, 3 sent again');
  });

  it('that repeats later what was said of an earlier try is not taken for having given the transaction up', async () => {
    const peer = await SliceboxPeer.start();
    peer.override = ({ method }) => (method === 'POST' ? { status: 413 } : undefined);
    const outbox = await outboxWithImages(2, HASTE);
    const remote = await addRemote(outbox.sync, 'uni', boxAt(peer.baseUrl).settings, boxAt(peer.baseUrl).secrets);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ refused: 2 });
    await expect.poll(() => peer.seen.filter(({ method }) => method === 'PUT').length, WAIT).toBe(1);
    let asked = 0;
    peer.override = ({ method }) =>
      method === 'GET' && [...peer.incoming.values()].some(({ status }) => status === 'FINISHED') && (asked += 1) === 1
        ? { status: 200, json: true, body: '{"status":"FAILED"}' }
        : undefined;
    await outbox.sync.verbs['outbox.retry']({ transaction });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 2 });
    expect(peer.held()).toHaveLength(2);
  });

  it('is asked nothing that something in between could answer in its place', async () => {
    const peer = await SliceboxPeer.start();
    const network = await RudeNetwork.before(peer.listeningPort);
    const outbox = await outboxWithImages(1, HASTE);
    const { settings, secrets } = boxAt(peer.baseUrl.replace(String(peer.listeningPort), String(network.port)));
    const remote = await addRemote(outbox.sync, 'uni', settings, secrets);
    network.be({ kind: 'swallow', status: 204, body: () => '' });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect
      .poll(async () => (await outbox.sync.verbs['remotes.list']({})).rows[0]?.activity.fault, WAIT)
      .toEqual({ code: 'REMOTE_ANSWER', details: { what: 'another server' } });
    expect(await statesOf(outbox.sync, transaction)).toMatchObject({ arrived: 0, proven: 0, refused: 0 });
    network.be({ kind: 'none' });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });
  });

  it('never sends an HTTP chunk above 5 MiB', async () => {
    const chunks: number[] = [];
    const server = createServer((socket) => {
      let bytes = Buffer.alloc(0);
      let inBody = false;
      socket.on('error', () => undefined);
      socket.on('data', (part: Buffer) => {
        bytes = Buffer.concat([bytes, part]);
        for (;;) {
          const end = bytes.indexOf('\r\n');
          if (!inBody) {
            const head = bytes.indexOf('\r\n\r\n');
            if (head === -1) return;
            const text = bytes.subarray(0, head).toString('latin1');
            bytes = bytes.subarray(head + 4);
            if (text.includes('chunked')) inBody = true;
            else if (text.startsWith('GET')) {
              const status = text.includes(TOKEN) ? '404 Not Found' : '401 Unauthorized';
              socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
            }
            continue;
          }
          if (end === -1) return;
          const size = Number.parseInt(bytes.subarray(0, end).toString('latin1'), 16);
          if (bytes.length < end + 2 + size + 2) return;
          chunks.push(size);
          bytes = bytes.subarray(end + 2 + size + 2);
          if (size > 0) continue;
          inBody = false;
          socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    writeInstances(join(folder, 'in'), 1, 4096); // 16 MiB of pixels
    await importInto(engine, [join(folder, 'in')]);
    const outbox = syncForTest(engine);
    const url = `http://127.0.0.1:${String(port)}/api/transactions`;
    const remote = await addRemote(outbox.sync, 'uni', boxAt(`${url}/${TOKEN}`).settings, { token: TOKEN });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => chunks.at(-1), WAIT).toBe(0);
    await outbox.sync.verbs['outbox.cancel']({ transaction });
    expect(Math.max(...chunks)).toBeLessThanOrEqual(5 * 1024 * 1024);
  });
});

const TOKEN = '1f0c1c0e-6c1e-4a3c-9d0e-0d6b7a2a9c11';

describe('fetching from a slicebox', () => {
  it('takes images in, says so in the form of slicebox, and ends the transaction', async () => {
    const peer = await SliceboxPeer.start();
    const files = [0, 1, 2].map((seed) => instanceBytes({ seed }));
    const queued = peer.queue(files);
    const outbox = await outboxWithImages(0);
    const { remote } = (await outbox.sync.verbs['boxes.connect']({ name: 'uni', url: peer.baseUrl })).remote;
    expect(await outbox.sync.verbs['boxes.fetch']({ remote })).toEqual({ received: 3, rejected: 0 });
    expect((await allImages(outbox.engine)).map(({ image }) => String(image)).sort()).toEqual(
      files.map((file) => sha256Of(file)).sort(),
    );
    expect(queued).toMatchObject({ status: 'FINISHED', sentImageCount: 3 });
    expect(peer.seen.some(({ url }) => url.endsWith(`/outgoing?transactionid=40&imageid=91`))).toBe(true);
    const done = peer.seen
      .filter(({ url }) => url.endsWith('/outgoing/done'))
      .map(
        ({ body }) =>
          JSON.parse(body.toString()) as {
            transaction: { sentImageCount: number; profile: unknown };
          },
      );
    expect(done.map(({ transaction }) => transaction.sentImageCount).sort()).toEqual([1, 2, 3]);
    expect(done[0]?.transaction.profile).toEqual(queued.profile);
    const end = peer.seen.find(({ method }) => method === 'PUT');
    expect(end?.url).toMatch(/\/status\?transactionid=40$/);
    expect(end?.body.toString()).toBe('{"status":"FINISHED"}');
    const { rows } = await outbox.sync.verbs['boxes.incoming']({ remote, limit: 10, offset: 0 });
    expect(rows).toMatchObject([
      { transaction: 40, way: 'fetched', state: 'finished', total: 3, received: 3, added: 3, rejected: 0 },
    ]);
    expect(await outbox.sync.verbs['boxes.fetch']({ remote })).toEqual({ received: 0, rejected: 0 });
  });

  it('takes an image that comes in HTTP chunks above 5 MiB', async () => {
    const peer = await SliceboxPeer.start();
    const file = Buffer.from(instanceBytes({ seed: 3, side: 2600 }));
    randomBytes(6 * 1024 * 1024).copy(file, file.length - 6 * 1024 * 1024); // what packing does not make smaller
    peer.queue([file]);
    const outbox = await outboxWithImages(0);
    const { remote } = (await outbox.sync.verbs['boxes.connect']({ name: 'uni', url: peer.baseUrl })).remote;
    expect(await outbox.sync.verbs['boxes.fetch']({ remote })).toEqual({ received: 1, rejected: 0 });
    expect((await allImages(outbox.engine)).map(({ image }) => String(image))).toEqual([sha256Of(file)]);
  });

  it('takes the others when one is no image, and then gives that transaction up', async () => {
    const peer = await SliceboxPeer.start();
    const queued = peer.queue([instanceBytes({ seed: 0 }), Buffer.from('no image at all'), instanceBytes({ seed: 2 })]);
    const outbox = await outboxWithImages(0);
    const { remote } = (await outbox.sync.verbs['boxes.connect']({ name: 'uni', url: peer.baseUrl })).remote;
    expect(await outbox.sync.verbs['boxes.fetch']({ remote })).toEqual({ received: 2, rejected: 1 });
    expect(await allImages(outbox.engine)).toHaveLength(2);
    expect(queued).toMatchObject({ status: 'FAILED', sentImageCount: 2 });
    expect(peer.log).toEqual([expect.stringMatching(/^Image rejected: /)]);
    const { rows } = await outbox.sync.verbs['boxes.incoming']({ limit: 10, offset: 0 });
    const [row] = rows;
    expect(row).toMatchObject({ received: 3, added: 2, rejected: 1 });
    const images = await outbox.sync.verbs['boxes.incomingImages']({ id: row?.id ?? 0, limit: 10, offset: 0 });
    expect(images.rows.filter(({ fault }) => fault !== null)).toHaveLength(1);
    await outbox.sync.verbs['boxes.forgetIncoming']({ id: row?.id ?? 0 });
    expect((await outbox.sync.verbs['boxes.incoming']({ limit: 10, offset: 0 })).total).toBe(0);
  });

  it('says why when the box does not know the token any more', async () => {
    const peer = await SliceboxPeer.start();
    const outbox = await outboxWithImages(0);
    const url = `${peer.url}/00000000-0000-4000-8000-000000000000`;
    const { remote } = (await outbox.sync.verbs['boxes.connect']({ name: 'uni', url })).remote;
    expect(await codeOf(outbox.sync.verbs['boxes.fetch']({ remote }))).toBe('BOX_TOKEN');
    const { rows } = await outbox.sync.verbs['boxes.list']({});
    expect(rows).toMatchObject([{ name: 'uni', role: 'connects', online: false }]);
    expect(await codeOf(outbox.sync.verbs['boxes.connect']({ name: 'other', url: 'http://somewhere/api' }))).toBe(
      'BOX_URL',
    );
    expect(await codeOf(outbox.sync.verbs['boxes.connect']({ name: 'uni', url: peer.baseUrl }))).toBe(
      'REMOTE_NAME_TAKEN',
    );
  });
});

/** A photograph (VL Photographic Image), which slicebox does not take by default. */
function writePhotographic(folder: string): string {
  const path = join(folder, 'photograph.dcm');
  writeFileSync(path, instanceBytes({ seed: 77, PatientID: 'PX', sopClass: '1.2.840.10008.5.1.4.1.1.77.1.4' }));
  return path;
}
