import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DicomServer } from '../../main/network/scp';
import type { ServiceProvider } from '../../main/network/provider';
import { Status } from '../../main/network/status';
import { temporaryFolder } from '../fixtures/archive';
import { selfSigned } from '../fixtures/certificates';
import { freePort } from '../fixtures/free-port';
import { instanceBytes } from '../fixtures/instances';
import { addRemote, itemsOf, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';
import { dimseSettings } from './remotes/kinds';
import { HASTE } from './rude/rude';

const run = promisify(execFile);
const env = { ...process.env, TCP_NODELAY: '1' };
const WAIT = { timeout: 60_000, interval: 50 };

/** A peer that keeps what it gets, and forgets the first time an instance comes whose UID is in `loses`. */
function keeper(stored: Map<string, number>, loses: ReadonlySet<string> = new Set()): ServiceProvider {
  return {
    admit: () => null,
    reported: () => Promise.resolve(Status.ProcessingFailure),
    storageSyntaxes: (_, proposed) => proposed,
    store: async ({ SOPInstanceUID, data }) => {
      for await (const _ of data) continue;
      stored.set(SOPInstanceUID, (stored.get(SOPInstanceUID) ?? 0) + 1);
      return Status.Success;
    },
    find: async function* () {
      yield* [];
      return Promise.resolve(Status.Success);
    },
    select: () => Promise.resolve({ found: [], withheld: [] }),
    destination: () => Promise.resolve(null),
    commit: (instances) =>
      Promise.resolve(
        instances.map(({ SOPInstanceUID }) => (stored.get(SOPInstanceUID) ?? 0) > (loses.has(SOPInstanceUID) ? 1 : 0)),
      ),
    untold: () => Promise.resolve(),
    onFault: (error) => {
      throw error;
    },
  };
}

describe('storage commitment', () => {
  it('proves what the peer commits itself to, and sends again what it has lost', async () => {
    const outbox = await outboxWithImages(4, HASTE);
    const stored = new Map<string, number>();
    const lost = new Set<string>();
    const server = await DicomServer.listen({ port: 0, host: '127.0.0.1', tls: null }, keeper(stored, lost));
    onTestFinished(() => server.close());
    const settings = dimseSettings(server.port);
    if (settings.kind !== 'dimse') throw new Error('DIMSE is wanted.');
    const remote = await addRemote(outbox.sync, 'far', { ...settings, commitment: true });
    const transaction = await sendAll(outbox, remote);
    lost.add((await itemsOf(outbox.sync, transaction))[1]?.SOPInstanceUID ?? '');
    outbox.sync.start();
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 4 });
    const items = await itemsOf(outbox.sync, transaction);
    expect(new Set(items.map(({ proof }) => proof?.kind))).toEqual(new Set(['commitment']));
    expect(items.map(({ SOPInstanceUID }) => stored.get(SOPInstanceUID ?? ''))).toEqual([1, 2, 1, 1]);
    expect(outbox.faults).toEqual([]);
  });
});

describe('DICOM over TLS', () => {
  it('takes from storescu, with a certificate of its own where that is asked for', async () => {
    const folder = temporaryFolder();
    const [own, modality] = [selfSigned(folder, 'fieldbox'), selfSigned(folder, 'modality')];
    const stored = new Map<string, number>();
    const tls = { key: own.key, certificate: own.certificate, ca: modality.certificate };
    const server = await DicomServer.listen({ port: 0, host: '127.0.0.1', tls }, keeper(stored));
    onTestFinished(() => server.close());
    const file = join(folder, 'one.dcm');
    writeFileSync(file, instanceBytes({ seed: 1 }));
    const where = ['-aec', 'FIELDBOX', '127.0.0.1', String(server.port), file];
    const trusting = ['+cf', own.certificateFile];
    await expect(run('storescu', where, { env, timeout: 20_000 })).rejects.toThrow();
    await expect(run('storescu', ['+tla', ...trusting, ...where], { env, timeout: 20_000 })).rejects.toThrow();
    await run('storescu', ['+tls', modality.keyFile, modality.certificateFile, ...trusting, ...where], { env });
    expect(stored.size).toBe(1);
  });

  it('sends to storescp whose certificate a person has accepted, and to no other', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'out');
    mkdirSync(out);
    const [peer, other] = [selfSigned(folder, 'peer'), selfSigned(folder, 'other')];
    const port = await freePort();
    const options = ['+tls', peer.keyFile, peer.certificateFile, '-ic', '-od', out, String(port)];
    const receiver = spawn('storescp', options, { stdio: 'ignore', env });
    onTestFinished(() => void receiver.kill());
    const outbox = await outboxWithImages(3, HASTE);
    const settings = dimseSettings(port);
    if (settings.kind !== 'dimse') throw new Error('DIMSE is wanted.');
    const { verbs } = outbox.sync;
    const remote = await addRemote(outbox.sync, 'far', { ...settings, tls: true, certificate: other.fingerprint });
    const transaction = await sendAll(outbox, remote);
    outbox.sync.start();
    await expect
      .poll(async () => (await verbs['remotes.list']({})).rows[0]?.activity.fault?.code, WAIT)
      .toBe('REMOTE_CERTIFICATE');
    expect(readdirSync(out)).toEqual([]);
    const [row] = (await verbs['remotes.list']({})).rows;
    if (!row) throw new Error('There is no destination.');
    const accepted = { ...settings, tls: true, certificate: peer.fingerprint };
    await verbs['remotes.save']({ remote, name: 'far', settings: accepted, policy: row.policy, secrets: {} });
    // It answers no questions: what it has taken is arrived and stays so.
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ arrived: 3 });
    expect(readdirSync(out)).toHaveLength(3);
  });
});
