import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BufferSource } from '../../main/dicom/buffer-source';
import { readDicom } from '../../main/dicom/reader';
import { Tags } from '../../main/dicom/tags';
import type { RemoteSettings } from '../../shared/model/remotes/settings';
import { importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { CODED, filesIn, requireEqualPixels, writeCoded } from '../fixtures/coded-images';
import { imageBytes, texture } from '../fixtures/dicom-images';
import { freePort } from '../fixtures/free-port';
import { uidOf } from '../fixtures/instances';
import { addRemote, itemsOf, type OutboxForTest, sendAll, statesOf, syncForTest } from '../fixtures/outbox';
import { dcmtkEnvironment, startStoreScp } from '../fixtures/scp';
import { dimseSettings } from './remotes/kinds';
import { HASTE } from './rude/rude';

const run = promisify(execFile);
const WAIT = { timeout: 60_000, interval: 50 };

interface Sent extends OutboxForTest {
  readonly folder: string;
}

/** An archive with one picture in each coding. */
async function codedArchive(): Promise<Sent> {
  const folder = temporaryFolder();
  const coded = join(folder, 'coded');
  writeCoded(coded);
  const engine = await openForTest(join(folder, 'archive'));
  await importInto(engine, [coded]);
  return { ...syncForTest(engine, undefined, HASTE), folder };
}

function dimse(port: number, mayTranscode: boolean): Extract<RemoteSettings, { kind: 'dimse' }> {
  const settings = dimseSettings(port);
  if (settings.kind !== 'dimse') throw new Error('DIMSE is wanted.');
  return { ...settings, mayTranscode };
}

describe('a peer that takes no compression', () => {
  it('gets compressed images only when a person has allowed that they are decoded, then with equal pixels', async () => {
    const sent = await codedArchive();
    const peer = await startStoreScp(join(sent.folder, 'in'), ['+xe']);
    const { verbs } = sent.sync;
    const remote = await addRemote(sent.sync, 'far', dimse(peer.port, false));
    const transaction = await sendAll(sent, remote);
    sent.sync.start();
    await expect.poll(() => statesOf(sent.sync, transaction), WAIT).toMatchObject({ refused: CODED });
    const codes = (await itemsOf(sent.sync, transaction)).map(({ fault }) => fault?.code);
    expect(new Set(codes)).toEqual(new Set(['REMOTE_COMPRESSION']));
    expect(filesIn(peer.folder)).toEqual([]);

    const [row] = (await verbs['remotes.list']({})).rows;
    if (!row) throw new Error('There is no destination.');
    await verbs['remotes.save']({
      remote,
      name: 'far',
      settings: dimse(peer.port, true),
      policy: row.policy,
      secrets: {},
    });
    await verbs['outbox.retry']({ transaction });
    await expect.poll(() => statesOf(sent.sync, transaction), WAIT).toMatchObject({ arrived: CODED });
    await requireEqualPixels(sent.engine, filesIn(peer.folder));
    expect(readdirSync(sent.engine.context.paths.incoming).filter((name) => name.startsWith('plain-'))).toEqual([]);
    expect(sent.faults).toEqual([]);
  });

  it('is sent native images in Implicit VR where it knows nothing else, without asking', async () => {
    const folder = temporaryFolder();
    const peer = await startStoreScp(join(folder, 'in'), ['+xi']);
    const sent = await codedArchive();
    mkdirSync(join(folder, 'native'));
    const pixels = Uint8Array.from(texture(8, 8, 1, 255));
    const more = { SOPInstanceUID: uidOf('n'), StudyInstanceUID: uidOf('s'), SeriesInstanceUID: uidOf('e') };
    writeFileSync(join(folder, 'native', 'n.dcm'), imageBytes({ rows: 8, columns: 8, pixels, more }));
    await importInto(sent.engine, [join(folder, 'native')]);
    const remote = await addRemote(sent.sync, 'far', dimse(peer.port, false));
    const transaction = await sendAll(sent, remote);
    sent.sync.start();
    await expect.poll(() => statesOf(sent.sync, transaction), WAIT).toMatchObject({ arrived: 1, refused: CODED });
    const [bytes] = filesIn(peer.folder);
    const there = readDicom(new BufferSource(bytes ?? Buffer.alloc(0)));
    expect(there.transferSyntaxUID).toBe('1.2.840.10008.1.2');
    expect(Buffer.from(there.dataset.bytes(Tags.PixelData) ?? [])).toEqual(Buffer.from(pixels));
  });

  it('is told in the ledger: what it lists was sent decoded', async () => {
    const sent = await codedArchive();
    const port = await freePort();
    const database = join(sent.folder, 'db');
    mkdirSync(database);
    const configuration = join(sent.folder, 'qr.cfg');
    writeFileSync(
      configuration,
      `NetworkTCPPort = ${String(port)}\nMaxPDUSize = 16384\nMaxAssociations = 16\nHostTable BEGIN\nHostTable END\nVendorTable BEGIN\nVendorTable END\nAETable BEGIN\nPEER ${database} RW (500, 1024mb) ANY\nAETable END\n`,
    );
    const peer = spawn('dcmqrscp', ['-c', configuration], { stdio: 'ignore', env: dcmtkEnvironment });
    onTestFinished(() => void peer.kill());
    const echo = () =>
      run('echoscu', ['-aec', 'PEER', '127.0.0.1', String(port)], { env: dcmtkEnvironment }).then(
        () => true,
        () => false,
      );
    await expect.poll(echo, WAIT).toBe(true);
    const remote = await addRemote(sent.sync, 'far', dimse(port, true));
    const transaction = await sendAll(sent, remote);
    sent.sync.start();
    await expect.poll(() => statesOf(sent.sync, transaction), WAIT).toMatchObject({ proven: CODED });
    const notes = (await itemsOf(sent.sync, transaction)).map(
      ({ proof }) => `${proof?.kind ?? ''}: ${proof?.note ?? ''}`,
    );
    expect(new Set(notes)).toEqual(new Set(['query: C-FIND; sent as Explicit VR Little Endian']));
    await requireEqualPixels(
      sent.engine,
      filesIn(database).filter((bytes) => bytes.toString('latin1', 128, 132) === 'DICM'),
    );
  });
});
