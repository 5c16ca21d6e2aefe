import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { runExport } from '../../main/archive/export';
import { openSharp } from '../../main/imaging/sharp';
import { FindInput } from '../../shared/contract/catalog';
import { type ExportResult, ExportSelection } from '../../shared/contract/release';
import { PatientInput, type PatientRow } from '../../shared/model/rows';
import type { ExportContainer, ExportForm } from '../../shared/model/vocabulary';
import { importInto, nobody, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { exifBlock, pdfBytes, withExif } from '../fixtures/photo-bytes';
import { cornerDifference, cornerSamples, encoded, jpegOf, storedFor } from '../fixtures/photos';
import { filesUnder } from '../unit/export/plan-fixture';

const GPS_PLACE = 'somewhere secret';
let folder: string;
let engine: Engine;
let patient: PatientRow;
let refusing: PatientRow;
/** Hashes of the files that went in and may go out. */
let sources: string[];

async function register(PatientName: string, consent: 'yes' | 'no'): Promise<PatientRow> {
  return engine.verbs['patients.register'](
    PatientInput.parse({
      PatientName,
      PatientID: '',
      PatientSex: 'F',
      PatientBirthDate: '19900303',
      birthDatePrecision: 'estimated',
      ageYears: null,
      temporary: false,
      consent,
      note: '',
    }),
  );
}

beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
  const clinic = await engine.verbs['clinics.create']({
    name: 'Río camp',
    place: 'River',
    firstDay: '20261101',
    lastDay: '20261130',
  });
  const kinds = await engine.verbs['kinds.list']({});
  const surgery = kinds.rows.find((row) => row.code === 'surgery')?.kind ?? null;
  patient = await register('Diallo^Aïssatou=ديالو^عائشة', 'yes');
  refusing = await register('No^Way', 'no');

  const turned = withExif(
    await jpegOf(storedFor(cornerSamples(), 6)),
    exifBlock({ 0x0112: 6 }, {}, { 0x001b: GPS_PLACE }),
  );
  const files: Readonly<Record<string, Uint8Array>> = {
    'IMG_1.JPG': turned,
    'con.jpg': await jpegOf(cornerSamples(50, 30)),
    'Img_1.jpg': await jpegOf(cornerSamples(52, 30)),
    'scan.png': await encoded(cornerSamples(), 'png'),
    'letter.pdf': pdfBytes(),
  };
  sources = Object.values(files).map(sha256Of);
  const photos = join(folder, 'photos');
  mkdirSync(photos);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(photos, name), bytes);
  await importInto(engine, [photos], { ...nobody, patient: patient.patient, clinic: clinic.clinic, kind: surgery });

  const dicom = join(folder, 'dicom');
  mkdirSync(dicom);
  const names = ['Müller^Jörg', 'Yamada^Tarou=山田^太郎=やまだ^たろう', '<script>alert(1)</script>^"\'&'];
  for (let seed = 0; seed < 6; seed += 1) {
    const bytes = instanceBytes({
      seed,
      PatientID: `H${String(seed % 3)}`,
      PatientName: names[seed % 3] ?? '',
      SpecificCharacterSet: 'ISO_IR 192',
    });
    sources.push(sha256Of(bytes));
    writeFileSync(join(dicom, `${String(seed)}.dcm`), bytes);
  }
  await importInto(engine, [dicom]);

  const secret = join(folder, 'secret.jpg');
  writeFileSync(secret, await jpegOf(cornerSamples(70, 30)));
  await importInto(engine, [secret], { ...nobody, patient: refusing.patient });
});

async function everything(form: ExportForm, container: ExportContainer = 'folder'): Promise<ExportResult> {
  const { rows } = await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient' }));
  const selection = ExportSelection.parse({ patients: rows.map((row) => row.patient) });
  const target = join(folder, container === 'zip' ? `${form}.zip` : form);
  const preview = await engine.verbs['export.preview']({ selection, form });
  const result = await runExport(engine.context, { selection, form, container, target }, unwatched);
  expect(result).toMatchObject({ state: 'proven', images: 11, leftOut: [{ code: 'CONSENT_REFUSED' }], error: null });
  expect(preview).toMatchObject({ images: 11, leftOut: result.leftOut });
  expect(result.verified).toBe(result.files);
  return result;
}

function unzipped(result: ExportResult): string {
  const to = join(folder, 'unzipped');
  execFileSync('unzip', ['-q', result.target, '-d', to]);
  return to;
}

function run(program: string, args: readonly string[], cwd: string): string {
  return execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
}

describe('media of an archive', () => {
  it.each(['folder', 'zip'] as const)(
    'in a %s are a file-set that dcmtk and pydicom read, of objects that dciodvfy accepts',
    async (container) => {
      const result = await everything('media', container);
      const target = container === 'zip' ? unzipped(result) : result.target;
      const objects = filesUnder(join(target, 'DICOM'));
      expect(objects).toHaveLength(11);
      expect(existsSync(join(target, 'UNLISTED'))).toBe(false);
      const printed = run('dcmdump', ['--quiet', '+U8', 'DICOMDIR'], target);
      for (const name of ['Müller^Jörg', 'Yamada^Tarou=山田^太郎=やまだ^たろう', 'Diallo^Aïssatou=ديالو^عائشة'])
        expect(printed).toContain(name);
      expect(printed).not.toContain('No^Way');
      expect(run('dcm2xml', ['--quiet', '--convert-to-utf8', 'DICOMDIR'], target)).toContain('Müller^Jörg');
      const check = `
import warnings
warnings.simplefilter('error', UserWarning)
from pydicom.fileset import FileSet
found = [(i.load().SOPInstanceUID == i.SOPInstanceUID, i.PatientID) for i in FileSet('DICOMDIR')]
print(len(found), all(same for same, _ in found), len({number for _, number in found}))`;
      expect(run('/usr/bin/python3', ['-W', 'ignore::DeprecationWarning', '-c', check], target).trim()).toBe(
        '11 True 4',
      );
      const made = objects.filter((object) =>
        run('dcmdump', ['--quiet', '+P', 'Manufacturer', '+P', 'PatientName', object], join(target, 'DICOM')).includes(
          'Diallo',
        ),
      );
      expect(made).toHaveLength(5);
      for (const checked of ['DICOMDIR', ...made.map((object) => `DICOM/${object}`)]) {
        const { stdout, stderr } = spawnSync('dciodvfy', [checked], { cwd: target, encoding: 'utf8' });
        expect(`${stdout}\n${stderr}`.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
      }
      for (const object of objects) expect(readFileSync(join(target, 'DICOM', object)).includes(GPS_PLACE)).toBe(false);
      run('sha256sum', ['-c', '--strict', '--quiet', 'SHA256.TXT'], target);
      // What goes out can come in again, and is known.
      const back = await importInto(engine, [target]);
      expect(back.filter((outcome) => outcome.outcome === 'alreadyStored')).toHaveLength(11);
      expect(back.filter((outcome) => outcome.outcome === 'added')).toEqual([]);
    },
  );
});

describe('originals of an archive', () => {
  it.each(['folder', 'zip'] as const)(
    'in a %s are byte for byte what went in, under names that every system takes',
    async (container) => {
      const result = await everything('originals', container);
      const target = container === 'zip' ? unzipped(result) : result.target;
      const files = filesUnder(target).filter((file) => file !== 'SHA256SUMS');
      expect(files.map((file) => sha256Of(readFileSync(join(target, file)))).sort()).toEqual([...sources].sort());
      expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(files.length);
      expect(files.filter((file) => /[<>:"|?*]|\/con\./i.test(file))).toEqual([]);
      run('sha256sum', ['-c', '--strict', '--quiet', 'SHA256SUMS'], target);
    },
  );
});

describe('pictures of an archive', () => {
  it('are upright, say nothing of places, and stand on a page that runs nothing', async () => {
    const { target } = await everything('pictures');
    const pictures = filesUnder(target).filter((file) => /\.(?:jpg|png)$/.test(file));
    expect(pictures.filter((file) => !file.startsWith('thumbnails/'))).toHaveLength(10);
    let corners = 0;
    for (const picture of pictures) {
      const bytes = readFileSync(join(target, picture));
      expect(bytes.includes(GPS_PLACE)).toBe(false);
      const { data, info } = await openSharp(bytes)
        .removeAlpha()
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      if (!picture.startsWith('thumbnails/') && picture.includes('Diallo')) {
        expect(cornerDifference(data, info.width, info.height)).toBeLessThan(40);
        corners += 1;
      }
    }
    expect(corners).toBe(4);
    expect(filesUnder(target).filter((file) => file.endsWith('.pdf'))).toHaveLength(1);
    const page = readFileSync(join(target, 'index.html'), 'utf8');
    expect(page).not.toMatch(/<script/i);
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('No, Way');
    const links = [...page.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) =>
      decodeURIComponent((match[1] ?? '').replaceAll('&#39;', "'").replaceAll('&amp;', '&')),
    );
    expect(links.filter((link) => !existsSync(join(target, link)))).toEqual([]);
    expect(links.length).toBeGreaterThan(20);
  });
});

describe('the results of exports', () => {
  it('are kept, also when the index is made again', async () => {
    const first = await everything('media');
    const second = await everything('originals', 'zip');
    const before = await engine.verbs['export.list']({ limit: 10 });
    expect(before.rows.map((row) => row.exportKey)).toEqual([second.exportKey, first.exportKey]);
    const { job } = await engine.verbs['archive.rebuild']({});
    expect((await engine.context.jobs.settled(job)).state).toBe('done');
    expect(await engine.verbs['export.list']({ limit: 10 })).toEqual(before);
  });

  it('say nothing left when all of it was refused, and leave nothing at the destination', async () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    const selection = ExportSelection.parse({ patients: [refusing.patient] });
    const request = { selection, form: 'pictures', container: 'zip', target: join(out, 'a.zip') } as const;
    await expect(engine.verbs['export.start'](request)).rejects.toMatchObject({ code: 'EXPORT_NOTHING' });
    expect(readdirSync(out)).toEqual([]);
  });
});
