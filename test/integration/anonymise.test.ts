import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymise, type AnonymisationOptions } from '../../main/dicom/anonymise';
import { BufferSource } from '../../main/dicom/buffer-source';
import { readDicom } from '../../main/dicom/reader';
import { SAMPLES, sample } from '../fixtures/dicom-samples';

/** Independent readers of what is anonymised: DCMTK, dicom3tools and pydicom, as Debian's packages of these names install them. */
const PYTHON = '/usr/bin/python3';
const KEY = { secret: new Uint8Array(32).fill(11) };
const WAYS: readonly (readonly [string, AnonymisationOptions])[] = [
  ['the Basic Profile', {}],
  [
    'dates moved and texts cleaned',
    { dates: 'modified', cleanDescriptors: true, cleanStructuredContent: true, retainPatientCharacteristics: true },
  ],
  ['an area blackened', { masks: [{ x: 0, y: 0, width: 32, height: 16 }] }],
];

describe('anonymised files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldbox-anonymise-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  async function write(name: string, options: AnonymisationOptions): Promise<string> {
    const { part10 } = await anonymise(readDicom(new BufferSource(sample(name))), options, KEY);
    const path = join(folder, name.replaceAll('/', '-'));
    writeFileSync(path, Buffer.concat(part10));
    return path;
  }

  function run(program: string, args: readonly string[]): string {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (error)
      throw new Error(`${program} is needed for this test; it comes with dcmtk, dicom3tools or python3-pydicom`, {
        cause: error,
      });
    expect(status, stderr).toBe(0);
    return stdout + stderr;
  }

  it.each(WAYS)('with %s are read by dcmtk without a word', async (_, options) => {
    for (const name of SAMPLES) {
      const text = run('dcmdump', ['-q', await write(name, options)]);
      expect(
        text.split('\n').filter((line) => /^[WEF]: /.test(line)),
        name,
      ).toEqual([]);
      expect(text).toContain('(0012,0062) CS [YES]');
    }
  });

  it.each(WAYS)('with %s are read by pydicom, the method with its codes too', async (_, options) => {
    const script = [
      'import sys, pydicom',
      'for path in sys.argv[1:]:',
      '  d = pydicom.dcmread(path)',
      '  for e in d.iterall(): e.value',
      '  c = d.DeidentificationMethodCodeSequence[0].CodeValue',
      '  same = d.file_meta.MediaStorageSOPInstanceUID == d.SOPInstanceUID',
      '  print(d.PatientIdentityRemoved, c, d.SpecificCharacterSet, same, d.PatientID[:5])',
    ].join('\n');
    const paths: string[] = [];
    for (const name of SAMPLES) paths.push(await write(name, options));
    const lines = run(PYTHON, ['-W', 'ignore', '-c', script, ...paths])
      .trim()
      .split('\n');
    expect(lines).toEqual(SAMPLES.map(() => 'YES 113100 ISO_IR 192 True ANON-'));
  });

  it('make dciodvfy find nothing that it did not find in the original', async () => {
    const errors = (path: string): Set<string> => {
      const { stdout, stderr } = spawnSync('dciodvfy', [path], { encoding: 'utf8' });
      const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.startsWith('Error'));
      return new Set(lines.map((line) => line.replaceAll(/<[^<>]*\d{5}[^<>]*>/g, '')));
    };
    const found: string[] = [];
    // It reads no deflated file, so of that one it does not know the original's errors.
    for (const name of SAMPLES.filter((each) => !each.includes('deflated'))) {
      const before = join(folder, 'original.dcm');
      writeFileSync(before, sample(name));
      const known = errors(before);
      for (const error of errors(await write(name, {}))) if (!known.has(error)) found.push(`${name}: ${error}`);
    }
    expect(found).toEqual([]);
  });
});
