import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BufferSource } from '../../main/dicom/buffer-source';
import { readDicom } from '../../main/dicom/reader';
import { importInto, temporaryFolder } from '../fixtures/archive';
import { type SelfSigned, selfSigned } from '../fixtures/certificates';
import { CODED, filesIn, requireEqualPixels, writeCoded } from '../fixtures/coded-images';
import { runCommand, startCommand } from '../fixtures/command-line';
import { freePort } from '../fixtures/free-port';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';
import { dcmtkEnvironment, machine, type ServedArchive, serveArchive, startStoreScp } from '../fixtures/scp';
import type { ScpPeer } from '../../shared/model/scp';

const STUDY = ['-k', 'QueryRetrieveLevel=STUDY', '-k', `StudyInstanceUID=${uidOf('study coded')}`];
const patient = (id: string): readonly string[] => ['-k', 'QueryRetrieveLevel=PATIENT', '-k', `PatientID=${id}`];
/** PS3.4 table C.4-2. */
const SUCCESS = '0x0000';
const REFUSED = '0xa702';
const WARNING = '0xb000';

interface Moved extends ServedArchive {
  /** Where the destination keeps what it gets. */
  readonly there: string;
}

/** An archive that holds one picture in each coding, and `storescp` as the machine KNOWN. */
async function coded(store: readonly string[], changes: Partial<ScpPeer>): Promise<Moved> {
  const { port, folder: there } = await startStoreScp(join(temporaryFolder(), 'there'), store);
  const served = await serveArchive(0, { peers: [machine({ port, ...changes })] });
  writeCoded(join(served.folder, 'coded'));
  await importInto(served.engine, [join(served.folder, 'coded')]);
  return { ...served, there };
}

/** The status of the final response of a retrieval, and how it counts. */
function finalOf(said: string) {
  const last = (what: RegExp): string => [...said.matchAll(what)].at(-1)?.[1] ?? '';
  return {
    status: last(/DIMSE Status *: (0x[0-9a-f]{4})/g),
    completed: Number(last(/Completed Suboperations *: (\d+)/g)),
    failed: Number(last(/Failed Suboperations *: (\d+)/g)),
  };
}

describe('compressed images that are asked for by who takes no compression', () => {
  it('are not sent by C-MOVE unless a person has allowed that they are decoded; each that fails is counted and named', async () => {
    const { tool, there, faults } = await coded(['+xe'], { mayTranscode: false });
    const said = await tool('movescu', '-d', '-S', '-aem', 'KNOWN', ...STUDY, '');
    expect(finalOf(said)).toEqual({ status: REFUSED, completed: 0, failed: CODED });
    expect(said).toMatch(new RegExp(`, *${String(CODED)} FailedSOPInstanceUIDList`));
    expect(readdirSync(there)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('are sent decoded by C-MOVE with equal pixels where it is allowed', async () => {
    const { engine, tool, there, faults } = await coded(['+xe'], { mayTranscode: true });
    const said = await tool('movescu', '-d', '-S', '-aem', 'KNOWN', ...STUDY, '');
    expect(finalOf(said)).toEqual({ status: SUCCESS, completed: CODED, failed: 0 });
    await requireEqualPixels(engine, filesIn(there));
    expect(readdirSync(engine.context.paths.incoming).filter((name) => name.startsWith('plain-'))).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('are given by C-GET decoded, or counted as failed', async () => {
    const { engine, tool, folder } = await coded([], { mayTranscode: true });
    mkdirSync(join(folder, 'got'));
    const said = await tool('getscu', '-d', '-S', '-od', join(folder, 'got'), ...STUDY, '');
    expect(finalOf(said)).toEqual({ status: SUCCESS, completed: CODED, failed: 0 });
    await requireEqualPixels(engine, filesIn(join(folder, 'got')));

    const other = await coded([], { mayTranscode: false });
    mkdirSync(join(other.folder, 'got'));
    const answer = await other.tool('getscu', '-d', '-S', '-od', join(other.folder, 'got'), ...STUDY, '');
    expect(finalOf(answer)).toEqual({ status: REFUSED, completed: 0, failed: CODED });
    expect(readdirSync(join(other.folder, 'got'))).toEqual([]);
  });

  it('hold up none of the others: what is native goes, in Implicit VR where nothing else is taken', async () => {
    const { engine, tool, folder, there } = await coded(['+xi'], { mayTranscode: false });
    mkdirSync(join(folder, 'native'));
    const native = instanceBytes({ seed: 7 });
    writeFileSync(join(folder, 'native', 'n.dcm'), native);
    await importInto(engine, [join(folder, 'native')]);
    const said = await tool('movescu', '-d', '-S', '-aem', 'KNOWN', ...patient('P1'), '');
    expect(finalOf(said)).toEqual({ status: WARNING, completed: 1, failed: CODED });
    const [file] = readdirSync(there).map((name) => readFileSync(join(there, name)));
    expect(readDicom(new BufferSource(file ?? Buffer.alloc(0))).transferSyntaxUID).toBe('1.2.840.10008.1.2');
  });

  it('reach a real Orthanc that asks for them, as they are stored', async () => {
    const port = await freePort();
    const served = await serveArchive(0, { peers: [machine({ AETitle: 'PEER', port })] });
    const orthanc = await Orthanc.start({
      settings: { DicomPort: port, DicomModalities: { here: ['FIELDBOX', '127.0.0.1', served.server.port] } },
    });
    writeCoded(join(served.folder, 'coded'));
    await importInto(served.engine, [join(served.folder, 'coded')]);
    const retrieved = await fetch(`${orthanc.url}/modalities/here/move`, {
      method: 'POST',
      body: JSON.stringify({ Level: 'Study', Resources: [{ StudyInstanceUID: uidOf('study coded') }] }),
    });
    expect(retrieved.status).toBe(200);
    const files = await orthanc.files();
    expect(files).toHaveLength(CODED);
    for (const file of files)
      expect(readDicom(new BufferSource(file)).dataset.element(0x7fe00010)?.fragments).toBeDefined();
  });
});

describe('a move destination that needs TLS', () => {
  async function move(tls: (own: SelfSigned, peer: SelfSigned) => Partial<ScpPeer>) {
    const folder = temporaryFolder();
    const [own, peer] = [selfSigned(folder, 'fieldbox'), selfSigned(folder, 'peer')];
    // It lets nobody in who shows no certificate that it knows.
    const store = ['+tls', peer.keyFile, peer.certificateFile, '+cf', own.certificateFile, '-rc'];
    const asking = ['+tls', own.keyFile, own.certificateFile, '-ic'];
    const { port, folder: there } = await startStoreScp(join(folder, 'there'), store, asking);
    const { tool, faults } = await serveArchive(3, { peers: [machine({ port, ...tls(own, peer) })] }, own);
    const said = await tool('movescu', '-d', '-S', '-aem', 'KNOWN', ...patient('P0'), '');
    return { said, received: readdirSync(there).length, faults };
  }

  it('is sent to under its own settings, with the certificate of this laptop, when a person has accepted its one', async () => {
    const { said, received, faults } = await move((_, peer) => ({ tls: true, certificate: peer.fingerprint }));
    expect(finalOf(said)).toEqual({ status: SUCCESS, completed: 3, failed: 0 });
    expect(received).toBe(3);
    expect(faults).toEqual([]);
  });

  it('gets nothing unencrypted, and nothing when it shows another certificate', async () => {
    for (const settings of [{ tls: false }, { tls: true, certificate: 'ab'.repeat(32) }, { tls: true }]) {
      const { said, received, faults } = await move(() => settings);
      expect(finalOf(said)).toEqual({ status: REFUSED, completed: 0, failed: 3 });
      expect(received).toBe(0);
      expect(faults).toEqual([]);
    }
  });
});

describe('serve --scp of the command line', () => {
  it('sends to a machine as --peer says: over TLS with its certificate, and decoded', async () => {
    const folder = temporaryFolder();
    const peer = selfSigned(folder, 'peer');
    const store = ['+xe', '+tls', peer.keyFile, peer.certificateFile, '-ic'];
    const { port, folder: there } = await startStoreScp(join(folder, 'there'), store, ['+tla', '-ic']);
    writeCoded(join(folder, 'coded'));
    const archive = ['--archive', join(folder, 'archive')];
    expect((await runCommand('import', join(folder, 'coded'), ...archive)).code).toBe(0);
    const own = await freePort();
    const known = `KNOWN@127.0.0.1:${String(port)}`;
    const serve = ['serve', ...archive, '--scp', String(own), '--standard-only', '--peer'];
    expect((await runCommand(...serve, `${known},sealed`)).stderr).toContain('--peer is AETITLE@HOST:PORT');
    const serving = startCommand([...serve, `${known},tls=${peer.fingerprint},decoded`]);
    const ended = new Promise((resolve) => serving.once('close', resolve));
    onTestFinished(() => void serving.kill('SIGKILL'));
    const names = ['-d', '-S', '-aet', 'KNOWN', '-aec', 'FIELDBOX', '-aem', 'KNOWN'];
    const move = async (): Promise<string> =>
      promisify(execFile)('movescu', [...names, ...STUDY, '127.0.0.1', String(own)], { env: dcmtkEnvironment }).then(
        ({ stdout, stderr }) => stdout + stderr,
        () => '',
      );
    await expect
      .poll(async () => finalOf(await move()), { timeout: 60_000, interval: 100 })
      .toEqual({ status: SUCCESS, completed: CODED, failed: 0 });
    expect(filesIn(there)).toHaveLength(CODED);
    serving.kill('SIGINT');
    await ended;
  });
});
