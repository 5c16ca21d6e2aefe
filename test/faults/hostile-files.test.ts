import { execFileSync } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { DataSetBuilder, writePart10 } from '../../main/dicom/writer';
import { unpackZip } from '../../main/workers/tasks/unpack-zip';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { EXPLICIT_LE, instanceBytes, SECONDARY_CAPTURE, sha256Of } from '../fixtures/instances';

/** Imports one folder into a new archive; gives the codes by the name behind the folder. */
async function importFolder(source: string, root: string): Promise<{ codes: Record<string, string>; images: number }> {
  const engine = await openForTest(join(root, 'archive'));
  const outcomes = await importInto(engine, [source]);
  const codes = Object.fromEntries(
    outcomes.map((outcome) => [
      outcome.path.slice(source.length + 1) + (outcome.entry === '' ? '' : `!${outcome.entry}`),
      outcome.error?.code ?? outcome.outcome,
    ]),
  );
  const images = (await allImages(engine)).length;
  const report = await engine.verifyNow(true, unwatched);
  expect([report.missing, report.corrupt, report.orphaned]).toEqual([[], [], []]);
  expect(readdirSync(join(root, 'archive', 'incoming'))).toEqual([]);
  return { codes, images };
}

/** A zip whose entries have exactly these names, whatever they are: yazl refuses bad ones, so they are put in afterwards. */
async function zipWith(path: string, entries: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  const zip = new ZipFile();
  for (const [name, bytes] of entries) zip.addBuffer(Buffer.from(bytes), placeholder(name), { compress: true });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  let raw = readFileSync(path).toString('latin1');
  for (const [name] of entries) raw = raw.replaceAll(placeholder(name), Buffer.from(name).toString('latin1'));
  writeFileSync(path, Buffer.from(raw, 'latin1'));
}

const placeholder = (name: string): string => sha256Of(Buffer.from(name)).slice(0, Buffer.from(name).length);

describe('files that are broken or mean harm', () => {
  it('are put aside with a reason each, and the sound ones between them are taken in', async () => {
    const root = temporaryFolder();
    const source = join(root, 'source');
    mkdirSync(source);
    const good = instanceBytes({ seed: 1, side: 256 });
    const put = (name: string, bytes: Uint8Array): void => writeFileSync(join(source, name), bytes);
    put('a good.dcm', good);
    put('b empty.dcm', new Uint8Array(0));
    put('c text.dcm', Buffer.from('this is a letter, renamed'));
    put('d cut.dcm', instanceBytes({ seed: 2, side: 256 }).subarray(0, good.length / 2));
    put('e preamble only.dcm', good.subarray(0, 132));
    put('f cut.jpg', Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb004300', 'hex'));
    put('g huge length.dcm', hugeLength());
    put('h deep.dcm', nested(4000));
    put('i noise', Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) & 0xff)));
    symlinkSync('/etc/passwd', join(source, 'j link'));
    execFileSync('mkfifo', [join(source, 'k pipe')]);
    put('l broken.pdf', Buffer.from('%PDF-1.4\nnothing'));
    put('m good.dcm', instanceBytes({ seed: 3 }));
    const { codes, images } = await importFolder(source, root);
    expect(codes).toEqual({
      'a good.dcm': 'added',
      'b empty.dcm': 'FILE_EMPTY',
      'c text.dcm': 'FILE_UNKNOWN',
      'd cut.dcm': 'DICOM_TRUNCATED',
      'e preamble only.dcm': 'DICOM_TRUNCATED',
      'f cut.jpg': 'PHOTO_DAMAGED',
      'g huge length.dcm': 'DICOM_TRUNCATED',
      'h deep.dcm': 'DICOM_TOO_DEEP',
      'i noise': 'FILE_UNKNOWN',
      'j link': 'SYMBOLIC_LINK',
      'k pipe': 'SPECIAL_FILE',
      'l broken.pdf': 'PDF_DAMAGED',
      'm good.dcm': 'added',
    });
    expect(images).toBe(2);
  });

  it('in a zip touch nothing outside of the archive, whatever they are called', async () => {
    const root = temporaryFolder();
    const source = join(root, 'source');
    mkdirSync(source);
    const before = listing(root);
    await zipWith(join(source, 'names.zip'), [
      ['visit/one.dcm', instanceBytes({ seed: 1 })],
      ['../../escape.dcm', instanceBytes({ seed: 2 })],
      ['/tmp/absolute.dcm', instanceBytes({ seed: 3 })],
      ['C:\\windows.dcm', instanceBytes({ seed: 4 })],
      ['visit/two.dcm', instanceBytes({ seed: 5 })],
    ]);
    const { codes, images } = await importFolder(source, root);
    expect(codes).toEqual({
      'names.zip!visit/one.dcm': 'added',
      'names.zip!../../escape.dcm': 'ZIP_UNSAFE_NAME',
      'names.zip!/tmp/absolute.dcm': 'ZIP_UNSAFE_NAME',
      'names.zip!C:/windows.dcm': 'ZIP_UNSAFE_NAME',
      'names.zip!visit/two.dcm': 'added',
    });
    expect(images).toBe(2);
    expect(listing(root).filter((name) => name !== 'archive')).toEqual(before);
  });

  it('in a zip that is cut off, in another zip, or full of nothing are put aside', async () => {
    const root = temporaryFolder();
    const source = join(root, 'source');
    mkdirSync(source);
    await zipWith(join(source, 'a inner.zip'), [['x.dcm', instanceBytes({ seed: 1 })]]);
    const inner = readFileSync(join(source, 'a inner.zip'));
    await zipWith(join(source, 'b outer.zip'), [
      ['inner.zip', inner],
      ['y.dcm', instanceBytes({ seed: 2 })],
    ]);
    writeFileSync(join(source, 'c cut.zip'), inner.subarray(0, inner.length - 30));
    // Zeros shrink about a thousandfold: three hundred megabytes in three hundred kilobytes.
    const zeros = new Uint8Array(300 * 1024 * 1024);
    await zipWith(join(source, 'd zeros.zip'), [['big.dcm', zeros]]);
    const { codes, images } = await importFolder(source, root);
    expect(codes['a inner.zip!x.dcm']).toBe('added');
    expect(codes['b outer.zip!inner.zip']).toBe('ZIP_NESTED');
    expect(codes['b outer.zip!y.dcm']).toBe('added');
    expect(Object.entries(codes).find(([name]) => name.startsWith('c cut.zip'))?.[1]).toBe('ZIP_DAMAGED');
    expect(codes['d zeros.zip!big.dcm']).toBe('FILE_UNKNOWN');
    expect(images).toBe(2);
  });
});

describe('a zip bomb', () => {
  it.each([
    ['by what it unpacks to in all', { maxEntries: 100, maxTotalBytes: 1_000_000, maxRatio: 100_000 }],
    ['by how much it grows', { maxEntries: 100, maxTotalBytes: 2 ** 40, maxRatio: 50 }],
    ['by the number of its entries', { maxEntries: 1, maxTotalBytes: 2 ** 40, maxRatio: 100_000 }],
  ])('is stopped %s, and little has been written', async (_, limits) => {
    const root = temporaryFolder();
    const path = join(root, 'bomb.zip');
    await zipWith(path, [
      ['a', new Uint8Array(8_000_000)],
      ['b', new Uint8Array(8_000_000)],
    ]);
    const folder = join(root, 'unpacked');
    await expect(unpackZip({ path, folder, from: 0, batchBytes: 1e9, bytesBefore: 0, limits })).rejects.toMatchObject({
      code: 'ZIP_BOMB',
    });
    const written = existsSync(folder)
      ? readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
      : 0;
    expect(written).toBeLessThan(9_000_000);
  });
});

function listing(folder: string): readonly string[] {
  return readdirSync(folder).sort();
}

/** A data set whose pixel data claim nearly four gigabytes. */
function hugeLength(): Uint8Array {
  const bytes = Buffer.from(instanceBytes({ seed: 9, side: 16 }));
  bytes.writeUInt32LE(0xfffffff0, bytes.length - 16 * 16 - 4);
  return bytes;
}

/** Sequences in sequences. */
function nested(depth: number): Uint8Array {
  const begin = Buffer.from('0800401153510000fffffffffeff00e0ffffffff', 'hex');
  const head = writePart10(
    { sopClassUID: SECONDARY_CAPTURE, sopInstanceUID: '2.25.1', transferSyntaxUID: EXPLICIT_LE },
    new DataSetBuilder().set('SOPClassUID', SECONDARY_CAPTURE).set('SOPInstanceUID', '2.25.1'),
  );
  return Buffer.concat([head, ...Array.from({ length: depth }, () => begin)]);
}
