import { execFile } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AssociationError } from '../../main/network/fault';
import { nextPdu, pdusOf } from '../../main/network/pdu-stream';
import type { RemoteKey } from '../../shared/model/ids';
import type { RemotePolicy } from '../../shared/model/remotes/settings';
import { scpOff } from '../../shared/model/scp';
import { allImages } from '../fixtures/archive';
import { freePort } from '../fixtures/free-port';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';
import { addRemote, freely, type OutboxForTest, outboxWithImages } from '../fixtures/outbox';
import { dcmtkEnvironment } from '../fixtures/scp';
import { dimseSettings } from './remotes/kinds';

/** Pixels of one image, in bytes. */
const PIXELS = 512 * 512;
const StudyInstanceUID = uidOf('study P1');

/** An Orthanc that holds this many large images and gives them to everybody who asks. */
async function orthancWith(images: number): Promise<Orthanc> {
  const orthanc = await Orthanc.start({ settings: { DicomAlwaysAllowGet: true, DicomAlwaysAllowFind: true } });
  for (let seed = 0; seed < images; seed += 1) {
    const body = Buffer.from(instanceBytes({ seed, side: 512 }));
    await fetch(`${orthanc.url}/instances`, { method: 'POST', body });
  }
  return orthanc;
}

async function saved({ sync }: OutboxForTest, remote: RemoteKey, policy: Partial<RemotePolicy>): Promise<void> {
  const row = (await sync.verbs['remotes.list']({})).rows.find((each) => each.remote === remote);
  if (!row) throw new Error('There is no destination.');
  const { name, settings } = row;
  await sync.verbs['remotes.save']({ remote, name, settings, policy: { ...row.policy, ...policy }, secrets: {} });
}

describe('the cap of a destination', () => {
  it('holds for what is fetched from it by C-GET', async () => {
    const orthanc = await orthancWith(2);
    const outbox = await outboxWithImages(0);
    const policy = { ...freely, bytesPerSecond: PIXELS };
    const remote = await addRemote(outbox.sync, 'far', dimseSettings(orthanc.dicomPort), {}, policy);
    const before = performance.now();
    const { job } = await outbox.sync.verbs['pacs.retrieve']({ remote, StudyInstanceUID });
    expect(await outbox.engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
    // Two seconds' worth; the last piece goes through when its turn begins.
    expect(performance.now() - before).toBeGreaterThan(1_500);
    expect(await allImages(outbox.engine)).toHaveLength(2);
  });

  it('holds for what it sends here, such as for a C-MOVE to this archive', async () => {
    const outbox = await outboxWithImages(0);
    const { sync, engine, folder } = outbox;
    const port = await freePort();
    const settings = dimseSettings(1);
    if (settings.kind !== 'dimse') throw new Error('DIMSE is wanted.');
    const far = { ...settings, calledAETitle: 'FAR' };
    await addRemote(sync, 'far', far, {}, { ...freely, bytesPerSecond: PIXELS });
    await sync.listen();
    await sync.verbs['scp.set']({ ...scpOff, enabled: true, host: '127.0.0.1', port, strangersMayStore: true });
    mkdirSync(join(folder, 'out'));
    const store = async (AETitle: string, seeds: readonly number[]): Promise<number> => {
      const files = seeds.map((seed) => join(folder, 'out', `${String(seed)}.dcm`));
      files.forEach((file, at) => writeFileSync(file, instanceBytes({ seed: seeds[at] ?? 0, side: 512 })));
      const before = performance.now();
      const where = ['-aet', AETitle, '-aec', 'FIELDBOX', '127.0.0.1', String(port)];
      await promisify(execFile)('storescu', [...where, ...files], { env: dcmtkEnvironment });
      return performance.now() - before;
    };
    expect(await store('FAR', [1, 2])).toBeGreaterThan(1_500);
    expect(await allImages(engine)).toHaveLength(2);
  });
});

describe('a pause of a destination', () => {
  it('ends what is being fetched from it, and nothing more is fetched until it goes on; what has come stays', async () => {
    const orthanc = await orthancWith(3);
    const outbox = await outboxWithImages(0);
    const { sync, engine } = outbox;
    const policy = { ...freely, bytesPerSecond: 64 * 1024 };
    const remote = await addRemote(sync, 'far', dimseSettings(orthanc.dicomPort), {}, policy);
    const { job } = await sync.verbs['pacs.retrieve']({ remote, StudyInstanceUID });
    await expect.poll(async () => (await allImages(engine)).length, { timeout: 60_000, interval: 50 }).toBe(1);
    await saved(outbox, remote, { paused: true });
    expect(await engine.context.jobs.settled(job)).toMatchObject({
      state: 'failed',
      error: { code: 'REMOTE_PAUSED' },
    });
    expect((await allImages(engine)).length).toBeLessThan(3);
    await expect(sync.verbs['pacs.retrieve']({ remote, StudyInstanceUID })).rejects.toMatchObject({
      code: 'REMOTE_PAUSED',
    });
    await saved(outbox, remote, { paused: false, bytesPerSecond: null });
    const again = await sync.verbs['pacs.retrieve']({ remote, StudyInstanceUID });
    expect(await engine.context.jobs.settled(again.job)).toMatchObject({ state: 'done' });
    expect(await allImages(engine)).toHaveLength(3);
    expect(outbox.faults).toEqual([]);
  });
});

describe('a peer that is not read from on purpose', () => {
  const RELEASE = Buffer.from([5, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
  const IDLE_MS = 50;

  /** Both ends of a connection. */
  async function pair(): Promise<readonly [Socket, Socket]> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const client = connect(address.port, '127.0.0.1');
    const other = await accepted;
    onTestFinished(() => {
      client.destroy();
      other.destroy();
      server.close();
    });
    return [client, other];
  }

  it('is not taken for silent, and is when it sends nothing while it is read from', async () => {
    const [here, there] = await pair();
    const pdus = pdusOf(here);
    there.write(RELEASE);
    await nextPdu(pdus);
    let timeouts = 0;
    here.on('timeout', () => (timeouts += 1));
    here.setTimeout(IDLE_MS);
    await expect.poll(() => timeouts, { timeout: 30_000 }).toBeGreaterThan(2);
    expect(here.destroyed).toBe(false);
    there.write(RELEASE);
    expect((await nextPdu(pdus)).type).toBe(5);
    const silent = await nextPdu(pdus).catch((error: unknown) => error);
    expect(silent).toBeInstanceOf(AssociationError);
    expect((silent as AssociationError).fault).toEqual({ kind: 'silent' });
  });
});
