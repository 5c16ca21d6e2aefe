import type { Database } from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { find } from '../../../main/archive/catalog';
import { rowByKey } from '../../../main/archive/catalog/rows';
import { FindInput } from '../../../shared/contract/catalog';
import { ImageRow, PatientRow, SeriesRow, StudyRow } from '../../../shared/model/rows';
import {
  addImage,
  addParents,
  addPatient,
  addSeries,
  addStudy,
  emptyCatalog,
  type Parents,
} from '../../fixtures/catalog';

type Question = Partial<z.input<typeof FindInput>>;

let db: Database;
beforeEach(() => {
  db = emptyCatalog();
});

const patients = (question: Question) =>
  find(db, { ...FindInput.parse({ level: 'patient', ...question }), level: 'patient' });
const studies = (question: Question) =>
  find(db, { ...FindInput.parse({ level: 'study', ...question }), level: 'study' });
const series = (question: Question) =>
  find(db, { ...FindInput.parse({ level: 'series', ...question }), level: 'series' });
const images = (question: Question) =>
  find(db, { ...FindInput.parse({ level: 'image', ...question }), level: 'image' });

const matching = (key: string, value: string): string[] =>
  patients({ match: [{ key, value }] }).rows.map((row) => row.PatientName);
const typed = (text: string): string[] => patients({ text }).rows.map((row) => row.PatientName);

describe('rows', () => {
  it('of every level are as the contract says', () => {
    const clinic = db.prepare(
      `INSERT INTO clinic (key, name, place, first_day, last_day) VALUES (?, 'Camp', '', '20260101', '20260102')`,
    );
    const clinicId = Number(clinic.run('11111111-1111-4111-8111-111111111111').lastInsertRowid);
    const parents = addParents(
      db,
      {
        PatientName: 'Doe^Jane',
        age_years: 30.5,
        age_on: '20260101',
        registered: 1,
        birth_date_precision: 'estimated',
      },
      { clinic_id: clinicId, StudyDate: '20260101' },
      { Modality: 'CR' },
    );
    addSeries(db, parents.patient, parents.study, { Modality: 'XC' });
    const image = addImage(db, parents, { Rows: null, Columns: null, conflict: 1, clinic_id: clinicId, has_pixels: 0 });
    const pictured = addImage(db, parents, { taken_at: '2026-01-01T10:00:00' });
    expect(patients({}).rows.map((row) => PatientRow.parse(row))).toMatchObject([
      { PatientName: 'Doe^Jane', ageYears: 30.5, registered: true, temporary: false, studies: 1, series: 2, images: 2 },
    ]);
    expect(studies({}).rows.map((row) => StudyRow.parse(row))).toMatchObject([
      {
        ModalitiesInStudy: 'CR\\XC',
        clinic: '11111111-1111-4111-8111-111111111111',
        series: 2,
        images: 2,
        cover: pictured.key,
      },
    ]);
    expect(
      series({})
        .rows.map((row) => SeriesRow.parse(row))
        .map((row) => row.images)
        .sort(),
    ).toEqual([0, 2]);
    expect(images({}).rows.map((row) => ImageRow.parse(row))).toMatchObject([
      { image: image.key, Rows: null, conflict: true, hasPixels: false },
      { image: pictured.key, Rows: 512, conflict: false, hasPixels: true, takenAt: '2026-01-01T10:00:00' },
    ]);
    expect(rowByKey(db, 'image', image.key)?.image).toBe(image.key);
    expect(rowByKey(db, 'image', 'f'.repeat(64))).toBeUndefined();
  });

  it('are none, with a total of none, in an empty archive', () => {
    for (const level of ['patient', 'study', 'series', 'image'] as const) {
      expect(find(db, { ...FindInput.parse({ level }), level })).toEqual({
        total: 0,
        totalIsExact: true,
        rows: [],
        next: null,
      });
    }
  });
});

describe('matching a name', () => {
  const names = [
    'Müller^Jörg',
    'MULLER^ANNA',
    'Mullen^Bo',
    'Yamada^Tarou=山田^太郎=やまだ^たろう',
    'أحمد^فاطمة',
    'Иванов^Пётр',
    'Núñez^José',
    'Nguyễn^Thị Ánh',
    "O'Brien^Sean",
    'A[b]c^X',
    '100%_sure^X',
    '김^민수',
  ];
  beforeEach(() => {
    for (const PatientName of names) addPatient(db, { PatientName });
  });

  it.each([
    ['muller^*', ['MULLER^ANNA', 'Müller^Jörg']],
    ['MÜLLER*', ['MULLER^ANNA', 'Müller^Jörg']],
    ['*jorg*', ['Müller^Jörg']],
    ['*JÖRG', ['Müller^Jörg']],
    ['Mulle?^*', ['Mullen^Bo', 'MULLER^ANNA', 'Müller^Jörg']],
    ['müller^jörg', ['Müller^Jörg']],
    ['Müller', []],
    ['?uller*', ['MULLER^ANNA', 'Müller^Jörg']],
    ['nunez^jose', ['Núñez^José']],
    ['*thi anh', ['Nguyễn^Thị Ánh']],
    ['иванов*', ['Иванов^Пётр']],
    ['*петр', ['Иванов^Пётр']],
    ['احمد*', ['أحمد^فاطمة']],
    ['*فاطمه', ['أحمد^فاطمة']],
    ['김*', ['김^민수']],
    ['*민?', ['김^민수']],
    ['A[b]c*', ['A[b]c^X']],
    ['*[b]*', ['A[b]c^X']],
    ['100%*', ['100%_sure^X']],
    ['o’brien*', ["O'Brien^Sean"]],
    ["*'brien*", ["O'Brien^Sean"]],
    ['"*"', []],
  ])('%s', (value, expected) => {
    expect(matching('PatientName', value)).toEqual(expected);
  });

  it.each([
    '山田*',
    '山田^太郎',
    '*太郎',
    'やまだ*',
    'yamada^tarou',
    'YAMADA*',
    '*=山田*',
    'Yamada^Tarou=山田^太郎=やまだ^たろう',
  ])('finds any component group: %s', (value) => expect(matching('PatientName', value)).toEqual([names[3]]));

  it.each(['', '*', '**'])('asks for nothing with "%s" (universal matching)', (value) => {
    expect(matching('PatientName', value)).toHaveLength(names.length);
  });
});

describe('matching other keys', () => {
  let parents: Parents;
  beforeEach(() => {
    parents = addParents(
      db,
      { PatientName: 'A', PatientID: 'TJ-0042', PatientBirthDate: '19800102', PatientSex: 'F' },
      {
        StudyDate: '20240229',
        StudyTime: '101530',
        StudyDescription: 'Thorax à terre',
        AccessionNumber: 'A1',
        ReferringPhysicianName: 'Ärzt^Eva=医者^エバ',
      },
      { Modality: 'CR', SeriesNumber: '3', SeriesDescription: 'Chest PA' },
    );
    addImage(
      db,
      parents,
      { SOPInstanceUID: '1.2.3.4', ImageType: 'ORIGINAL\\PRIMARY' },
      { PatientAge: '044Y', ImageComments: 'Gut' },
    );
    addImage(
      db,
      addParents(
        db,
        { PatientName: 'B', PatientID: 'tj-0043' },
        { StudyDate: '20240701', StudyTime: '23' },
        { Modality: 'XC' },
      ),
    );
    addImage(db, addParents(db, { PatientName: 'C', PatientID: '' }, { StudyDate: '' }, { Modality: 'US' }));
  });

  it.each([
    ['PatientID', 'tj-0042', 'A'],
    ['PatientID', 'TJ-004?', 'AB'],
    ['PatientID', '*43', 'B'],
    ['PatientBirthDate', '19800101-19801231', 'A'],
    ['PatientSex', 'F', 'A'],
    ['StudyDate', '20240229', 'A'],
    ['StudyDate', '20240101-20240630', 'A'],
    ['StudyDate', '20240301-', 'B'],
    ['StudyDate', '-20240630', 'A'],
    ['StudyDate', '20240229-20240701', 'AB'],
    ['StudyDate', '2024*', 'AB'],
    ['StudyTime', '1015', 'A'],
    ['StudyTime', '1000-1100', 'A'],
    ['StudyTime', '22-', 'B'],
    ['StudyDescription', '*A TERRE', 'A'],
    ['ReferringPhysicianName', 'arzt*', 'A'],
    ['ReferringPhysicianName', '医者*', 'A'],
    ['Modality', 'CR', 'A'],
    ['ModalitiesInStudy', 'xc', 'B'],
    ['SeriesNumber', '03', 'A'],
    ['SeriesDescription', 'chest*', 'A'],
    ['SOPInstanceUID', '1.2.3.4', 'A'],
    ['SOPInstanceUID', '9.9\\1.2.3.4', 'A'],
    ['SOPInstanceUID', '1.2.3.?', 'A'],
    ['ImageType', 'PRIMARY', 'A'],
    ['PatientAge', '044Y', 'A'],
    ['ImageComments', 'g*', 'A'],
    ['ImageComments', 'x*', ''],
  ])('%s=%s', (key, value, expected) => {
    for (const ask of [patients, studies, series, images]) {
      const answer = ask({ match: [{ key, value }], sort: 'PatientName' });
      expect(answer.rows.map((row) => row.PatientName).join('')).toBe(expected);
      expect(answer.total).toBe(expected.length);
    }
  });

  it('wants all conditions below a row in one and the same branch', () => {
    const other = addSeries(db, parents.patient, parents.study, { Modality: 'DX', SeriesDescription: 'Other' });
    addImage(db, { ...parents, series: other });
    const both = (a: string, b: string): number =>
      studies({
        match: [
          { key: 'Modality', value: a },
          { key: 'SeriesDescription', value: b },
        ],
      }).total;
    expect(both('CR', 'Chest PA')).toBe(1);
    expect(both('DX', 'Chest PA')).toBe(0);
  });

  it('combines matching with the filters of the lists', () => {
    expect(images({ modality: 'CR', dateFrom: '20240101', dateTo: '20241231' }).total).toBe(1);
    expect(images({ dateTo: '20241231' }).total).toBe(2);
    expect(images({ source: 'camera' }).total).toBe(0);
    expect(patients({ registeredOnly: true }).total).toBe(0);
    expect(
      images({
        match: [
          { key: 'PatientID', value: 'TJ*' },
          { key: 'Modality', value: 'XC' },
        ],
      }).total,
    ).toBe(1);
  });

  it.each([
    ['NoSuchKeyword', 'x'],
    ['StudyDate', 'yesterday'],
    ['StudyDate', '2024-01-01'],
  ])('refuses %s=%s', (key, value) => {
    expect(() => studies({ match: [{ key, value }] })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

describe('typed text', () => {
  beforeEach(() => {
    const named = (PatientName: string, PatientID = ''): Parents =>
      addParents(db, { PatientName, PatientID }, { StudyDescription: 'Routine' });
    named('Müller^Jörg', 'TJ-0042');
    named('Muñoz^María José', 'TJ-0043');
    named('Yamada^Tarou=山田^太郎=やまだ^たろう', '٠٠٧');
    named('محمد^عبد الله', '12-34');
    named('Okonkwo^Chinwe', 'X 9');
    named("O'Brien^Sean", 'OB1');
    named('Nguyễn^Thị Ánh', 'V1');
  });

  it.each([
    ['mull', 'Müller^Jörg'],
    ['jorg muller', 'Müller^Jörg'],
    ['JÖRG', 'Müller^Jörg'],
    ['jose mun', 'Muñoz^María José'],
    ['0042', 'Müller^Jörg'],
    ['42', 'Müller^Jörg'],
    ['tj-0042', 'Müller^Jörg'],
    ['tj0042', 'Müller^Jörg'],
    ['mu 43', 'Muñoz^María José'],
    ['山田', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['山田太', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['やま', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['007', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['7', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['محم', 'محمد^عبد الله'],
    ['مُحَمَّد', 'محمد^عبد الله'],
    ['١٢', 'محمد^عبد الله'],
    ['obrien', "O'Brien^Sean"],
    ['o’bri', "O'Brien^Sean"],
    ['nguyen anh', 'Nguyễn^Thị Ánh'],
    ['okonkow', 'Okonkwo^Chinwe'],
    ['chinwee okonko', 'Okonkwo^Chinwe'],
    ['mullre', 'Müller^Jörg'],
    ['yamda', 'Yamada^Tarou=山田^太郎=やまだ^たろう'],
    ['محمود', 'محمد^عبد الله'],
  ])('%s', (text, expected) => {
    expect(typed(text)[0]).toBe(expected);
  });

  it('shows hits as typed before corrected ones, and no corrections when there are enough', () => {
    for (const given of ['A', 'B', 'C']) addPatient(db, { PatientName: `Miller^${given}` });
    expect(typed('muller')).toEqual(['Müller^Jörg', 'Miller^A', 'Miller^B', 'Miller^C']);
    for (const given of ['D', 'E']) addPatient(db, { PatientName: `Muller^${given}` });
    expect(typed('muller')).toEqual(['Muller^D', 'Muller^E', 'Müller^Jörg']);
  });

  it('finds studies by description and by patient, and images and series of them', () => {
    const parents = addParents(
      db,
      { PatientName: 'Sow^Awa' },
      { StudyDescription: 'Fracture du fémur' },
      { BodyPartExamined: 'FEMUR', Modality: 'DX' },
    );
    addImage(db, parents);
    for (const text of ['femur', 'fract awa', 'sow dx']) {
      expect(studies({ text }).total).toBe(1);
      expect(series({ text }).total).toBe(1);
      expect(images({ text }).total).toBe(1);
    }
    expect(patients({ text: 'femur' }).total).toBe(0);
    expect(studies({ text: 'routine' }).total).toBe(7);
  });

  it('asks for everything when nothing searchable was typed, and takes signs of the query language as text', () => {
    expect(patients({ text: '  ' }).total).toBe(7);
    expect(patients({ text: '^ = *' }).total).toBe(7);
    for (const text of ['" OR words:*', 'NEAR(a b)', "'; DROP TABLE patient", 'words : mull', '{} + - ^']) {
      expect(() => patients({ text })).not.toThrow();
    }
  });
});

describe('sorts', () => {
  it('refuse a property that rows do not have', () => {
    for (const sort of ['nothing', 'constructor', '__proto__', 'patient.id; --']) {
      expect(() => patients({ sort })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    }
  });

  it('take every property of the rows, in both directions, with cursors that reach every row once', () => {
    for (let at = 0; at < 13; at += 1) {
      const patient = addPatient(db, {
        PatientName: `N${String(at % 4)}^x`,
        PatientID: String(at % 3),
        PatientBirthDate: at % 2 ? '19800101' : '',
        age_years: at % 3 === 0 ? at : null,
        last_study_date: at % 5 ? `2024010${String(at % 5)}` : '',
      });
      const study = addStudy(db, patient, {
        StudyDate: at % 4 ? `2024010${String(at % 4)}` : '',
        StudyTime: at % 2 ? '10' : '',
      });
      const oneSeries = addSeries(db, patient, study, { Modality: at % 2 ? 'CR' : '', SeriesNumber: String(at % 3) });
      const numbers =
        at % 2
          ? { Rows: null, InstanceNumber: '', taken_at: null }
          : { InstanceNumber: String(at), instance_order: at, taken_at: `2024-01-0${String(1 + (at % 3))}` };
      addImage(db, { patient, study, series: oneSeries }, numbers);
    }
    for (const level of ['patient', 'study', 'series', 'image'] as const) {
      const ask = (question: Question) => find(db, { ...FindInput.parse({ level, ...question }), level });
      const key = { patient: 'patient', study: 'study', series: 'seriesKey', image: 'image' }[level];
      const keys = (rows: readonly object[]): unknown[] =>
        rows.map((row) => new Map<string, unknown>(Object.entries(row)).get(key));
      for (const sort of Object.keys(ask({ limit: 1 }).rows[0] ?? {})) {
        const whole = keys(ask({ sort, limit: 100 }).rows);
        expect(new Set(whole).size).toBe(13);
        expect(keys(ask({ sort, descending: true, limit: 100 }).rows)).toEqual(whole.toReversed());
        const walked: unknown[] = [];
        let after: string | undefined;
        do {
          const page = ask({ sort, limit: 4, ...(after !== undefined && { after }) });
          expect(page.total).toBe(13);
          walked.push(...keys(page.rows));
          after = page.next ?? undefined;
        } while (after !== undefined);
        expect(walked).toEqual(whole);
        expect([0, 3, 6, 9, 12].flatMap((offset) => keys(ask({ sort, limit: 3, offset }).rows))).toEqual(whole);
      }
    }
  });

  it('have a sensible order when none is asked for', () => {
    const parents = addParents(db, { PatientName: 'Zoe' }, { StudyDate: '20240101' }, { SeriesNumber: '10' });
    const second = addSeries(db, parents.patient, parents.study, { SeriesNumber: '9' });
    const first = addImage(db, parents, { InstanceNumber: '2', instance_order: 2 });
    const later = addImage(db, parents, { InstanceNumber: '1', instance_order: 1 });
    const newer = addParents(db, { PatientName: 'Ann' }, { StudyDate: '20250101' });
    expect(patients({}).rows.map((row) => row.PatientName)).toEqual(['Ann', 'Zoe']);
    expect(studies({}).rows.map((row) => row.study)).toEqual([newer.study.key, parents.study.key]);
    expect(series({ study: StudyRow.shape.study.parse(parents.study.key) }).rows.map((row) => row.seriesKey)).toEqual([
      second.key,
      parents.series.key,
    ]);
    expect(images({}).rows.map((row) => row.image)).toEqual([first.key, later.key]);
    expect(
      images({ series: SeriesRow.shape.seriesKey.parse(parents.series.key) }).rows.map((row) => row.image),
    ).toEqual([later.key, first.key]);
  });
});

describe('pages', () => {
  it('go on where they were while rows come in before and behind', () => {
    const parents = addParents(db, { PatientName: 'M' });
    for (const letter of 'bdfhjln') addPatient(db, { PatientName: letter });
    const first = patients({ limit: 3 });
    expect(first.rows.map((row) => row.PatientName)).toEqual(['b', 'd', 'f']);
    for (const letter of 'acgz') addPatient(db, { PatientName: letter });
    const second = patients({ limit: 4, after: first.next ?? '' });
    expect(second.rows.map((row) => row.PatientName)).toEqual(['g', 'h', 'j', 'l']);
    expect(second.total).toBe(12);
    const newest = images({ sort: 'arrival', descending: true, limit: 2 });
    expect(newest).toEqual({ total: 0, totalIsExact: true, rows: [], next: null });
    const added = ['1', '2', '3', '4'].map(() => addImage(db, parents).key);
    const page = images({ sort: 'arrival', descending: true, limit: 2 });
    addImage(db, parents);
    expect(
      images({ sort: 'arrival', descending: true, limit: 2, after: page.next ?? '' }).rows.map((row) => row.image),
    ).toEqual([added[1], added[0]]);
  });

  it('of corrected hits keep their order over pages', () => {
    for (let at = 0; at < 7; at += 1)
      addPatient(db, { PatientName: `${at % 2 ? 'Okonkwo' : 'Okonkwa'}^${String(at)}` });
    const whole = patients({ text: 'okonkwi', limit: 50 }).rows.map((row) => row.PatientName);
    expect(whole).toHaveLength(7);
    const walked: string[] = [];
    let after: string | undefined;
    do {
      const page = patients({ text: 'okonkwi', limit: 2, ...(after !== undefined && { after }) });
      walked.push(...page.rows.map((row) => row.PatientName));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(walked).toEqual(whole);
  });

  it('get past names of a thousand letters', () => {
    const long = [
      '山'.repeat(1024),
      `${'山'.repeat(1000)}川`,
      '\u{1F600}'.repeat(512),
      `${'x'.repeat(149)}\u{1F600}`,
      'ﷺ'.repeat(300),
      'a',
    ];
    for (const PatientName of [...long, ...long]) addPatient(db, { PatientName });
    const walked: string[] = [];
    let after: string | undefined;
    do {
      const input = FindInput.parse({ level: 'patient', limit: 1, ...(after !== undefined && { after }) });
      const page = find(db, { ...input, level: 'patient' });
      walked.push(...page.rows.map((row) => row.PatientName));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(walked.toSorted()).toEqual([...long, ...long].toSorted());
  });

  it('refuse cursors that are not of this list', () => {
    for (const letter of 'abc') addPatient(db, { PatientName: letter });
    const after = patients({ limit: 1 }).next ?? '';
    const bad = expect.objectContaining({ code: 'BAD_REQUEST' }) as Error;
    expect(() => patients({ after, sort: 'PatientID' })).toThrow(bad);
    expect(() => patients({ after, descending: true })).toThrow(bad);
    expect(() => studies({ after })).toThrow(bad);
    expect(() => patients({ after, offset: 1 })).toThrow(bad);
    for (const text of [
      '',
      'x',
      '!!!',
      Buffer.from('{"v":1}').toString('base64url'),
      Buffer.from('[null]').toString('base64url'),
    ]) {
      expect(() => patients({ after: text })).toThrow(bad);
    }
    const forged = Buffer.from(
      JSON.stringify({
        v: 1,
        level: 'patient',
        sort: 'PatientName',
        descending: false,
        corrected: false,
        values: [null, 999],
      }),
    );
    expect(() => patients({ after: forged.toString('base64url') })).toThrow(bad);
  });

  it('begin anywhere, and behind the end are empty', () => {
    for (const letter of 'abcdefg') addPatient(db, { PatientName: letter });
    expect(patients({ offset: 5, limit: 10 })).toMatchObject({
      total: 7,
      rows: [{ PatientName: 'f' }, { PatientName: 'g' }],
      next: null,
    });
    expect(patients({ offset: 7 })).toEqual({ total: 7, totalIsExact: true, rows: [], next: null });
    expect(patients({ offset: 2, limit: 2 }).next).not.toBeNull();
  });
});
