import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LogFilter } from '../../shared/contract/log';
import { allImages, importInto } from '../fixtures/archive';
import { noise, reachable } from '../fixtures/boxes';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { itemsOf, sendAll, statesOf } from '../fixtures/outbox';
import { SliceboxCaller } from '../fixtures/slicebox-caller';
import { deflateAsSlicebox } from '../fixtures/slicebox-peer';

const WAIT = { timeout: 60_000, interval: 50 };

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

  it('gets an image beyond 64 MiB when it is below them deflated, and never one that it would lose', async () => {
    const { caller, sync, engine, remote, faults, folder } = await reachable(0);
    const side = 8250; // 68,062,500 pixels: more than 64 MiB of them
    const large = instanceBytes({ seed: 2, side });
    expect(large.length).toBeGreaterThan(64 * 1024 * 1024);
    writeFileSync(join(folder, 'large.dcm'), large);
    await importInto(engine, [join(folder, 'large.dcm'), noise(join(folder, 'noise'), side * side)]);
    const transaction = await sendAll({ sync, engine, faults }, remote);
    const offered = JSON.parse((await caller.ask('GET', '/outgoing/poll?n=200')).body.toString()) as {
      transaction: { id: number };
      image: { id: number };
    }[];
    const answers = new Map<string, number>();
    for (const {
      transaction: { id },
      image,
    } of offered) {
      const { status, body, headers } = await caller.ask(
        'GET',
        `/outgoing?transactionid=${String(id)}&imageid=${String(image.id)}`,
      );
      answers.set(status === 200 ? sha256Of(inflateSync(body)) : '', status);
      // Its length is known before its head goes out: a slicebox loses what breaks off behind it.
      if (status === 200) expect(headers).toMatchObject({ 'content-length': String(body.length) });
      if (status === 200) expect(body.length).toBeLessThan(64 * 1024 * 1024);
    }
    expect(answers).toEqual(
      new Map([
        [sha256Of(large), 200],
        ['', 404],
      ]),
    );
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ waiting: 1, refused: 1 });
    expect((await itemsOf(sync, transaction)).find(({ state }) => state === 'refused')?.fault?.code).toBe(
      'REMOTE_TOO_LARGE',
    );
    expect(await caller.poll()).toBe(1);
    expect(caller.stored.map(sha256Of)).toEqual([sha256Of(large)]);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ refused: 1, arrived: 1 });
    await expect.poll(() => readdirSync(engine.context.paths.incoming), WAIT).toEqual([]);
    expect(faults).toEqual([]);
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

describe('a caller that asks for several images at once over one connection and goes', () => {
  it('leaves nothing at work behind', async () => {
    const { caller, sync, engine, remote, faults, port, folder } = await reachable(2);
    await importInto(engine, [noise(join(folder, 'noise'), 12 * 1024 * 1024)]);
    await sendAll({ sync, engine, faults }, remote);
    const offered = JSON.parse((await caller.ask('GET', '/outgoing/poll?n=200')).body.toString()) as {
      transaction: { id: number };
      image: { id: number };
    }[];
    const path = new URL(caller.baseUrl).pathname;
    // The large one first.
    const asked = offered
      .reverse()
      .map(
        ({ transaction, image }) =>
          `GET ${path}/outgoing?transactionid=${String(transaction.id)}&imageid=${String(image.id)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
    const socket = connect(port, '127.0.0.1');
    // It reads nothing: one answer fills the line, and those behind it wait for their turn.
    socket.pause();
    socket.write([...asked, ...asked].join(''));
    await expect.poll(async () => (await sync.verbs['remotes.list']({})).rows[0]?.counts.sending, WAIT).toBe(3);
    socket.destroy();
    await expect.poll(async () => (await sync.verbs['remotes.list']({})).rows[0]?.counts.sending, WAIT).toBe(0);
    expect(await caller.poll()).toBe(3);
    await sync.close();
    expect(faults).toEqual([]);
  });
});
