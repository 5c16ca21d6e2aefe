import { execFile, spawn } from 'node:child_process';
import { createReadStream, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DataSetBuilder } from '../../main/dicom/writer';
import { Association, AssociationError } from '../../main/network/association';
import { DicomServer } from '../../main/network/scp';
import type { ServiceProvider } from '../../main/network/provider';
import { ServiceUser } from '../../main/network/scu';
import { Status } from '../../main/network/status';
import { ExplicitLE, ImplicitLE, Services } from '../../main/network/uids';
import { temporaryFolder } from '../fixtures/archive';
import { freePort } from '../fixtures/free-port';
import { instanceBytes, SECONDARY_CAPTURE, uidOf } from '../fixtures/instances';

const run = promisify(execFile);
/** Without it each message of dcmtk waits for an acknowledgement. */
const env = { ...process.env, TCP_NODELAY: '1' };

interface Stored {
  readonly SOPInstanceUID: string;
  readonly transferSyntax: string;
  readonly bytes: Buffer;
}

/** A server that keeps what it gets in memory. */
async function serve(changes: Partial<ServiceProvider> = {}) {
  const stored: Stored[] = [];
  const faults: unknown[] = [];
  const server = await DicomServer.listen(
    { port: 0, host: '127.0.0.1', tls: null },
    {
      admit: () => null,
      reported: () => Promise.resolve(Status.ProcessingFailure),
      storageSyntaxes: (_, proposed) => proposed,
      store: async ({ SOPInstanceUID, transferSyntax, data }) => {
        const parts: Buffer[] = [];
        for await (const part of data) parts.push(part);
        stored.push({ SOPInstanceUID, transferSyntax, bytes: Buffer.concat(parts) });
        return Status.Success;
      },
      find: (request) => matchesOf(request.identifier.string(0x00100010) ?? ''),
      select: () => Promise.resolve({ found: [], withheld: [] }),
      destination: () => Promise.resolve(null),
      commit: (instances) => Promise.resolve(instances.map(({ SOPInstanceUID }) => SOPInstanceUID === '1.2.3')),
      untold: () => Promise.resolve(),
      onFault: (error) => faults.push(error),
      ...changes,
    },
  );
  onTestFinished(() => server.close());
  return { server, stored, faults };
}

async function* matchesOf(name: string): AsyncGenerator<DataSetBuilder, number> {
  for (const number of ['1', '2', '3']) {
    await Promise.resolve();
    yield new DataSetBuilder().set('PatientName', name).set('PatientID', number);
  }
  return Status.Success;
}

const request = (port: number, contexts: Parameters<typeof Association.request>[0]['contexts']) =>
  Association.request({
    host: '127.0.0.1',
    port,
    calledAETitle: 'FIELDBOX',
    callingAETitle: 'TESTER',
    contexts,
    tls: null,
    connectMs: 5000,
    idleMs: 5000,
  });

describe('the DICOM server', () => {
  it('answers an echo, also with 128 contexts and 38 transfer syntaxes', async () => {
    const { server } = await serve();
    const where = ['-aec', 'FIELDBOX', '127.0.0.1', String(server.port)];
    for (const options of [[], ['-ppc', '128', '-pts', '38']]) {
      const { stderr, stdout } = await run('echoscu', ['-v', ...options, ...where], { env });
      expect(stdout + stderr).toContain('Received Echo Response (Success)');
    }
  });

  it('takes every file of a folder from storescu, byte for byte, on one association', async () => {
    const { server, stored, faults } = await serve();
    const folder = temporaryFolder();
    const sent = Array.from({ length: 40 }, (_, seed) => instanceBytes({ seed, side: 64 + seed * 8 }));
    sent.forEach((bytes, at) => writeFileSync(join(folder, `${String(at)}.dcm`), bytes));
    await run('storescu', ['-aec', 'FIELDBOX', '+sd', '127.0.0.1', String(server.port), folder], { env });
    expect(stored).toHaveLength(40);
    const bodies = sent.map((bytes) => Buffer.from(bytes).subarray(132 + 12 + Buffer.from(bytes).readUInt32LE(140)));
    for (const { bytes, SOPInstanceUID } of stored) {
      const seed = sent.findIndex((_, at) => uidOf(`instance ${String(at)}`) === SOPInstanceUID);
      expect(bodies[seed]?.equals(bytes)).toBe(true);
    }
    expect(faults).toEqual([]);
  });

  it('answers findscu match by match', async () => {
    const { server } = await serve();
    const { stdout, stderr } = await run(
      'findscu',
      [
        '-v',
        '-S',
        '-aec',
        'FIELDBOX',
        '-k',
        'QueryRetrieveLevel=STUDY',
        '-k',
        'PatientName=Doe*',
        '127.0.0.1',
        String(server.port),
      ],
      { env },
    );
    expect((stdout + stderr).match(/\(0010,0020\) LO/g)).toHaveLength(3);
  });

  it('survives strangers: other protocols, lengths without end, silence, and goes on serving', async () => {
    const { server, faults } = await serve();
    for (const bytes of [
      Buffer.from('GET / HTTP/1.0\r\n\r\n'),
      Buffer.from([1, 0, 0xff, 0xff, 0xff, 0xff]),
      Buffer.from([4, 0, 0, 0, 0, 2, 1, 1]),
    ]) {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    await run('echoscu', ['--abort', '127.0.0.1', String(server.port)], { env });
    await run('echoscu', ['127.0.0.1', String(server.port)], { env });
    expect(faults).toEqual([]);
  });

  it('answers a commitment with what is kept and what is not', async () => {
    const { server } = await serve();
    const association = await request(server.port, [
      { id: 1, abstractSyntax: Services.StorageCommitment, transferSyntaxes: [ImplicitLE] },
    ]);
    const user = new ServiceUser(association);
    const status = await user.requestCommitment('1.9', [
      { SOPClassUID: SECONDARY_CAPTURE, SOPInstanceUID: '1.2.3' },
      { SOPClassUID: SECONDARY_CAPTURE, SOPInstanceUID: '4.5.6' },
    ]);
    expect(status).toBe(Status.Success);
    const report = await user.awaitReport();
    expect(report?.items(0x00081199)[0]?.string(0x00081155)).toBe('1.2.3');
    expect(report?.items(0x00081198)[0]?.string(0x00081155)).toBe('4.5.6');
    await association.release();
  });
});

describe('the DICOM client', () => {
  it('stores to storescp, in the transfer syntax of the file, over many PDUs', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'out');
    mkdirSync(out);
    const port = await freePort();
    const server = spawn('storescp', ['--max-pdu', '4096', '-od', out, String(port)], { stdio: 'ignore', env });
    onTestFinished(() => void server.kill());
    const path = join(folder, 'in.dcm');
    writeFileSync(path, instanceBytes({ seed: 1, side: 700 }));
    const contexts = [{ id: 1, abstractSyntax: SECONDARY_CAPTURE, transferSyntaxes: [ExplicitLE] }];
    const association = await tryUntil(() => request(port, contexts));
    const context = association.contextFor(SECONDARY_CAPTURE, ExplicitLE);
    if (!context) throw new Error('The context was not accepted.');
    const user = new ServiceUser(association);
    const start = 132 + 12 + Buffer.from(instanceBytes({ seed: 1 })).readUInt32LE(140);
    const SOPInstanceUID = uidOf('instance 1');
    const status = await user.store(context, {
      SOPClassUID: SECONDARY_CAPTURE,
      SOPInstanceUID,
      dataset: createReadStream(path, { start }),
    });
    expect(status).toBe(Status.Success);
    await association.release();
    expect(readdirSync(out)).toEqual([`SC.${SOPInstanceUID}`]);
  });

  it('says why an association did not come about', async () => {
    const port = await freePort();
    await expect(request(port, [])).rejects.toMatchObject({ fault: { kind: 'broken', code: 'ECONNREFUSED' } });
    const refusing = spawn('storescp', ['--refuse', String(port)], { stdio: 'ignore', env });
    onTestFinished(() => void refusing.kill());
    const contexts = [{ id: 1, abstractSyntax: Services.Verification, transferSyntaxes: [ImplicitLE] }];
    await expect
      .poll(() =>
        request(port, contexts).then(
          () => null,
          (error: unknown) => (error instanceof AssociationError ? error.fault.kind : undefined),
        ),
      )
      .toBe('rejected');
  });
});

async function tryUntil<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      return await work();
    } catch {
      await wait(100); // not listening yet
    }
  }
  return work();
}
