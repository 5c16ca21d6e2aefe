import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExportSelection } from '../../shared/contract/release';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { allImages, importInto } from '../fixtures/archive';
import { boxAt, FieldboxPeer, noise, reachable } from '../fixtures/boxes';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { addRemote, itemsOf, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';
import { RudeNetwork } from '../fixtures/rude-network';

const WAIT = { timeout: 60_000, interval: 50 };

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

  it('take an image once that comes over several connections at the same time, and say so on each', async () => {
    const { caller, engine, port, sync } = await reachable(0);
    const file = instanceBytes({ seed: 1, side: 2000 });
    const head = {
      'fieldbox-box': '1',
      'fieldbox-sha256': sha256Of(file),
      'fieldbox-length': String(file.length),
      'fieldbox-offset': '0',
      'fieldbox-encoding': 'identity',
    };
    const path = '/image?transactionid=1&sequencenumber=1&totalimagecount=1';
    // One that has begun and says nothing more gives way after a while.
    const silent = connect(port, '127.0.0.1');
    const lines = Object.entries({ ...head, Host: 'x', 'Content-Length': String(file.length) });
    silent.write(
      `POST ${new URL(caller.baseUrl).pathname}${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    );
    silent.write(file.subarray(0, 100_000));
    const answers = await Promise.all([0, 1, 2].map(() => caller.ask('POST', path, file, head)));
    expect(answers.map(({ status, headers }) => [status, headers['fieldbox-sha256']])).toEqual(
      answers.map(() => [204, sha256Of(file)]),
    );
    silent.destroy();
    expect((await allImages(engine)).map(({ image }) => String(image))).toEqual([sha256Of(file)]);
    expect((await sync.verbs['boxes.incoming']({ limit: 10, offset: 0 })).rows).toMatchObject([
      { received: 1, added: 1 },
    ]);
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

function sizesIn(folder: string): readonly number[] {
  try {
    return readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  } catch {
    return []; // not made yet
  }
}
