import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openArchive, type Engine } from '../../main/archive/engine';
import { BUILTIN_KINDS } from '../../main/archive/people/builtin-kinds';
import { FindInput } from '../../shared/contract/catalog';
import { engineVerbs } from '../../shared/contract';
import { PatientInput, type PatientRow } from '../../shared/model/rows';
import { ClinicKey, JobId, KindKey, PatientKey, StationKey } from '../../shared/model/ids';
import { importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { instanceBytes } from '../fixtures/instances';

let folder: string;
let engine: Engine;
beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
});

const person = (PatientName: string, more: Partial<PatientInput> = {}): PatientInput => ({
  PatientName,
  PatientID: '',
  PatientSex: '',
  PatientBirthDate: '',
  birthDatePrecision: 'unknown',
  ageYears: null,
  temporary: false,
  consent: 'not-asked',
  note: '',
  ...more,
});
const register = (name: string, more: Partial<PatientInput> = {}): Promise<PatientRow> =>
  engine.verbs['patients.register'](PatientInput.parse(person(name, more)));
const change = (row: PatientRow, changes: Partial<PatientInput>): Promise<PatientRow> =>
  engine.verbs['patients.update']({ patient: row.patient, changes: PatientInput.parse({ ...row, ...changes }) });
const suggested = async (): Promise<string> => (await engine.verbs['patients.suggestNumber']({})).PatientID;
const today = (): string => {
  const now = new Date();
  return `${String(now.getFullYear())}${String(now.getMonth() + 1).padStart(2, '0')}${String(now.getDate()).padStart(2, '0')}`;
};
const refused = (what: string): object => ({ code: 'BAD_REQUEST', details: { what } });

async function everybody(): Promise<unknown> {
  const rows = await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient', limit: 1000 }));
  const clinics = await engine.verbs['clinics.list']({});
  const stations = await Promise.all(clinics.rows.map(({ clinic }) => engine.verbs['stations.list']({ clinic })));
  const words = await Promise.all(
    ['kader', 'amina', '0042', 'old'].map((text) =>
      engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient', text })),
    ),
  );
  return { rows, clinics, stations, kinds: await engine.verbs['kinds.list']({}), words };
}

describe('registering', () => {
  it('keeps names of any script, with components and groups, as they were entered', async () => {
    for (const name of [
      'Yamada^Tarou=山田^太郎=やまだ^たろう',
      'محمد^عبد الله',
      'Nguyễn^Thị Ánh',
      "O'Brien^Sean^^Dr^Jr",
      'कुमार^राम',
    ]) {
      const row = engineVerbs['patients.register'].output.parse(await register(name));
      expect(row).toMatchObject({ PatientName: name, registered: true, temporary: false, images: 0 });
      expect(await engine.verbs['patients.get']({ patient: row.patient })).toEqual(row);
    }
  });

  it('gives the next number to who has none, in the way the clinic numbers', async () => {
    expect(await suggested()).toBe('0001');
    expect((await register('A')).PatientID).toBe('0001');
    expect((await register('B')).PatientID).toBe('0002');
    await register('C', { PatientID: 'TJ-0099/A' });
    expect(await suggested()).toBe('TJ-0100/A');
    expect((await register('D')).PatientID).toBe('TJ-0100/A');
    await register('E', { PatientID: 'X9' });
    expect(await suggested()).toBe('X10');
    await register('F', { PatientID: 'none' });
    expect(await suggested()).toBe('X10');
  });

  it('never suggests a number that anybody has, also not somebody from elsewhere', async () => {
    const source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, '1.dcm'), instanceBytes({ seed: 1, PatientID: '0002', PatientName: 'Elsewhere^X' }));
    await importInto(engine, [source]);
    expect((await register('A')).PatientID).toBe('0001');
    expect(await suggested()).toBe('0003');
  });

  it('at the same moment gives different numbers', async () => {
    const rows = await Promise.all(Array.from({ length: 8 }, (_, at) => register(`Person ${String(at)}`)));
    expect(rows.map((row) => row.PatientID)).toEqual(['0001', '0002', '0003', '0004', '0005', '0006', '0007', '0008']);
  });

  it('refuses the same number with the same name, whatever its accents and case, registered here or come from elsewhere', async () => {
    const first = await register('Müller^Jörg', { PatientID: 'TJ-1' });
    await expect(register('MULLER^JORG', { PatientID: 'tj-1' })).rejects.toMatchObject(refused('PatientID'));
    const namesake = await register('Muller^Jorg', { PatientID: 'TJ-2' });
    const shared = await register('Meyer^Eva', { PatientID: 'TJ-1' });
    await expect(change(namesake, { PatientID: 'TJ-1' })).rejects.toMatchObject(refused('PatientID'));
    expect((await change(first, { note: 'same person' })).note).toBe('same person');
    expect(shared.PatientID).toBe('TJ-1');
    const source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, '1.dcm'), instanceBytes({ seed: 1, PatientID: 'H7', PatientName: 'Okoye^Ada' }));
    await importInto(engine, [source]);
    await expect(register('Okoye^Ada', { PatientID: 'H7' })).rejects.toMatchObject(refused('PatientID'));
    const similar = await engine.verbs['patients.similar']({
      PatientName: 'Okoye^Ada',
      PatientID: 'H7',
      PatientBirthDate: '',
    });
    const [found] = similar.rows;
    expect(found).toMatchObject({ row: { registered: false, images: 1 }, reasons: ['number', 'name'] });
    if (found)
      expect(await change(found.row, { consent: 'yes' })).toMatchObject({
        registered: true,
        images: 1,
        consent: 'yes',
      });
  });

  it('refuses what is no name or does not fit into a DICOM object', async () => {
    for (const name of ['^', '= =', '---', 'x'.repeat(65), 'a=b=c=d', `ok=${'山'.repeat(65)}`]) {
      await expect(engine.verbs['patients.register'](person(name))).rejects.toMatchObject(refused('PatientName'));
    }
    expect((await register(`${'x'.repeat(64)}=${'山'.repeat(64)}`)).PatientName).toHaveLength(129);
  });

  it('takes out what no value may hold, so that the archive opens again', async () => {
    const row = await engine.verbs['patients.register'](
      person('Doe\\Ja\u0000ne \ud83d', { PatientID: 'A\\1\n\udc00' }),
    );
    expect(row).toMatchObject({ PatientName: 'Doe Ja ne', PatientID: 'A 1' });
    await engine.close();
    engine = await openForTest(join(folder, 'archive'));
    expect(await engine.verbs['patients.get']({ patient: row.patient })).toEqual(row);
  });
});

describe('age', () => {
  it('is a known or an estimated birth date, or years on the day they were said', async () => {
    expect(
      await register('A', { PatientBirthDate: '19800229', birthDatePrecision: 'known', ageYears: 7 }),
    ).toMatchObject({
      PatientBirthDate: '19800229',
      birthDatePrecision: 'known',
      ageYears: null,
      ageOn: null,
    });
    expect(await register('B', { PatientBirthDate: '20190101', birthDatePrecision: 'estimated' })).toMatchObject({
      PatientBirthDate: '20190101',
      birthDatePrecision: 'estimated',
      ageYears: null,
    });
    expect(await register('C', { ageYears: 0.5 })).toMatchObject({
      PatientBirthDate: '',
      birthDatePrecision: 'unknown',
      ageYears: 0.5,
      ageOn: today(),
    });
    expect(
      await register('D', { PatientBirthDate: '19800101', birthDatePrecision: 'unknown', ageYears: 44 }),
    ).toMatchObject({
      PatientBirthDate: '',
      ageYears: 44,
      ageOn: today(),
    });
    expect(await register('E')).toMatchObject({ birthDatePrecision: 'unknown', ageYears: null, ageOn: null });
  });

  it('keeps its day when something else is changed, and gets a new one with new years', async () => {
    let clock = new Date(2025, 0, 15, 12);
    const other = await openArchive(join(folder, 'clock'), { holder: 'test', version: '0.0.0', now: () => clock });
    try {
      const row = await other.verbs['patients.register'](person('A', { ageYears: 30 }));
      expect(row.ageOn).toBe('20250115');
      clock = new Date(2026, 5, 1, 12);
      const noted = await other.verbs['patients.update']({
        patient: row.patient,
        changes: PatientInput.parse({ ...row, note: 'x' }),
      });
      expect(noted).toMatchObject({ ageYears: 30, ageOn: '20250115' });
      const older = await other.verbs['patients.update']({
        patient: row.patient,
        changes: PatientInput.parse({ ...row, ageYears: 31 }),
      });
      expect(older).toMatchObject({ ageYears: 31, ageOn: '20260601' });
    } finally {
      await other.close();
    }
  });

  it('refuses days that are none or still to come', async () => {
    for (const day of ['20230229', '19801301', '00000101', '99990101']) {
      await expect(register('A', { PatientBirthDate: day, birthDatePrecision: 'known' })).rejects.toMatchObject(
        refused('PatientBirthDate'),
      );
    }
  });
});

describe('similar people', () => {
  const similar = (PatientName: string, PatientID = '', PatientBirthDate = ''): Promise<[string, string][]> =>
    engine.verbs['patients.similar']({ PatientName, PatientID, PatientBirthDate }).then(({ rows }) =>
      rows.map(({ row, reasons }) => [row.PatientName, reasons.join(' ')]),
    );

  it('are found by number, name and birth date, the likeliest first, with the reasons', async () => {
    const born = (PatientBirthDate: string): Partial<PatientInput> => ({
      PatientBirthDate,
      birthDatePrecision: 'known',
    });
    await register('Okonkwo^Chinwe', { PatientID: 'A1', ...born('19800412') });
    await register('Okonkwo^Chinedu', { PatientID: 'A2', ...born('19800412') });
    await register('Chinwe^Okonkow', { PatientID: 'A3', ...born('19801204') });
    await register('Bello^Musa', { PatientID: 'A4', ...born('19800412') });
    expect(await similar('Okonkwo^Chinwe', 'a4', '19800412')).toEqual([
      ['Bello^Musa', 'number birthDate'],
      ['Okonkwo^Chinwe', 'name birthDate'],
      ['Chinwe^Okonkow', 'name birthDate'],
      ['Okonkwo^Chinedu', 'birthDate'],
    ]);
    expect(await similar('Ibrahim^Yusuf', '', '19800412')).toEqual([]);
    expect(await similar('', '', '')).toEqual([]);
    expect(await similar('', 'A2')).toEqual([['Okonkwo^Chinedu', 'number']]);
  });

  it('are eight at most', async () => {
    for (let at = 0; at < 12; at += 1) await register('Traoré^Awa', { PatientID: String(at) });
    expect(await similar('Traore^Awa')).toHaveLength(8);
    expect((await similar('Traore^Awa', '11'))[0]).toEqual(['Traoré^Awa', 'number name']);
  });
});

describe('a temporary patient', () => {
  it('becomes an ordinary one when the name is known, and keeps the key', async () => {
    const row = await register('Unknown woman 3', { temporary: true, PatientSex: 'F' });
    expect(row).toMatchObject({ temporary: true, PatientID: '0001' });
    const known = await change(row, { temporary: false, PatientName: 'Diallo^Fatou' });
    expect(known).toMatchObject({ patient: row.patient, temporary: false, PatientName: 'Diallo^Fatou' });
    const found = await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient', text: 'fatou' }));
    expect(found.rows.map((each) => each.patient)).toEqual([row.patient]);
    expect(
      (await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient', text: 'unknown woman' }))).total,
    ).toBe(0);
  });
});

describe('clinics, stations and kinds', () => {
  const camp = { name: 'Camp', place: 'River', firstDay: '20261101', lastDay: '20261130' };

  it('are made and changed', async () => {
    const clinic = await engine.verbs['clinics.create'](camp);
    expect(
      await engine.verbs['clinics.update']({ clinic: clinic.clinic, changes: { ...camp, name: 'Camp 2' } }),
    ).toMatchObject({ clinic: clinic.clinic, name: 'Camp 2', images: 0 });
    const station = await engine.verbs['stations.create']({ clinic: clinic.clinic, name: 'Eyes' });
    await expect(engine.verbs['stations.create']({ clinic: clinic.clinic, name: 'ÉYES' })).rejects.toMatchObject(
      refused('name'),
    );
    await engine.verbs['stations.update']({ station: station.station, name: 'Ears', active: false });
    expect((await engine.verbs['stations.list']({ clinic: clinic.clinic })).rows).toEqual([
      { ...station, name: 'Ears', active: false },
    ]);
    const kind = await engine.verbs['kinds.create']({ name: 'Wound' });
    expect(await engine.verbs['kinds.update']({ kind: kind.kind, name: 'Burn', active: false })).toEqual({
      ...kind,
      name: 'Burn',
      active: false,
    });
  });

  it('refuse days that are none or the wrong way round', async () => {
    await expect(engine.verbs['clinics.create']({ ...camp, firstDay: '20261131' })).rejects.toMatchObject(
      refused('firstDay'),
    );
    await expect(engine.verbs['clinics.create']({ ...camp, lastDay: '20261031' })).rejects.toMatchObject(
      refused('lastDay'),
    );
  });

  it('begin with the built-in kinds, which nobody can change or double', async () => {
    const { rows } = await engine.verbs['kinds.list']({});
    expect(rows.map((row) => row.code)).toEqual(['headshot', 'xray', 'surgery', 'audiogram', 'document', 'other']);
    for (const row of rows) {
      await expect(engine.verbs['kinds.update']({ kind: row.kind, name: 'Mine', active: false })).rejects.toMatchObject(
        refused('kind'),
      );
    }
    await expect(engine.verbs['kinds.create']({ name: 'HÉADSHOT' })).rejects.toMatchObject(refused('name'));
    expect((await engine.verbs['kinds.list']({})).rows).toEqual(rows);
    expect(rows[0]?.kind).toBe(BUILTIN_KINDS.headshot);
  });

  it('that are not there are NOT_FOUND', async () => {
    const none = '00000000-0000-4000-8000-000000000009';
    const missing = { code: 'NOT_FOUND' };
    await expect(engine.verbs['patients.get']({ patient: PatientKey.parse(none) })).rejects.toMatchObject(missing);
    await expect(
      engine.verbs['patients.update']({ patient: PatientKey.parse(none), changes: person('A') }),
    ).rejects.toMatchObject(missing);
    await expect(
      engine.verbs['clinics.update']({ clinic: ClinicKey.parse(none), changes: camp }),
    ).rejects.toMatchObject(missing);
    await expect(engine.verbs['stations.create']({ clinic: ClinicKey.parse(none), name: 'A' })).rejects.toMatchObject(
      missing,
    );
    await expect(
      engine.verbs['stations.update']({ station: StationKey.parse(none), name: 'A', active: true }),
    ).rejects.toMatchObject(missing);
    await expect(
      engine.verbs['kinds.update']({ kind: KindKey.parse(none), name: 'A', active: true }),
    ).rejects.toMatchObject(missing);
  });
});

describe('rebuilding', () => {
  it('gives the same people, places, kinds and search after many edits', async () => {
    const source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, '1.dcm'), instanceBytes({ seed: 1, PatientID: 'H1', PatientName: 'Old^Name' }));
    writeFileSync(join(source, '2.dcm'), instanceBytes({ seed: 2, PatientID: 'H2', PatientName: 'Other^Name' }));
    await importInto(engine, [source]);
    const adam = await register('Kader^Adam', { ageYears: 40, temporary: true });
    const amina = await register('Amina', {
      PatientID: 'TJ-0042',
      PatientBirthDate: '20000101',
      birthDatePrecision: 'estimated',
      consent: 'no',
    });
    await change(adam, { PatientName: 'Kader^Aadam', temporary: false, note: 'met twice', ageYears: 41 });
    await change(amina, { PatientID: 'TJ-0043', consent: 'yes', PatientSex: 'F' });
    await register('Old^Name', { PatientID: 'TJ-0042' });
    const [imported] = (
      await engine.verbs['catalog.patients'](
        FindInput.parse({ level: 'patient', match: [{ key: 'PatientID', value: 'H1' }] }),
      )
    ).rows;
    if (!imported) throw new Error('The imported patient is not there.');
    await change(imported, { PatientName: 'New^Name' });
    // Arrives after the change and still says the old name.
    writeFileSync(join(source, '3.dcm'), instanceBytes({ seed: 3, PatientID: 'H1', PatientName: 'Old^Name' }));
    await importInto(engine, [source]);
    expect((await engine.verbs['patients.get']({ patient: imported.patient })).images).toBe(2);
    const clinic = await engine.verbs['clinics.create']({
      name: 'Camp',
      place: '',
      firstDay: '20261101',
      lastDay: '20261101',
    });
    const station = await engine.verbs['stations.create']({ clinic: clinic.clinic, name: 'Eyes' });
    await engine.verbs['stations.update']({ station: station.station, name: 'Eyes 2', active: false });
    const kind = await engine.verbs['kinds.create']({ name: 'Wound' });
    await engine.verbs['kinds.update']({ kind: kind.kind, name: 'Burn', active: true });
    const before = await everybody();
    const { job } = await engine.verbs['archive.rebuild']({});
    expect((await engine.context.jobs.settled(JobId.parse(job))).state).toBe('done');
    expect(await everybody()).toEqual(before);
  });
});
