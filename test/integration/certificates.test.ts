import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LogFilter } from '../../shared/contract/log';
import { noTls, type ListenerTls } from '../../shared/model/listener-tls';
import { scpOff } from '../../shared/model/scp';
import { allImages, temporaryFolder } from '../fixtures/archive';
import { type SelfSigned, selfSigned } from '../fixtures/certificates';
import { runCommand, startCommand } from '../fixtures/command-line';
import { freePort } from '../fixtures/free-port';
import { instanceBytes } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';
import { addRemote, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';
import { codeOf } from '../fixtures/people';
import { dcmtkEnvironment, startStoreScp } from '../fixtures/scp';
import { dimseSettings } from './remotes/kinds';
import { HASTE } from './rude/rude';

const run = promisify(execFile);
const WAIT = { timeout: 60_000, interval: 50 };

/** Sends one image with storescu; gives whether it went. */
async function store(port: number, folder: string, seed: number, options: readonly string[]): Promise<boolean> {
  const file = join(folder, `${String(seed)}.dcm`);
  writeFileSync(file, instanceBytes({ seed }));
  const args = [...options, '-aec', 'FIELDBOX', '127.0.0.1', String(port), file];
  return run('storescu', args, { env: dcmtkEnvironment, timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}

function withTls(port: number, tls: ListenerTls) {
  return { ...scpOff, enabled: true, host: '127.0.0.1', port, strangersMayStore: true, tls };
}

function overTls(port: number, certificate: string | null) {
  const settings = dimseSettings(port);
  if (settings.kind !== 'dimse') throw new Error('DIMSE is wanted.');
  return { ...settings, tls: true, certificate };
}

/** A machine with a certificate of its own, as storescu is told of it. */
function asMachine({ keyFile, certificateFile }: SelfSigned): readonly string[] {
  return ['+tls', keyFile, certificateFile];
}

describe('the certificate of this laptop', () => {
  it('is made here, loaded, handed out, and told in the log', async () => {
    const { sync, engine, folder } = await outboxWithImages(0);
    const { verbs } = sync;
    expect(await verbs['certificate.own']({})).toEqual({ certificate: null });
    const file = join(folder, 'own.crt');
    expect(await codeOf(verbs['certificate.save']({ path: file }))).toBe('NOT_FOUND');
    const made = await verbs['certificate.make']({});
    expect(made).toMatchObject({ selfSigned: true, subject: expect.stringMatching(/^Fieldbox /) as string });
    expect(await verbs['certificate.own']({})).toEqual({ certificate: made });
    await verbs['certificate.save']({ path: file });
    const read = new X509Certificate(readFileSync(file));
    expect(read.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(made.fingerprint);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(execFileSync('openssl', ['verify', '-CAfile', file, file], { encoding: 'utf8' })).toContain('OK');
    expect(await verbs['certificate.read']({ path: file })).toMatchObject({ fingerprint: made.fingerprint });

    const [given, other] = [selfSigned(folder, 'given'), selfSigned(folder, 'other')];
    const load = (...paths: string[]) => verbs['certificate.load']({ paths });
    expect(await codeOf(load(given.certificateFile, other.keyFile))).toBe('CERTIFICATE_KEY_MISMATCH');
    expect(await codeOf(load(given.certificateFile))).toBe('CERTIFICATE_KEY_UNREADABLE');
    expect(await codeOf(load(given.keyFile))).toBe('CERTIFICATE_UNREADABLE');
    expect(await codeOf(verbs['certificate.read']({ path: join(folder, 'nothing') }))).toBe('CERTIFICATE_UNREADABLE');
    expect((await verbs['certificate.own']({})).certificate).toEqual(made);
    // Whichever file holds which.
    expect(await load(given.keyFile, given.certificateFile)).toMatchObject({ fingerprint: given.fingerprint });
    const together = join(folder, 'both.pem');
    writeFileSync(together, `${other.key}${other.certificate}`);
    expect(await load(together)).toMatchObject({ fingerprint: other.fingerprint });
    await verbs['certificate.save']({ path: file });
    expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE');
    const { rows } = await engine.verbs['log.list']({ ...LogFilter.parse({}), limit: 100 });
    expect(rows.filter(({ code }) => code === 'CERTIFICATE_CHANGED')).toHaveLength(3);
  });
});

describe('machines over TLS', () => {
  it('are received with a certificate that is made when it is needed, and only those that were added where some are', async () => {
    const { sync, engine, folder, faults } = await outboxWithImages(0);
    const { verbs } = sync;
    await sync.listen();
    const port = await freePort();
    expect(await verbs['scp.set'](withTls(port, { on: true, clients: [] }))).toMatchObject({ state: 'listening' });
    const own = join(folder, 'own.crt');
    await verbs['certificate.save']({ path: own });
    const [machine, stranger] = [selfSigned(folder, 'machine'), selfSigned(folder, 'stranger')];
    expect(await store(port, folder, 1, [])).toBe(false);
    expect(await store(port, folder, 2, ['+tla', '+cf', own])).toBe(true);
    expect(await store(port, folder, 3, ['+tla', '+cf', stranger.certificateFile])).toBe(false);

    const added = await verbs['certificate.read']({ path: machine.certificateFile });
    expect(added).toMatchObject({ subject: 'machine', fingerprint: machine.fingerprint });
    await verbs['scp.set'](withTls(port, { on: true, clients: [added] }));
    expect(await store(port, folder, 4, ['+tla', '+cf', own])).toBe(false);
    expect(await store(port, folder, 5, [...asMachine(stranger), '+cf', own])).toBe(false);
    expect(await store(port, folder, 6, [...asMachine(machine), '+cf', own])).toBe(true);

    // Another certificate is shown at once.
    await verbs['certificate.make']({});
    expect(await store(port, folder, 7, [...asMachine(machine), '+cf', own])).toBe(false);
    await verbs['certificate.save']({ path: own });
    expect(await store(port, folder, 8, [...asMachine(machine), '+cf', own])).toBe(true);
    await verbs['scp.set'](withTls(port, noTls));
    expect(await store(port, folder, 9, [])).toBe(true);
    expect(await allImages(engine)).toHaveLength(4);
    expect(faults).toEqual([]);
  });

  it('are received by the command line with a certificate from files', async () => {
    const folder = temporaryFolder();
    const archive = join(folder, 'archive');
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'in', '0.dcm'), instanceBytes({ seed: 0 }));
    await runCommand('import', join(folder, 'in'), '--archive', archive);
    const [certificate, key] = [join(folder, 'own.crt'), join(folder, 'own.key')];
    const made = await runCommand('certificate', 'make', '--certificate', certificate, '--key', key, '--json');
    expect(made.code).toBe(0);
    const { fingerprint } = made.json() as { fingerprint: string };
    expect((await runCommand('certificate', 'show', certificate, '--json')).json()).toMatchObject({ fingerprint });
    expect(statSync(key).mode & 0o077).toBe(0);
    expect((await runCommand('certificate', 'make', '--certificate', certificate, '--key', key)).code).not.toBe(0);

    const port = await freePort();
    const machine = selfSigned(folder, 'machine');
    const files = ['--tls-certificate', certificate, '--tls-key', key, '--client-certificate', machine.certificateFile];
    const serving = startCommand(['serve', '--archive', archive, '--scp', String(port), ...files]);
    onTestFinished(() => void serving.kill('SIGKILL'));
    await expect.poll(() => store(port, folder, 1, [...asMachine(machine), '+cf', certificate]), WAIT).toBe(true);
    expect(await store(port, folder, 2, ['+tla', '+cf', certificate])).toBe(false);
    const ended = new Promise((resolve) => serving.once('close', resolve));
    serving.kill('SIGINT');
    await ended;
  });
});

describe('boxes over TLS', () => {
  it('reach this archive by https, once a person has compared the fingerprint', async () => {
    const here = await outboxWithImages(0);
    const port = await freePort();
    here.sync.start();
    const tls = { on: true, clients: [] };
    const status = await here.sync.verbs['hub.set']({ on: true, host: '127.0.0.1', port, publicUrl: '', tls });
    expect(status.addresses).toEqual([`https://127.0.0.1:${String(port)}`]);
    const { certificate } = await here.sync.verbs['certificate.own']({});
    const { url } = await here.sync.verbs['boxes.createConnection']({ name: 'other' });
    const there = await outboxWithImages(2, HASTE);
    const [, base = '', token = ''] = /^(.*)\/([^/]+)$/.exec(url) ?? [];
    const settings = { kind: 'slicebox', role: 'connects', url: base, certificate: null } as const;
    const test = (accepted: string | null) =>
      there.sync.verbs['remotes.test']({ settings: { ...settings, certificate: accepted }, secrets: { token } });
    const untrusted = await test(null);
    expect(untrusted.offeredCertificate).toBe(certificate?.fingerprint);
    const accepted = { ...settings, certificate: untrusted.offeredCertificate };
    expect((await test(untrusted.offeredCertificate)).steps.map(({ outcome }) => outcome)).not.toContain('failed');
    const remote = await addRemote(there.sync, 'here', accepted, { token });
    const transaction = await sendAll(there, remote);
    there.sync.start();
    await expect.poll(() => statesOf(there.sync, transaction), WAIT).toMatchObject({ proven: 2 });

    // Only boxes that were added: the other one shows its own certificate.
    const clients = async (): Promise<void> => {
      const file = join(there.folder, 'there.crt');
      await there.sync.verbs['certificate.make']({});
      await there.sync.verbs['certificate.save']({ path: file });
      const added = await here.sync.verbs['certificate.read']({ path: file });
      const only = { on: true, clients: [added] };
      await here.sync.verbs['hub.set']({ on: true, host: '127.0.0.1', port, publicUrl: '', tls: only });
    };
    await clients();
    const outcomes = async () => (await test(untrusted.offeredCertificate)).steps.map(({ outcome }) => outcome);
    expect(await outcomes()).not.toContain('failed');
    await there.sync.verbs['certificate.make']({});
    expect(await outcomes()).toContain('failed');

    await here.sync.verbs['hub.set']({ on: true, host: '127.0.0.1', port, publicUrl: '', tls });
    await here.sync.verbs['certificate.make']({});
    expect((await test(untrusted.offeredCertificate)).offeredCertificate).not.toBe(untrusted.offeredCertificate);
  });
});

describe('trying out a PACS over TLS', () => {
  it('shows the certificate nobody vouches for, and works when a person has accepted that one', async () => {
    const folder = temporaryFolder();
    const peer = selfSigned(folder, 'peer');
    const { sync } = await outboxWithImages(0);
    const { port } = await startStoreScp(join(folder, 'in'), [...asMachine(peer), '-ic'], ['+tla', '-ic']);
    const test = (certificate: string | null) =>
      sync.verbs['remotes.test']({ settings: overTls(port, certificate), secrets: {} });
    const first = await test(null);
    expect(first.offeredCertificate).toBe(peer.fingerprint);
    expect(first.steps.map(({ step, outcome }) => [step, outcome])).toEqual([
      ['reach', 'passed'],
      ['trust', 'failed'],
      ['echo', 'skipped'],
      ['prove', 'skipped'],
    ]);
    const second = await test(first.offeredCertificate);
    expect(second.offeredCertificate).toBeNull();
    expect(second.steps.slice(0, 3).map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed']);
    // It has another one than what was accepted: that is told like one nobody vouches for.
    expect((await test('0'.repeat(64))).offeredCertificate).toBe(peer.fingerprint);
  });

  it('shows the certificate of this laptop to an Orthanc that lets in nobody else', async () => {
    const folder = temporaryFolder();
    const outbox = await outboxWithImages(2, HASTE);
    await outbox.sync.verbs['certificate.make']({});
    const own = join(folder, 'fieldbox.crt');
    await outbox.sync.verbs['certificate.save']({ path: own });
    const peer = selfSigned(folder, 'orthanc');
    const orthanc = await Orthanc.start({
      settings: {
        DicomTlsEnabled: true,
        DicomTlsCertificate: peer.certificateFile,
        DicomTlsPrivateKey: peer.keyFile,
        DicomTlsTrustedCertificates: own,
        DicomModalities: { fieldbox: ['FIELDBOX', '127.0.0.1', 104] },
      },
    });
    const settings = overTls(orthanc.dicomPort, peer.fingerprint);
    const test = await outbox.sync.verbs['remotes.test']({ settings, secrets: {} });
    expect(test.steps.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'passed']);
    const remote = await addRemote(outbox.sync, 'far', settings);
    const transaction = await sendAll(outbox, remote);
    outbox.sync.start();
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 2 });
  });
});
