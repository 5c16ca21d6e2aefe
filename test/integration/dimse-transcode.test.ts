import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BufferSource } from '../../main/dicom/buffer-source';
import { decodeFrame } from '../../main/dicom/pixels';
import { readDicom } from '../../main/dicom/reader';
import { Tags } from '../../main/dicom/tags';
import type { RemoteSettings } from '../../shared/model/remotes/settings';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { imageBytes, texture } from '../fixtures/dicom-images';
import { freePort } from '../fixtures/free-port';
import { uidOf } from '../fixtures/instances';
import { addRemote, itemsOf, type OutboxForTest, sendAll, statesOf, syncForTest } from '../fixtures/outbox';
import { dcmtkEnvironment, startStoreScp } from '../fixtures/scp';
import { dimseSettings } from './remotes/kinds';
import { HASTE } from './rude/rude';

const run = promisify(execFile);
const WAIT = { timeout: 60_000, interval: 50 };
const LOSSY_IMAGE_COMPRESSION = 0x00282110;

/** How dcmtk codes a picture in each of its ways. */
const CODERS: readonly { readonly tool: string; readonly flag: string; readonly samples: 1 | 3 }[] = [
  { tool: 'dcmcjpeg', flag: '+e1', samples: 1 },
  { tool: 'dcmcjpeg', flag: '+e1', samples: 3 },
  { tool: 'dcmcjpeg', flag: '+eb', samples: 3 },
  { tool: 'dcmcjpls', flag: '+el', samples: 1 },
  { tool: 'dcmcrle', flag: '-v', samples: 3 },
];

interface Sent extends OutboxForTest {
  readonly folder: string;
}

/** An archive with one picture in each coding. */
async function codedArchive(): Promise<Sent> {
  const folder = temporaryFolder();
  const coded = join(folder, 'coded');
  mkdirSync(coded);
  CODERS.forEach(({ tool, flag, samples }, seed) => {
    const native = join(folder, 'native.dcm');
    writeFileSync(
      native,
      imageBytes({
        rows: 32,
        columns: 48,
        samples,
        pixels: Uint8Array.from(texture(48, 32, samples, 255)),
        more: {
          SOPInstanceUID: uidOf(`coded ${String(seed)}`),
          StudyInstanceUID: uidOf('study coded'),
          SeriesInstanceUID: uidOf('series coded'),
          PatientID: 'P1',
          PatientName: 'Name^P1',
          Modality: 'OT',
          ConversionType: 'WSD',
        },
      }),
    );
    execFileSync(tool, [flag, native, join(coded, `${String(seed)}.dcm`)], { env: dcmtkEnvironment });
  });
  const engine = await openForTest(join(folder, 'archive'));
  await importInto(engine, [coded]);
  return { ...syncForTest(engine, undefined, HASTE), folder };
}

function dimse(port: number, mayTranscode: boolean): Extract<RemoteSettings, { kind: 'dimse' }> {
  const settings = dimseSettings(port);
  if (settings.kind !== 'dimse') throw new Error('DIMSE is wanted.');
  return { ...settings, mayTranscode };
}

/** Whether what lies in a folder shows the same pixels as the archive, image by image, and in which transfer syntaxes. */
async function requireEqualPixels({ engine }: Sent, received: readonly Buffer[]): Promise<void> {
  const here = (await allImages(engine)).map(({ image }) =>
    readDicom(new BufferSource(readFileSync(engine.context.objects.path(image)))),
  );
  expect(received).toHaveLength(here.length);
  for (const bytes of received) {
    const there = readDicom(new BufferSource(bytes));
    const uid = there.dataset.string(Tags.SOPInstanceUID);
    const own = here.find(({ dataset }) => dataset.string(Tags.SOPInstanceUID) === uid);
    if (!own) throw new Error(`${String(uid)} was never sent.`);
    const [before, after] = [await decodeFrame(own, 0), await decodeFrame(there, 0)];
    expect(there.dataset.element(Tags.PixelData)?.fragments).toBeUndefined();
    expect(Buffer.from(after.bytes)).toEqual(Buffer.from(before.bytes));
    expect(after.photometricInterpretation).toBe(before.photometricInterpretation);
    expect(there.dataset.string(Tags.PhotometricInterpretation)).toBe(before.photometricInterpretation);
    const lossy = own.transferSyntaxUID === '1.2.840.10008.1.2.4.50';
    expect(there.dataset.string(LOSSY_IMAGE_COMPRESSION) === '01').toBe(lossy);
  }
}

function received(folder: string): readonly Buffer[] {
  return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
}

describe('a peer that takes no compression', () => {
  it('gets compressed images only when a person has allowed that they are decoded, then with equal pixels', async () => {
    const sent = await codedArchive();
    const peer = await startStoreScp(join(sent.folder, 'in'), ['+xe']);
    const { verbs } = sent.sync;
    const remote = await addRemote(sent.sync, 'far', dimse(peer.port, false));
    const transaction = await sendAll(sent, remote);
    sent.sync.start();
    await expect.poll(() => statesOf(sent.sync, transaction), WAIT).toMatchObject({ refused: CODERS.length });
    const codes = (await itemsOf(sent.sync, transaction)).map(({ fault }) => fault?.code);
    expect(new Set(codes)).toEqual(new Set(['REMOTE_COMPRESSION']));
    expect(received(peer.folder)).toEqual([]);

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
    await expect.poll(() => statesOf(sent.sync, transaction), WAIT).toMatchObject({ arrived: CODERS.length });
    await requireEqualPixels(sent, received(peer.folder));
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
    await expect
      .poll(() => statesOf(sent.sync, transaction), WAIT)
      .toMatchObject({ arrived: 1, refused: CODERS.length });
    const [bytes] = received(peer.folder);
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
    await expect.poll(() => statesOf(sent.sync, transaction), WAIT).toMatchObject({ proven: CODERS.length });
    const notes = (await itemsOf(sent.sync, transaction)).map(
      ({ proof }) => `${proof?.kind ?? ''}: ${proof?.note ?? ''}`,
    );
    expect(new Set(notes)).toEqual(new Set(['query: C-FIND; sent as Explicit VR Little Endian']));
    await requireEqualPixels(
      sent,
      received(database).filter((bytes) => bytes.toString('latin1', 128, 132) === 'DICM'),
    );
  });
});
