import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { actAs } from '../../main/archive/actor';
import type { Engine } from '../../main/archive/engine';
import { BUILTIN_KINDS } from '../../main/archive/people/builtin-kinds';
import { contract, type Input } from '../../shared/contract';
import type { IntakeContext } from '../../shared/contract/intake';
import { FindInput } from '../../shared/contract/catalog';
import { noDetails } from '../../shared/model/details';
import { ClinicKey, ImageId, KindKey, PatientKey, StationKey, UserKey } from '../../shared/model/ids';
import { type ClinicRow, PatientInput, type PatientRow } from '../../shared/model/rows';
import { importInto, nobody, openForTest, temporaryFolder } from '../fixtures/archive';
import { writeInstances } from '../fixtures/instances';
import { cornerSamples, jpegOf } from '../fixtures/photos';

let folder: string;
let engine: Engine;
const nowhere = '00000000-0000-4000-8000-00000000abcd';
const somebody = UserKey.parse('4f7a2c1e-0000-4000-8000-000000000001');

beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
});

function register(PatientName: string, more: Partial<PatientInput> = {}): Promise<PatientRow> {
  return engine.verbs['patients.register'](
    PatientInput.parse({
      PatientName,
      PatientID: '',
      PatientSex: '',
      PatientBirthDate: '',
      birthDatePrecision: 'unknown',
      ageYears: null,
      temporary: false,
      consent: 'yes',
      note: '',
      ...more,
    }),
  );
}

const save = (row: PatientRow, changes: Input<'patients.saveDetails'>['changes']) =>
  engine.verbs['patients.saveDetails'](contract['patients.saveDetails'].input.parse({ patient: row.patient, changes }));

async function search(input: Input<'patients.search'>): Promise<string[]> {
  const found = await engine.verbs['patients.search'](contract['patients.search'].input.parse(input));
  return found.rows.map((row) => row.PatientName);
}

async function typed(text: string): Promise<string[]> {
  const found = await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient', text }));
  return found.rows.map((row) => row.PatientName);
}

async function rebuild(): Promise<void> {
  const { job } = await engine.verbs['archive.rebuild']({});
  expect((await engine.context.jobs.settled(job)).state).toBe('done');
}

describe('details of a patient', () => {
  it('are empty, then what was entered, line by line, also after a rebuild', async () => {
    const row = await register('García López^María');
    expect(await engine.verbs['patients.details']({ patient: row.patient })).toEqual(noDetails);
    await save(row, {
      paternalLast: ' García ',
      maternalLast: 'López',
      phone1: '+52 (664) 123-4567',
      curp: 'GALM900303MBCRPR09',
    });
    await save(row, { phone1: '', colonia: 'Zona\nCentro', emergencyName: 'José García' });
    const expected = {
      ...noDetails,
      paternalLast: 'García',
      maternalLast: 'López',
      curp: 'GALM900303MBCRPR09',
      colonia: 'Zona Centro',
      emergencyName: 'José García',
    };
    expect(await engine.verbs['patients.details']({ patient: row.patient })).toEqual(expected);
    const index = (): unknown => engine.context.db.prepare('SELECT * FROM patient_details').all();
    const before = index();
    await rebuild();
    expect(index()).toEqual(before);
    expect(await engine.verbs['patients.details']({ patient: row.patient })).toEqual(expected);
    expect(await typed('GALM9')).toEqual(['García López^María']);
  });

  it('write nothing when nothing changes, and refuse lines that are too long or of nobody', async () => {
    const row = await register('A^B');
    await save(row, { city: 'Tijuana' });
    const lines = (): number => engine.context.db.prepare('SELECT 1 FROM log').all().length;
    const before = lines();
    await save(row, { city: ' Tijuana ' });
    expect(lines()).toBe(before);
    const input = contract['patients.saveDetails'].input;
    expect(input.safeParse({ patient: row.patient, changes: { prefix: 'x'.repeat(17) } }).success).toBe(false);
    const patient = PatientKey.parse(nowhere);
    await expect(engine.verbs['patients.details']({ patient })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(engine.verbs['patients.saveDetails']({ patient, changes: {} })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('lead to the patient when typed: phones from any group on, other numbers, other names', async () => {
    const row = await register('García López^María');
    await save(row, { phone1: '+52 664 123 4567', otherId: 'IMSS-778899', oldNumber: '4711', preferredName: 'Mari' });
    for (const text of ['6641234567', '664 123', '1234567', 'imss', '778899', '4711', 'mari', '٦٦٤']) {
      expect(await typed(text), text).toEqual(['García López^María']);
    }
    await save(row, { phone1: '' });
    expect(await typed('6641234567')).toEqual([]);
  });
});

describe('finding patients by single fields', () => {
  beforeEach(async () => {
    const maria = await register('García López^María', {
      PatientSex: 'F',
      PatientBirthDate: '19900303',
      birthDatePrecision: 'known',
    });
    await save(maria, {
      paternalLast: 'García',
      maternalLast: 'López',
      first: 'María',
      curp: 'GALM900303',
      phone1: '664 123',
    });
    const jose = await register('López Ruiz^José', { PatientSex: 'M', PatientID: 'P-7' });
    await save(jose, {
      paternalLast: 'López',
      maternalLast: 'Ruiz',
      first: 'José',
      oldNumber: '4711',
      otherId: 'X1',
      email: 'jo@clinic.example',
    });
    await register('Lopez^Ana', { PatientSex: 'F' });
  });

  it('looks at parts of texts, or at the whole of them', async () => {
    expect(await search({ paternalLast: 'lopez' })).toEqual(
      ['García López^María', 'Lopez^Ana', 'López Ruiz^José'].filter((n) => n !== 'García López^María'),
    );
    expect(await search({ paternalLast: 'LÓPEZ', exact: true })).toEqual(['López Ruiz^José']);
    expect(await search({ maternalLast: 'lóp' })).toEqual(['García López^María', 'Lopez^Ana']);
    expect(await search({ first: 'mar' })).toEqual(['García López^María']);
    expect(await search({ curp: '9003' })).toEqual(['García López^María']);
    expect(await search({ curp: '9003', exact: true })).toEqual([]);
    expect(await search({ oldNumber: '4711', exact: true })).toEqual(['López Ruiz^José']);
    expect(await search({ otherId: 'x1' })).toEqual(['López Ruiz^José']);
    expect(await search({ email: '@CLINIC' })).toEqual(['López Ruiz^José']);
    expect(await search({ phone: '(664)-12' })).toEqual(['García López^María']);
    expect(await search({ phone: '664123', exact: true })).toEqual(['García López^María']);
    expect(await search({ phone: '64123', exact: true })).toEqual([]);
    expect(await search({ PatientSex: 'F' })).toEqual(['García López^María', 'Lopez^Ana']);
    expect(await search({ PatientBirthDate: '19900303' })).toEqual(['García López^María']);
    expect(await search({ PatientSex: 'F', first: 'ana' })).toEqual(['Lopez^Ana']);
    expect(await search({ name: 'ruiz', curp: 'ignored' })).toEqual(['López Ruiz^José']);
    expect(await search({ name: 'maría', exact: true })).toEqual(['García López^María']);
    expect(await search({})).toHaveLength(3);
    expect(await search({ limit: 1, offset: 2 })).toHaveLength(1);
  });

  it('keeps to those of a clinic, and knows no clinic that is not there', async () => {
    const clinic = await makeClinic('Tijuana');
    const [row] = (await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient', text: 'ana' }))).rows;
    if (!row) throw new Error('Ana is not there.');
    const file = { bytes: Buffer.from('x'), name: 'x' };
    const input = { patient: row.patient, file, cases: [{ kind: 'visit', clinic: clinic.clinic }] } as const;
    expect(await search({ clinic: clinic.clinic })).toEqual([]);
    await engine.verbs['attachments.add'](contract['attachments.add'].input.parse(input));
    expect(await search({ clinic: clinic.clinic })).toEqual(['Lopez^Ana']);
    await expect(search({ clinic: nowhere })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

function makeClinic(place: string, firstDay = '20260301', lastDay = '20260303'): Promise<ClinicRow> {
  return engine.verbs['clinics.create']({ name: 'Smiles', place, firstDay, lastDay });
}

describe('clinics', () => {
  it('are one when name, place and days are the same', async () => {
    const first = await makeClinic('Tijuana');
    expect(await makeClinic('tijuana ')).toEqual(first);
    expect((await makeClinic('Ensenada')).clinic).not.toBe(first.clinic);
    expect((await makeClinic('Tijuana', '20260301', '20260302')).clinic).not.toBe(first.clinic);
  });

  it('are found by day: the first whose days hold it', async () => {
    const march = await makeClinic('Tijuana');
    await makeClinic('Later', '20260303', '20260310');
    const onDay = (day: string) => engine.verbs['clinics.onDay']({ day });
    expect(await onDay('20260301')).toEqual(march);
    expect(await onDay('20260303')).toEqual(march);
    expect((await onDay('20260304')).place).toBe('Later');
    await expect(onDay('20260228')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('pictures by patient, clinic, station and kind', () => {
  const base64 = async (seed: number): Promise<string> =>
    Buffer.from(await jpegOf(cornerSamples(64 + seed * 2, 48))).toString('base64');
  const keep = async (input: Input<'images.keepBase64'>) =>
    engine.verbs['images.keepBase64'](contract['images.keepBase64'].input.parse(input));
  const list = async (input: Input<'images.list'>): Promise<string[]> =>
    (await engine.verbs['images.list'](contract['images.list'].input.parse(input))).rows.map((row) => row.image);
  const newest = (input: Input<'images.newest'>) =>
    engine.verbs['images.newest'](contract['images.newest'].input.parse(input));

  it('are listed by any mix, newest or oldest first, by arrival or by the time taken', async () => {
    const [amina, omar] = [await register('Kader^Amina'), await register('Omar^Yusuf')];
    const clinic = await makeClinic('Yola');
    const station = await engine.verbs['stations.create']({ clinic: clinic.clinic, name: 'ENT' });
    const at = (patient: PatientRow, more: Partial<IntakeContext> = {}): IntakeContext => ({
      ...nobody,
      patient: patient.patient,
      ...more,
    });
    const here = { clinic: clinic.clinic, station: station.station };
    const taken = [
      { context: at(amina, { ...here, kind: BUILTIN_KINDS.headshot }), takenAt: '2026-03-02T10:00:00.000Z' },
      { context: at(amina, { ...here, kind: BUILTIN_KINDS.xray }), takenAt: '2026-03-01T10:00:00.000Z' },
      { context: at(omar, { clinic: clinic.clinic, kind: BUILTIN_KINDS.xray }), takenAt: '2026-03-03T10:00:00.000Z' },
    ];
    const ids: string[] = [];
    for (const [seed, one] of taken.entries())
      ids.push((await actAs(somebody, async () => keep({ ...one, data: await base64(seed), device: 'tablet' }))).image);
    const [first, second, third] = ids;
    writeInstances(join(folder, 'dicom'), 1);
    await importInto(engine, [join(folder, 'dicom')]);

    expect(await list({ patient: amina.patient })).toEqual([second, first]);
    expect(await list({ patient: amina.patient, newestFirst: false })).toEqual([first, second]);
    expect(await list({ patient: amina.patient, order: 'taken' })).toEqual([first, second]);
    expect(await list({ clinic: clinic.clinic })).toEqual([third, second, first]);
    expect(await list({ station: station.station, kind: BUILTIN_KINDS.xray })).toEqual([second]);
    expect(await list({})).toHaveLength(4);
    expect(await list({ limit: 1, offset: 1, clinic: clinic.clinic })).toEqual([second]);
    const row = await newest({ patient: amina.patient });
    expect(row).toMatchObject({ image: second, clinic: clinic.clinic, station: station.station, by: somebody });
    expect(row.kind).toBe(BUILTIN_KINDS.xray);
    expect(row.takenAt).toMatch(/^2026-03-01T/);
    expect((await newest({ patient: amina.patient, order: 'taken' })).image).toBe(first);
    expect(await list({ number: row.number })).toEqual([second]);
    await expect(newest({ patient: omar.patient, kind: BUILTIN_KINDS.headshot })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      details: { what: 'image' },
    });
    const before = await engine.verbs['images.list'](contract['images.list'].input.parse({}));
    await rebuild();
    expect(await engine.verbs['images.list'](contract['images.list'].input.parse({}))).toEqual(before);
  });

  it('know no patient, clinic, station or kind that is not there', async () => {
    const unknown: readonly [string, Input<'images.newest'>][] = [
      ['patient', { patient: PatientKey.parse(nowhere) }],
      ['clinic', { clinic: ClinicKey.parse(nowhere) }],
      ['station', { station: StationKey.parse(nowhere) }],
      ['kind', { kind: KindKey.parse(nowhere) }],
    ];
    for (const [what, input] of unknown) {
      await expect(list(input)).rejects.toMatchObject({ code: 'NOT_FOUND', details: { what } });
      const context: IntakeContext = { ...nobody, [what]: nowhere };
      await expect(keep({ data: await base64(1), context })).rejects.toMatchObject({ details: { what } });
    }
  });

  it('come and go as base64: the same bytes', async () => {
    const data = await base64(3);
    const wrapped = `data:image/jpeg;base64,${data.replace(/.{76}/g, '$&\r\n')}`;
    const { image } = await keep({ data: wrapped, context: nobody });
    const out = (form: 'stored' | 'picture', of = image) => engine.verbs['images.base64']({ image: of, form });
    expect(await out('picture')).toEqual({
      data,
      contentType: 'image/jpeg',
      bytes: Buffer.from(data, 'base64').length,
    });
    expect(await out('stored')).toEqual(await out('picture'));
    expect((await keep({ data: data.replace(/=+$/, ''), context: nobody })).image).toBe(image);
    const kind = BUILTIN_KINDS.headshot;
    const again = await Promise.all([1, 2].map(() => keep({ data, context: { ...nobody, kind } })));
    expect(again[0]).toEqual(again[1]);
    expect(again[0]?.image).not.toBe(image);

    writeInstances(join(folder, 'dicom'), 1);
    const [outcome] = await importInto(engine, [join(folder, 'dicom')]);
    const dicom = ImageId.parse(outcome?.image);
    expect((await out('stored', dicom)).contentType).toBe('application/dicom');
    const png = await out('picture', dicom);
    expect(png.contentType).toBe('image/png');
    expect(Buffer.from(png.data, 'base64').subarray(1, 4).toString()).toBe('PNG');
    await expect(out('stored', ImageId.parse('0'.repeat(64)))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuse what is no base64 or no picture, and store nothing', async () => {
    const good = await base64(1);
    for (const data of ['?', 'ABC!', 'A', `${good}*`, `=${good}`, '   ', 'AB=C', 'data:text/plain,hello']) {
      await expect(keep({ data, context: nobody }), data.slice(0, 20)).rejects.toMatchObject({ code: 'BASE64_WRONG' });
    }
    await expect(keep({ data: 'ABCDEFGH', context: nobody })).rejects.toMatchObject({ code: 'PHOTO_DAMAGED' });
    const large = 'A'.repeat(Math.ceil(((64 * 2 ** 20 + 3) * 4) / 3));
    await expect(keep({ data: large, context: nobody })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    expect(contract['images.keepBase64'].input.safeParse({ data: '', context: nobody }).success).toBe(false);
    expect((await engine.verbs['archive.status']({})).counts.images).toBe(0);
  });
});
