import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runAnonymisation } from '../../main/archive/anonymisation';
import type { Engine } from '../../main/archive/engine';
import { runExport } from '../../main/archive/export';
import { BufferSource } from '../../main/dicom/buffer-source';
import { readDicom } from '../../main/dicom/reader';
import { AnonymisationRequest, KeyQuery } from '../../shared/contract/anonymisation';
import { ListInput } from '../../shared/contract/catalog';
import { type ExportResult, ExportSelection } from '../../shared/contract/release';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { PatientInput } from '../../shared/model/rows';
import type { ExportForm } from '../../shared/model/vocabulary';
import { allImages, importInto, nobody, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { instanceBytes } from '../fixtures/instances';
import { exifBlock, pdfBytes, withExif } from '../fixtures/photo-bytes';
import { cornerSamples, jpegOf } from '../fixtures/photos';
import { filesUnder } from '../unit/export/plan-fixture';

/** Whatever of these stands anywhere in what goes out tells whom it is of, or where and when it was. */
const SECRETS = [
  'Okafor',
  'Ngozi',
  'CL-4711',
  '19900303',
  '1990-03-03',
  'IMG_secret',
  'Harbour',
  'Kind of ours',
  'somewhere',
  '20261120',
  '2026-11-20',
  'Hospital^Person',
  'H-99',
];
let folder: string;
let engine: Engine;
let selection: ExportSelection;

beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
  const patient = await engine.verbs['patients.register'](
    PatientInput.parse({
      PatientName: 'Okafor^Ngozi',
      PatientID: 'CL-4711',
      PatientSex: 'F',
      PatientBirthDate: '19900303',
      birthDatePrecision: 'known',
      ageYears: null,
      temporary: false,
      consent: 'yes',
      note: '',
    }),
  );
  const clinic = await engine.verbs['clinics.create']({
    name: 'Harbour camp',
    place: 'Harbour',
    firstDay: '20261101',
    lastDay: '20261130',
  });
  const kind = await engine.verbs['kinds.create']({ name: 'Kind of ours' });
  const from = join(folder, 'in');
  mkdirSync(from);
  writeFileSync(
    join(from, 'IMG_secret.jpg'),
    withExif(await jpegOf(cornerSamples(48, 32)), exifBlock({}, {}, { 0x001b: 'somewhere' })),
  );
  writeFileSync(join(from, 'IMG_secret.pdf'), pdfBytes());
  await importInto(engine, [from], { ...nobody, patient: patient.patient, clinic: clinic.clinic, kind: kind.kind });
  const scans = join(folder, 'scans');
  mkdirSync(scans);
  for (const seed of [1, 2])
    writeFileSync(
      join(scans, `IMG_secret${String(seed)}.dcm`),
      instanceBytes({ seed, PatientID: 'H-99', PatientName: 'Hospital^Person' }),
    );
  await importInto(engine, [scans]);
  selection = ExportSelection.parse({ images: (await allImages(engine)).map((row) => row.image) });
});

async function exported(form: ExportForm, name: string, container: 'folder' | 'zip' = 'folder'): Promise<ExportResult> {
  const target = join(folder, name);
  const result = await runExport(
    engine.context,
    { selection, form, container, target, anonymise: AnonymisationWay.parse({}) },
    unwatched,
  );
  expect(result).toMatchObject({ state: 'proven', anonymised: true, error: null });
  return result;
}

/** Names and contents of all files beneath a folder, as one text a file. */
function contents(root: string): readonly string[] {
  return filesUnder(root).map((path) => `${path}\n${readFileSync(join(root, path)).toString('latin1')}`);
}

function expectNothingToldIn(root: string): void {
  const found = contents(root).flatMap((text) =>
    SECRETS.filter((secret) => text.includes(secret)).map((secret) => `${text.split('\n')[0] ?? ''}: ${secret}`),
  );
  expect(found).toEqual([]);
}

describe('an anonymised export', () => {
  it.each([
    ['media', 4],
    ['originals', 4],
    ['pictures', 4],
  ] as const)(
    'as %s tells nothing: no file, no name of a file or folder, no directory, no page',
    async (form, images) => {
      const before = engine.context.db.prepare('SELECT count(*) AS n FROM image').get();
      const result = await exported(form, form);
      expect(result.images).toBe(images);
      expectNothingToldIn(result.target);
      const names = filesUnder(result.target).join('\n');
      if (form === 'media') expect(names).toMatch(/^DICOMDIR$/m);
      else expect(names).toMatch(/ANON-/);
      expect(engine.context.db.prepare('SELECT count(*) AS n FROM image').get()).toEqual(before);
      expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
      const { rows } = await engine.verbs['anonymisation.keys'](KeyQuery.parse({}));
      expect(rows.map((row) => row.PatientID).sort()).toEqual(['CL-4711', 'H-99']);
      expect((await engine.verbs['export.get']({ exportKey: result.exportKey })).anonymised).toBe(true);
    },
  );

  it('in a zip tells nothing either', async () => {
    const result = await exported('pictures', 'out.zip', 'zip');
    const to = join(folder, 'unzipped');
    execFileSync('unzip', ['-q', result.target, '-d', to]);
    expectNothingToldIn(to);
    expect(SECRETS.filter((secret) => readFileSync(result.target).includes(secret))).toEqual([]);
  });

  it('uses the keys of the copies, and is found again by them', async () => {
    await runAnonymisation(engine.context, AnonymisationRequest.parse({ selection }), unwatched);
    const copies = (await allImages(engine)).filter((row) => row.source === 'anonymisation');
    const result = await exported('media', 'media');
    const made = filesUnder(join(result.target, 'DICOM')).map((path) =>
      readDicom(new BufferSource(readFileSync(join(result.target, 'DICOM', path)))).dataset.string(0x00080018),
    );
    expect(made.sort()).toEqual(copies.map((row) => row.SOPInstanceUID).sort());
    const { rows } = await engine.verbs['anonymisation.find']({ text: made[0] ?? '' });
    expect(rows[0]).toMatchObject({ level: 'image', side: 'anonymous' });
  });

  it('of a person who said no is refused as a whole one is, and so are copies that were made before', async () => {
    await runAnonymisation(engine.context, AnonymisationRequest.parse({ selection }), unwatched);
    const { rows: patients } = await engine.verbs['catalog.patients'](
      ListInput.parse({ match: [{ key: 'PatientID', value: 'CL-4711' }], limit: 10 }),
    );
    const [person] = patients;
    if (!person) throw new Error('nobody is there');
    await engine.verbs['patients.update']({
      patient: person.patient,
      changes: PatientInput.parse({ ...person, consent: 'no' }),
    });
    const refused = await exported('originals', 'refused');
    expect(refused.images).toBe(2);
    expect(refused.leftOut.map(({ code }) => code)).toEqual(['CONSENT_REFUSED', 'CONSENT_REFUSED']);
    const copies = (await allImages(engine)).filter((row) => row.source === 'anonymisation');
    const whole = await engine.verbs['export.preview']({
      selection: ExportSelection.parse({ images: copies.map((row) => row.image) }),
      form: 'media',
    });
    expect(whole.images).toBe(2);
    expect(whole.leftOut.map(({ code }) => code)).toEqual(['CONSENT_REFUSED', 'CONSENT_REFUSED']);
  });

  it('lets stored copies go without saying when they were made', async () => {
    await runAnonymisation(engine.context, AnonymisationRequest.parse({ selection }), unwatched);
    const copies = (await allImages(engine)).filter((row) => row.source === 'anonymisation');
    const target = join(folder, 'copies');
    const result = await runExport(
      engine.context,
      {
        selection: ExportSelection.parse({ images: copies.map((row) => row.image) }),
        form: 'pictures',
        container: 'folder',
        target,
      },
      unwatched,
    );
    expect(result).toMatchObject({ state: 'proven', anonymised: false });
    const today = new Date().toISOString().slice(0, 10);
    const page = readFileSync(join(target, 'index.html'), 'utf8');
    // The day of the export itself stands in the title and the head, and nowhere beside a picture.
    expect(page.slice(page.indexOf('</h1>')).split(today).length - 1).toBe(1);
    expect(SECRETS.filter((secret) => secret !== 'Kind of ours' && page.includes(secret))).toEqual([]);
  });

  it('is not begun with values that cannot be', async () => {
    const request = {
      selection,
      form: 'media',
      container: 'folder',
      target: join(folder, 'never'),
      anonymise: AnonymisationWay.parse({ values: [{ path: 'PatientID', value: 'X' }] }),
    } as const;
    await expect(engine.verbs['export.start'](request)).rejects.toMatchObject({ code: 'ANONYMISE_ONE_NUMBER' });
    expect(readdirSync(folder)).not.toContain('never');
  });

  it('cleans up behind itself when it is cancelled', async () => {
    const stop = new AbortController();
    stop.abort();
    const result = await runExport(
      engine.context,
      {
        selection,
        form: 'media',
        container: 'folder',
        target: join(folder, 'never'),
        anonymise: AnonymisationWay.parse({}),
      },
      { signal: stop.signal, update: () => undefined },
    );
    expect(result).toMatchObject({ state: 'cancelled', images: 0 });
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
  });
});
