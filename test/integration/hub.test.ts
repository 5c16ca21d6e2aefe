import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretName } from '../../main/sync/secrets';
import { RemoteKey } from '../../shared/model/ids';
import { allImages, openForTest } from '../fixtures/archive';
import { reachable } from '../fixtures/boxes';
import { startCommand, runCommand } from '../fixtures/command-line';
import { freePort } from '../fixtures/free-port';
import { instanceBytes } from '../fixtures/instances';
import { outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';
import { codeOf } from '../fixtures/people';
import { SliceboxCaller } from '../fixtures/slicebox-caller';
import { deflateAsSlicebox } from '../fixtures/slicebox-peer';
import { noTls } from '../../shared/model/listener-tls';

const WAIT = { timeout: 60_000, interval: 50 };

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

  it('gives addresses only of what is reached, and only while they are known', async () => {
    const { sync, remote, url, port, secrets } = await reachable(0);
    const { remote: other } = (await sync.verbs['boxes.connect']({ name: 'uni', url })).remote;
    const nobody = RemoteKey.parse('00000000-0000-4000-8000-000000000000');
    for (const verb of ['boxes.address', 'boxes.renewAddress'] as const) {
      expect(await codeOf(sync.verbs[verb]({ remote: other }))).toBe('REMOTE_CANNOT');
      expect(await codeOf(sync.verbs[verb]({ remote: nobody }))).toBe('NOT_FOUND');
    }
    // Secrets do not travel with an archive: then a new address is given.
    await secrets.set(secretName(remote, 'token'), null);
    expect(await codeOf(sync.verbs['boxes.address']({ remote }))).toBe('BOX_URL_GONE');
    const renewed = (await sync.verbs['boxes.renewAddress']({ remote })).url;
    expect(renewed).not.toBe(url);
    expect((await sync.verbs['boxes.address']({ remote })).url).toBe(renewed);
    await sync.verbs['hub.set']({
      on: true,
      host: '127.0.0.1',
      port,
      publicUrl: 'https://images.clinic.example/',
      tls: noTls,
    });
    const shown = (await sync.verbs['boxes.address']({ remote })).url;
    expect(shown).toBe(`https://images.clinic.example/api/transactions/${renewed.slice(renewed.lastIndexOf('/') + 1)}`);
    await sync.verbs['hub.set']({ on: false, host: '127.0.0.1', port, publicUrl: '', tls: noTls });
    for (const verb of ['boxes.address', 'boxes.renewAddress'] as const)
      expect(await codeOf(sync.verbs[verb]({ remote }))).toBe('HUB_OFF');
  });

  it('forgets what came in a transaction, and never the images themselves', async () => {
    const { caller, sync, engine, remote } = await reachable(0);
    const files = [0, 1].map((seed) => instanceBytes({ seed }));
    await caller.push(12, files);
    const [row] = (await sync.verbs['boxes.incoming']({ remote, limit: 10, offset: 0 })).rows;
    if (row === undefined) throw new Error('Two images came.');
    await sync.verbs['boxes.forgetIncoming']({ id: row.id });
    expect((await sync.verbs['boxes.incoming']({ limit: 10, offset: 0 })).total).toBe(0);
    expect(await codeOf(sync.verbs['boxes.forgetIncoming']({ id: row.id }))).toBe('NOT_FOUND');
    expect(await codeOf(sync.verbs['boxes.incomingImages']({ id: row.id, limit: 10, offset: 0 }))).toBe('NOT_FOUND');
    expect((await caller.ask('GET', '/status?transactionid=12')).status).toBe(404);
    expect(await allImages(engine)).toHaveLength(2);
    // The next image of it begins a new one, as with slicebox.
    await caller.pushOne(12, 1, 2, await deflateAsSlicebox(files[0] ?? new Uint8Array()));
    expect((await sync.verbs['boxes.incoming']({ limit: 10, offset: 0 })).rows).toMatchObject([
      { transaction: 12, received: 1, added: 0, total: 2 },
    ]);
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
