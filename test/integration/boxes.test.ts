import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LogFilter } from '../../shared/contract/log';
import { ExportSelection } from '../../shared/contract/release';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { allImages, importInto, openForTest } from '../fixtures/archive';
import { boxAt, FieldboxPeer } from '../fixtures/boxes';
import { startCommand, runCommand } from '../fixtures/command-line';
import { freePort } from '../fixtures/free-port';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { addRemote, itemsOf, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';
import { codeOf } from '../fixtures/people';
import { RudeNetwork } from '../fixtures/rude-network';
import { deflateAsSlicebox, SliceboxCaller } from '../fixtures/slicebox-peer';
import { noTls } from '../../shared/model/listener-tls';

const WAIT = { timeout: 60_000, interval: 50 };

/** An archive with images that boxes reach, and the address it gave to one. */
async function reachable(count: number) {
  const outbox = await outboxWithImages(count);
  const port = await freePort();
  await outbox.sync.verbs['hub.set']({ on: true, host: '127.0.0.1', port, publicUrl: '', tls: noTls });
  outbox.sync.start();
  expect(await outbox.sync.hub()).toMatchObject({ listening: true, port, fault: null });
  const { remote, url } = await outbox.sync.verbs['boxes.createConnection']({ name: 'clinic' });
  return { ...outbox, port, url, remote: remote.remote, caller: new SliceboxCaller(url) };
}

/** A file of noise, which no packing makes smaller. */
function noise(folder: string, bytes: number): string {
  const side = Math.ceil(Math.sqrt(bytes));
  const file = Buffer.from(instanceBytes({ seed: 1, side }));
  randomBytes(side * side).copy(file, file.length - side * side - ((side * side) % 2));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'noise.dcm');
  writeFileSync(path, file);
  return path;
}

describe('a slicebox that pushes to this archive', () => {
  it('is answered as by a slicebox, and every image counts once', async () => {
    const { caller, sync, engine, faults, remote } = await reachable(0);
    const files = [0, 1].map((seed) => instanceBytes({ seed }));
    expect(await caller.push(12, files)).toEqual([204, 204]);
    expect(await caller.push(12, files)).toEqual([204, 204]); // after a broken batch it sends again
    expect((await allImages(engine)).map(({ image }) => String(image)).sort()).toEqual(files.map(sha256Of).sort());
    const { rows } = await sync.verbs['boxes.incoming']({ remote, limit: 10, offset: 0 });
    expect(rows).toMatchObject([
      { transaction: 12, way: 'brought', state: 'finished', total: 2, received: 2, added: 2, rejected: 0 },
    ]);
    const images = await sync.verbs['boxes.incomingImages']({ id: rows[0]?.id ?? 0, limit: 10, offset: 0 });
    expect(images.rows.map(({ sequence, isNew, restored }) => [sequence, isNew, restored])).toEqual([
      [1, true, false],
      [2, true, false],
    ]);
    const status = await caller.ask('GET', '/status?transactionid=12');
    expect([status.status, status.headers['content-type'], status.body.toString()]).toEqual([
      200,
      'application/json',
      '{"status":"FINISHED"}',
    ]);
    const plain = await caller.ask('GET', '/status?transactionid=12', null, { accept: 'text/plain' });
    expect(plain.body.toString()).toBe('FINISHED');
    expect((await caller.ask('GET', '/status?transactionid=13')).status).toBe(404);
    expect(faults).toEqual([]);
    const { rows: lines } = await engine.verbs['log.list']({ ...LogFilter.parse({}), limit: 50 });
    expect(lines.map(({ code }) => code)).toContain('BOX_INCOMING_FINISHED');
  });

  it('hears in its own words what is wrong with a request', async () => {
    const { caller, sync, port, engine } = await reachable(0);
    const MALFORMED = 'The resource requires authentication, which was not supplied with the request';
    const good = await deflateAsSlicebox(instanceBytes({ seed: 0 }));
    for (const answer of [
      await caller.ask('POST', '/image?transactionid=1&sequencenumber=1', good),
      await caller.ask('POST', '/image?transactionid=x&sequencenumber=1&totalimagecount=1', good),
      await caller.ask('DELETE', '/image?transactionid=1', null),
      await caller.ask('GET', '/status'),
      await caller.ask('PUT', '/status?transactionid=1', Buffer.from('{"status":"FINISHED"}')),
      await caller.ask('GET', '/outgoing/poll?n=many'),
      await caller.json('POST', '/outgoing/done', { transaction: {} }),
    ])
      expect([answer.status, answer.body.toString()]).toEqual([401, MALFORMED]);
    const stranger = new SliceboxCaller(caller.baseUrl.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000'));
    const unknown = await stranger.ask('GET', '/outgoing/poll?n=200');
    expect([unknown.status, unknown.body.toString()]).toEqual([
      401,
      'No box found for token 00000000-0000-4000-8000-000000000000',
    ]);
    await caller.push(1, [instanceBytes({ seed: 0 })]);
    const odd = await caller.json('PUT', '/status?transactionid=1', { status: 'DONE' });
    expect([odd.status, odd.body.toString()]).toEqual([400, 'Invalid status format: UNKNOWN']);
    expect((await caller.json('PUT', '/status?transactionid=1', 'FAILED')).status).toBe(204); // as 1.4 says it
    const { rows } = await sync.verbs['boxes.incoming']({ limit: 10, offset: 0 });
    expect(rows[0]?.state).toBe('failed');

    // Files that are none: neither stored nor asked for again.
    expect((await caller.pushOne(2, 1, 3, deflateSync(Buffer.from('no image')))).status).toBe(400);
    expect((await caller.pushOne(2, 2, 3, Buffer.from('not deflated'))).status).toBe(400);
    expect((await caller.pushOne(2, 3, 3, good.subarray(0, 200))).status).toBe(400);
    expect((await sync.verbs['boxes.incoming']({ limit: 1, offset: 0 })).rows[0]).toMatchObject({
      received: 3,
      added: 0,
      rejected: 3,
    });
    expect(await allImages(engine)).toHaveLength(1);
    // Nothing else is reachable.
    for (const path of ['/', '/api', '/api/boxes', '/api/transactions', '/%', '/api/transactionsX/y'])
      expect((await new SliceboxCaller(`http://127.0.0.1:${String(port)}`).ask('GET', path)).status).toBe(404);
  });
});

describe('a slicebox that fetches from this archive', () => {
  it('finds what waits in its own form, and what it says becomes the state of the items', async () => {
    const { caller, sync, engine, remote, faults } = await reachable(3);
    expect((await caller.ask('GET', '/outgoing/poll?n=200')).status).toBe(404);
    const transaction = await sendAll({ sync, engine, faults }, remote);
    const [first] = JSON.parse((await caller.ask('GET', '/outgoing/poll?n=200')).body.toString()) as {
      transaction: Record<string, unknown>;
      image: Record<string, unknown>;
    }[];
    expect(Object.keys(first?.transaction ?? {})).toEqual([
      'id',
      'boxId',
      'boxName',
      'profile',
      'sentImageCount',
      'totalImageCount',
      'created',
      'updated',
      'status',
    ]);
    expect(first?.transaction).toMatchObject({
      boxName: 'clinic',
      sentImageCount: 0,
      totalImageCount: 3,
      status: 'WAITING',
    });
    expect(Object.keys(first?.image ?? {})).toEqual([
      'id',
      'outgoingTransactionId',
      'imageId',
      'sequenceNumber',
      'sent',
    ]);
    const single = JSON.parse((await caller.ask('GET', '/outgoing/poll')).body.toString()) as unknown;
    expect(single).toEqual(first); // up to 1.3: one object
    const id = String(first?.transaction['id']);
    const fetched = await caller.ask('GET', `/outgoing/?transactionid=${id}&imageid=1`);
    expect(fetched.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'transfer-encoding': 'chunked',
    });
    expect(inflateSync(fetched.body).subarray(128, 132).toString('latin1')).toBe('DICM');
    expect((await caller.ask('GET', `/outgoing?transactionid=${id}&imageid=99`)).status).toBe(404);

    expect(await caller.poll()).toBe(3);
    expect(caller.stored.map((file) => createHash('sha256').update(file).digest('hex')).sort()).toEqual(
      (await allImages(engine)).map(({ image }) => String(image)).sort(),
    );
    expect(await statesOf(sync, transaction)).toMatchObject({ proven: 3 });
    expect((await itemsOf(sync, transaction))[0]?.proof).toMatchObject({ kind: 'status' });
    const { rows } = await sync.verbs['boxes.list']({});
    expect(rows).toMatchObject([{ name: 'clinic', role: 'reached', online: true, isFieldbox: false }]);
    expect(await caller.poll()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('that does not keep an image, or gives a transaction up, is believed', async () => {
    const { caller, sync, engine, remote, faults } = await reachable(2);
    const transaction = await sendAll({ sync, engine, faults }, remote);
    let fetched = 0;
    await caller.poll(() => (fetched += 1) > 1);
    expect(await statesOf(sync, transaction)).toMatchObject({ refused: 1 });
    expect((await itemsOf(sync, transaction)).find(({ state }) => state === 'refused')?.fault?.code).toBe(
      'BOX_REJECTED_THERE',
    );
    const second = await sendAll({ sync, engine, faults }, remote);
    const [entry] = JSON.parse((await caller.ask('GET', '/outgoing/poll?n=1')).body.toString()) as unknown[];
    expect((await caller.json('POST', '/outgoing/failed', { transactionImage: entry, message: 'disk' })).status).toBe(
      204,
    );
    expect(await statesOf(sync, second)).toMatchObject({ refused: 2 });
    expect((await itemsOf(sync, second))[0]?.fault?.code).toBe('BOX_FAILED_THERE');
    await sync.verbs['outbox.retry']({ transaction: second });
    expect(await caller.poll()).toBe(2);
    expect(await statesOf(sync, second)).toMatchObject({ proven: 2 });
  });

  it('gets nothing while its destination is paused, and the outbox says that it was not heard', async () => {
    const { caller, sync, engine, remote, faults } = await reachable(1);
    await sendAll({ sync, engine, faults }, remote);
    const [row] = (await sync.verbs['remotes.list']({})).rows;
    expect(row?.activity).toMatchObject({ condition: 'blocked', fault: { code: 'BOX_NOT_HEARD' } });
    if (row === undefined) throw new Error('The destination is there.');
    const { name, settings, policy } = row;
    const tested = await sync.verbs['remotes.test']({ remote, settings, secrets: {} });
    expect(tested.steps).toMatchObject([{ step: 'reach', outcome: 'failed' }]);
    await sync.verbs['remotes.save']({ remote, name, settings, policy: { ...policy, paused: true }, secrets: {} });
    expect((await caller.ask('GET', '/outgoing/poll?n=200')).status).toBe(404);
    await sync.verbs['remotes.save']({ remote, name, settings, policy, secrets: {} });
    expect((await caller.ask('GET', '/outgoing/poll?n=200')).status).toBe(200);
    expect((await sync.verbs['remotes.list']({})).rows[0]?.activity.condition).toBe('idle');
  });
});

describe('two Fieldboxes', () => {
  it('are boxes to each other both ways, with proof by hash', async () => {
    const here = await reachable(5);
    const there = await outboxWithImages(0);
    const { remote: back } = (await there.sync.verbs['boxes.connect']({ name: 'here', url: here.url })).remote;
    const transaction = await sendAll(here, here.remote);
    expect(await there.sync.verbs['boxes.fetch']({ remote: back })).toEqual({ received: 5, rejected: 0 });
    expect(await statesOf(here.sync, transaction)).toMatchObject({ proven: 5 });
    expect((await itemsOf(here.sync, transaction))[0]?.proof).toMatchObject({ kind: 'hash', note: 'SHA-256' });
    expect((await allImages(there.engine)).map(({ image }) => image).sort()).toEqual(
      (await allImages(here.engine)).map(({ image }) => image).sort(),
    );
    there.sync.start();
    const returned = await sendAll(there, back);
    await expect.poll(() => statesOf(there.sync, returned), WAIT).toMatchObject({ proven: 5 });
    expect(await allImages(here.engine)).toHaveLength(5);
    expect((await here.sync.verbs['boxes.list']({})).rows).toMatchObject([{ online: true, isFieldbox: true }]);
    expect((await there.sync.verbs['boxes.list']({})).rows).toMatchObject([{ online: true, isFieldbox: true }]);
    expect([...here.faults, ...there.faults]).toEqual([]);
  });

  it('go on inside an image that broke off while it was pushed', async () => {
    const peer = await FieldboxPeer.start();
    const address = await peer.offer();
    const network = await RudeNetwork.before(peer.port);
    const outbox = await outboxWithImages(0);
    const size = 12 * 1024 * 1024;
    await importInto(outbox.engine, [noise(join(outbox.folder, 'noise'), size)]);
    const { settings, secrets } = boxAt(address.replace(`:${String(peer.port)}/`, `:${String(network.port)}/`));
    const remote = await addRemote(outbox.sync, 'peer', settings, secrets);
    network.be({ kind: 'cut', afterBytes: 6 * 1024 * 1024 });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    const partial = join(peer.folder, 'cache', 'partial');
    await expect.poll(() => network.passed.there, WAIT).toBeGreaterThan(5 * 1024 * 1024);
    await expect.poll(() => sizesIn(partial)[0] ?? 0, WAIT).toBeGreaterThan(4 * 1024 * 1024);
    await peer.leave(); // the beginning outlives a restart
    await peer.comeBack();
    network.be({ kind: 'none' });
    await outbox.sync.verbs['remotes.now']({ remote });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    expect(network.passed.there).toBeLessThan(size * 1.35);
    expect(await peer.held()).toEqual((await allImages(outbox.engine)).map(({ image }) => String(image)));
    expect(sizesIn(partial)).toEqual([]);
  });

  it('go on inside an image that broke off while it was fetched', async () => {
    const here = await reachable(0);
    const size = 12 * 1024 * 1024;
    await importInto(here.engine, [noise(join(here.folder, 'noise'), size)]);
    const transaction = await sendAll(here, here.remote);
    const network = await RudeNetwork.before(here.port);
    const there = await outboxWithImages(0);
    const url = here.url.replace(`:${String(here.port)}/`, `:${String(network.port)}/`);
    const { remote } = (await there.sync.verbs['boxes.connect']({ name: 'here', url })).remote;
    network.be({ kind: 'cutAnswer', afterBytes: 6 * 1024 * 1024 });
    await there.sync.verbs['boxes.fetch']({ remote });
    expect(await statesOf(here.sync, transaction)).toMatchObject({ proven: 0, refused: 0 });
    network.be({ kind: 'none' });
    expect(await there.sync.verbs['boxes.fetch']({ remote })).toEqual({ received: 1, rejected: 0 });
    expect(await statesOf(here.sync, transaction)).toMatchObject({ proven: 1 });
    expect(network.passed.back).toBeLessThan(size * 1.35);
    expect(here.faults).toEqual([]);
  });

  it('never take other bytes than were announced for the image', async () => {
    const { caller, engine } = await reachable(0);
    const file = instanceBytes({ seed: 1 });
    const announced = {
      'fieldbox-box': '1',
      'fieldbox-sha256': sha256Of(instanceBytes({ seed: 2 })),
      'fieldbox-length': String(file.length),
      'fieldbox-offset': '0',
      'fieldbox-encoding': 'identity',
    };
    const path = '/image?transactionid=1&sequencenumber=1&totalimagecount=1';
    const wrong = await caller.ask('POST', path, file, announced);
    expect([wrong.status, wrong.headers['fieldbox-offset']]).toEqual([409, '0']);
    expect(await allImages(engine)).toEqual([]);
    const beyond = await caller.ask('POST', path, file, { ...announced, 'fieldbox-offset': '100' });
    expect([beyond.status, beyond.headers['fieldbox-offset']]).toEqual([409, '0']);
    const right = await caller.ask('POST', path, file, { ...announced, 'fieldbox-sha256': sha256Of(file) });
    expect([right.status, right.headers['fieldbox-sha256']]).toEqual([204, sha256Of(file)]);
    const head = await caller.ask('HEAD', path, null, { 'fieldbox-box': '1', 'fieldbox-sha256': sha256Of(file) });
    expect([head.status, head.headers['fieldbox-sha256']]).toEqual([204, sha256Of(file)]);
  });

  it('give back the identity of what comes home, and of results made elsewhere', async () => {
    const here = await reachable(2);
    const there = await outboxWithImages(0);
    const { remote: back } = (await there.sync.verbs['boxes.connect']({ name: 'here', url: here.url })).remote;
    const images = (await allImages(here.engine)).map(({ image }) => image);
    const { transaction } = await here.sync.verbs['outbox.send']({
      selection: ExportSelection.parse({ images }),
      remote: here.remote,
      anonymise: AnonymisationWay.parse({}),
      priority: 0,
    });
    expect(await there.sync.verbs['boxes.fetch']({ remote: back })).toEqual({ received: 2, rejected: 0 });
    expect(await statesOf(here.sync, transaction)).toMatchObject({ proven: 2 });
    const anonymous = await allImages(there.engine);
    expect(anonymous.map(({ image }) => image)).not.toContain(images[0]);
    const [one] = anonymous;
    if (one === undefined) throw new Error('Two images came.');
    const { attributes } = await there.engine.context.pool.run('readAttributes', {
      path: there.engine.context.objects.path(one.image),
    });
    expect(attributes.PatientID).not.toBe('P0');
    writeFileSync(
      join(there.folder, 'result.dcm'),
      instanceBytes({
        seed: 55,
        PatientID: attributes.PatientID ?? '',
        PatientName: attributes.PatientName ?? '',
        study: attributes.StudyInstanceUID ?? '',
      }),
    );
    await importInto(there.engine, [join(there.folder, 'result.dcm')]);
    there.sync.start();
    const returned = await sendAll(there, back);
    await expect.poll(() => statesOf(there.sync, returned), WAIT).toMatchObject({ proven: 3 });
    const home = await allImages(here.engine);
    expect(home).toHaveLength(3); // the two themselves, and the result
    expect(new Set(home.map(({ PatientID }) => PatientID))).toEqual(new Set(['P0']));
    const { rows } = await here.sync.verbs['boxes.incoming']({ limit: 1, offset: 0 });
    const came = await here.sync.verbs['boxes.incomingImages']({ id: rows[0]?.id ?? 0, limit: 10, offset: 0 });
    expect(came.rows.map(({ restored }) => restored)).toEqual([true, true, true]);
    expect(rows[0]).toMatchObject({ received: 3, added: 1 });
  });
});

describe('the listener', () => {
  it('is off until it is switched on, says why it cannot be, and addresses can be renewed', async () => {
    const { sync, engine, folder } = await outboxWithImages(0);
    sync.start();
    expect(await sync.hub()).toMatchObject({ listening: false, settings: { on: false } });
    expect(await codeOf(sync.verbs['boxes.createConnection']({ name: 'clinic' }))).toBe('HUB_OFF');
    const other = await reachable(0);
    const at = (host: string, port: number) => ({ on: true, host, port, publicUrl: '', tls: noTls });
    expect(await codeOf(sync.verbs['hub.set'](at('127.0.0.1', other.port)))).toBe('HUB_PORT_TAKEN');
    expect(await codeOf(sync.verbs['hub.set'](at('192.0.2.1', 0)))).toBe('HUB_ADDRESS');
    expect(await sync.verbs['hub.status']({})).toMatchObject({ listening: false, settings: { on: false } });
    const port = await freePort();
    const status = await sync.verbs['hub.set'](at('127.0.0.1', port));
    expect(status).toMatchObject({ listening: true, port, addresses: [`http://127.0.0.1:${String(port)}`] });
    const { remote, url } = await sync.verbs['boxes.createConnection']({ name: 'clinic' });
    expect((await sync.verbs['boxes.createConnection']({ name: 'Clinic' })).url).toBe(url);
    expect((await sync.verbs['boxes.address']({ remote: remote.remote })).url).toBe(url);
    expect(await codeOf(sync.verbs['boxes.fetch']({ remote: remote.remote }))).toBe('REMOTE_CANNOT');
    const renewed = await sync.verbs['boxes.renewAddress']({ remote: remote.remote });
    const asks = async (address: string) => (await new SliceboxCaller(address).ask('GET', '/outgoing/poll?n=1')).status;
    expect([await asks(url), await asks(renewed.url)]).toEqual([401, 404]);
    const { job } = await engine.verbs['archive.rebuild']({});
    expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
    expect([await asks(url), await asks(renewed.url)]).toEqual([401, 404]);
    expect((await sync.verbs['hub.status']({})).settings).toEqual(at('127.0.0.1', port));
    expect(readdirSync(folder).length).toBeGreaterThan(0);
    await sync.verbs['remotes.remove']({ remote: remote.remote });
    expect(await asks(renewed.url)).toBe(401);
    await sync.verbs['hub.set']({ ...at('127.0.0.1', port), on: false });
    await expect(asks(renewed.url)).rejects.toThrow();
  });

  it('answers boxes from the command line, and images go from one archive to the other', async () => {
    const far = await outboxWithImages(0);
    const archive = join(far.folder, 'far');
    await (await openForTest(archive)).close();
    const port = await freePort();
    const hub = ['--host', '127.0.0.1', '--port', String(port)];
    expect((await runCommand('hub', 'on', ...hub, '--archive', archive, '--json')).json()).toMatchObject({
      settings: { on: true, port },
    });
    const added = await runCommand('remote', 'add', 'near', 'slicebox', '--reached', '--archive', archive, '--json');
    const { url } = added.json() as { url: string };
    expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${String(port)}/api/transactions/[0-9a-f-]{36}$`));
    const serving = startCommand(['serve', '--hub', String(port), '--archive', archive, '--json']);
    const ended = new Promise<number | null>((resolve) => serving.on('close', resolve));
    await new Promise<void>((resolve, reject) => {
      serving.stderr?.on('data', (bytes: Buffer) => {
        if (bytes.toString('utf8').includes('Boxes reach')) resolve();
      });
      serving.on('close', (code) => reject(new Error(`It ended with ${String(code)}.`)));
    });
    const near = await outboxWithImages(3);
    const { remote } = (await near.sync.verbs['boxes.connect']({ name: 'far', url })).remote;
    near.sync.start();
    const transaction = await sendAll(near, remote);
    await expect.poll(() => statesOf(near.sync, transaction), WAIT).toMatchObject({ proven: 3 });
    serving.kill('SIGINT');
    expect(await ended).toBe(0);
    const incoming = await runCommand('box', 'incoming', '--archive', archive, '--json');
    expect(incoming.json()).toMatchObject({ total: 1, rows: [{ received: 3, added: 3, state: 'finished' }] });
    expect((await runCommand('box', 'list', '--archive', archive, '--json')).json()).toMatchObject({
      rows: [{ name: 'near', role: 'reached', isFieldbox: true }],
    });
    expect((await runCommand('box', 'address', 'near', '--archive', archive)).code).not.toBe(0);
    const anew = await runCommand('box', 'address', 'near', '--new', '--archive', archive, '--json');
    expect((anew.json() as { url: string }).url).not.toBe(url);
    expect(await openForTest(archive).then(allImages)).toHaveLength(3);
  });
});

function sizesIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  } catch {
    return []; // not made yet
  }
}
