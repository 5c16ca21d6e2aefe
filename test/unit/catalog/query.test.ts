import type { Database } from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { countsOf, find } from '../../../main/archive/catalog/find';
import { propertiesOf } from '../../../main/archive/catalog/properties';
import { OPERATORS } from '../../../main/archive/catalog/query-conditions';
import { sourcesOf } from '../../../main/archive/catalog/sources';
import { Filter, FindInput } from '../../../shared/contract/catalog';
import type { QueryCondition } from '../../../shared/contract/query';
import { FlatSeriesRow } from '../../../shared/model/rows';
import type { Listing } from '../../../shared/model/vocabulary';
import { addImage, addParents, addPatient, addSeries, emptyCatalog, type Parents } from '../../fixtures/catalog';

let db: Database;
let ann: Parents;
let bob: Parents;
let cleo: Parents;
let kind: string;

beforeEach(() => {
  db = emptyCatalog();
  kind = '11111111-1111-4111-8111-111111111111';
  const kindId = Number(
    db.prepare(`INSERT INTO kind (key, code, name, active) VALUES (?, NULL, 'Wound', 1)`).run(kind).lastInsertRowid,
  );
  ann = addParents(
    db,
    { PatientName: 'Müller^Ann', PatientID: 'A-1', PatientSex: 'F', PatientBirthDate: '19800102', age_years: 44.5 },
    {
      StudyDate: '20240105',
      StudyTime: '0930',
      StudyDescription: 'Chest X-ray',
      AccessionNumber: 'ACC100',
      InstitutionName: 'Camp',
    },
    { Modality: 'CR', SeriesNumber: '10', SeriesDescription: 'Thorax PA', Manufacturer: 'Alpha [1]*', source: 'scp' },
  );
  bob = addParents(
    db,
    { PatientName: 'Yamada^Tarou=山田^太郎', PatientID: 'B-2', PatientSex: 'M', registered: 1 },
    { StudyDate: '20240310', StudyTime: '1500', StudyDescription: 'Hand', AccessionNumber: 'ACC200' },
    { Modality: 'DX', SeriesNumber: '9', SeriesDescription: 'Left hand', source: 'file' },
  );
  cleo = addParents(
    db,
    { PatientName: 'Ößil^Cleo', PatientID: '', PatientSex: '' },
    { StudyDate: '', StudyDescription: '' },
    { Modality: 'XC', SeriesDescription: 'Wound', source: 'camera' },
  );
  addImage(
    db,
    ann,
    {
      source: 'scp',
      ImageType: 'ORIGINAL\\PRIMARY',
      bytes: 5000,
      Rows: 2048,
      InstanceNumber: '3',
      instance_order: 3,
      file_name: 'Scan7.dcm',
      SOPInstanceUID: '1.2.77.1',
    },
    { PatientAge: '044Y', BitsStored: 12, KVP: '120', ImageComments: 'bien centré' },
  );
  addImage(db, ann, { source: 'box', bytes: 900, Rows: null, conflict: 1 }, { PatientAge: '044Y', BitsStored: 8 });
  addImage(
    db,
    bob,
    {
      source: 'file',
      bytes: 100,
      taken_at: '2024-03-10T14:59:00',
      stored_at: '2026-05-06T07:08:09.000Z',
      has_pixels: 0,
    },
    { BitsStored: 16 },
  );
  addImage(db, cleo, { source: 'camera', bytes: 70, kind_id: kindId, taken_at: '2024-06-01T08:00:00' });
});

type Where = z.input<typeof QueryCondition>;
type Rest = Partial<Omit<z.input<typeof FindInput>, 'level' | 'where'>>;

const run = (level: Listing, where: Where[], rest: Rest = {}) =>
  find(db, FindInput.parse({ level, where, limit: 1000, ...rest }));
/** Who is found, by the first letter of the given name. */
const who = (level: Listing, where: Where[], rest: Rest = {}): string =>
  [
    ...new Set(
      run(level, where, rest).rows.map((row) =>
        row.PatientName.startsWith('Müller') ? 'A' : row.PatientName.startsWith('Yamada') ? 'B' : 'C',
      ),
    ),
  ]
    .sort()
    .join('');

describe('a structured query', () => {
  it.each<[string, QueryCondition['operator'], QueryCondition['value'], string]>([
    ['PatientName', '=', 'muller^ann', 'A'],
    ['PatientName', '=', '山田^太郎', 'B'],
    ['PatientName', '!=', 'muller^ann', 'BC'],
    ['PatientName', 'like', 'ER', 'A'],
    ['PatientName', 'like', 'l?cl', 'C'],
    ['PatientName', 'like', '太', 'B'],
    ['PatientName', 'startsWith', 'oss', 'C'],
    ['PatientName', 'startsWith', '山', 'B'],
    ['PatientName', 'in', ['Müller^Ann', '山田^太郎'], 'AB'],
    ['PatientID', 'exists', undefined, 'AB'],
    ['PatientID', 'empty', undefined, 'C'],
    ['PatientID', 'startsWith', 'b', 'B'],
    ['PatientSex', '=', 'f', 'A'],
    ['PatientSex', 'in', ['F', 'M'], 'AB'],
    ['PatientBirthDate', '<', '1980-01-03', 'A'],
    ['PatientBirthDate', '>=', '19800103', ''],
    ['PatientBirthDate', 'empty', undefined, 'BC'],
    ['ageYears', '>', 40, 'A'],
    ['ageYears', '<=', 40, ''],
    ['ageYears', 'exists', undefined, 'A'],
    ['registered', '=', true, 'B'],
    ['registered', '=', 'false', 'AC'],
    ['registered', '!=', true, 'AC'],
    ['consent', '=', 'not-asked', 'ABC'],
    ['consent', 'in', ['yes', 'no'], ''],
    ['StudyDate', '=', '20240105', 'A'],
    ['StudyDate', '!=', '20240105', 'BC'],
    ['StudyDate', '>', '20240105', 'B'],
    ['StudyDate', '<=', '2024-03-10', 'AB'],
    ['StudyDate', 'in', ['20240105', '20240310'], 'AB'],
    ['StudyDate', 'startsWith', '202403', 'B'],
    ['StudyDate', 'like', '0310', 'B'],
    ['StudyDate', 'exists', undefined, 'AB'],
    ['StudyTime', '>=', '12:00', 'B'],
    ['StudyDescription', '=', 'chest x-ray', 'A'],
    ['StudyDescription', 'like', 'X-R', 'A'],
    ['StudyDescription', 'like', 'an', 'B'],
    ['StudyDescription', 'like', 'ch*ray', 'A'],
    ['StudyDescription', 'startsWith', 'ha', 'B'],
    ['StudyDescription', 'empty', undefined, 'C'],
    ['AccessionNumber', 'like', 'c20', 'B'],
    ['Modality', '=', 'cr', 'A'],
    ['Modality', 'in', ['CR', 'XC'], 'AC'],
    ['Modality', '!=', 'CR', 'BC'],
    ['ModalitiesInStudy', '=', 'DX', 'B'],
    ['SeriesNumber', '>', 9, 'A'],
    ['SeriesNumber', '=', '010', 'A'],
    ['SeriesNumber', 'empty', undefined, 'C'],
    ['Manufacturer', '=', 'alpha [1]*', 'A'],
    ['Manufacturer', 'startsWith', 'Alpha [1]*', 'A'],
    ['SOPInstanceUID', '=', '1.2.77.1', 'A'],
    ['SOPInstanceUID', 'startsWith', '1.2.77', 'A'],
    ['ImageType', '=', 'primary', 'A'],
    ['ImageType', 'like', 'orig', 'A'],
    ['InstanceNumber', '=', 3, 'A'],
    ['InstanceNumber', '>', '2', 'A'],
    ['bytes', '>=', 900, 'A'],
    ['bytes', '<', 100, 'C'],
    ['Rows', '>', 600, 'A'],
    ['Rows', 'empty', undefined, 'A'],
    ['hasPixels', '=', false, 'B'],
    ['conflict', '=', true, 'A'],
    ['source', '=', 'scp', 'A'],
    ['source', 'in', ['camera', 'file'], 'BC'],
    ['takenAt', '=', '2024-03-10', 'B'],
    ['takenAt', '<', '2024-06-01', 'B'],
    ['takenAt', '<=', '20240601', 'BC'],
    ['takenAt', 'exists', undefined, 'BC'],
    ['storedAt', '>', '2026-03', 'B'],
    ['fileName', 'like', 'AN7', 'A'],
    ['fileName', 'exists', undefined, 'A'],
    ['PatientAge', '=', '044y', 'A'],
    ['PatientAge', 'like', '44', 'A'],
    ['PatientAge', 'empty', undefined, 'BC'],
    ['BitsStored', '>', 8, 'AB'],
    ['BitsStored', 'in', [8, 16], 'AB'],
    ['BitsStored', '!=', 12, 'ABC'],
    ['KVP', '<', 121, 'A'],
    ['ImageComments', 'like', 'CENTRE', 'A'],
    ['ImageComments', 'like', 'zz', ''],
  ])('%s %s %s', (property, operator, value, expected) => {
    const where = [{ property, operator, ...(value !== undefined && { value }) }];
    for (const level of ['study', 'series', 'flatSeries', 'image', 'patient'] as const) {
      expect(who(level, where)).toBe(expected);
      const page = run(level, where);
      expect(page.total).toBe(page.rows.length);
      expect(page.totalIsExact).toBe(true);
    }
  });

  it('finds a kind by its key', () => {
    expect(who('image', [{ property: 'kind', operator: '=', value: kind }])).toBe('C');
    expect(who('image', [{ property: 'kind', operator: '!=', value: kind }])).toBe('AB');
    expect(who('image', [{ property: 'kind', operator: 'empty' }])).toBe('AB');
  });

  it('wants all conditions at once, in one and the same branch, with every filter besides', () => {
    expect(
      who('image', [
        { property: 'PatientSex', operator: '=', value: 'F' },
        { property: 'bytes', operator: '<', value: 1000 },
      ]),
    ).toBe('A');
    expect(
      run('image', [
        { property: 'PatientSex', operator: '=', value: 'F' },
        { property: 'bytes', operator: '<', value: 1000 },
      ]).total,
    ).toBe(1);
    // One image of Ann has 12 bits, another is a conflict: no image is both.
    const both: Where[] = [
      { property: 'BitsStored', operator: '=', value: 12 },
      { property: 'conflict', operator: '=', value: true },
    ];
    expect(who('patient', both.slice(0, 1))).toBe('A');
    expect(who('patient', both)).toBe('');
    expect(
      who('study', [{ property: 'StudyDate', operator: '>=', value: '20240101' }], { text: 'yamada', modality: 'DX' }),
    ).toBe('B');
    expect(
      who('study', [
        { property: 'StudyDate', operator: '>=', value: '20240101' },
        { property: 'StudyDate', operator: '<', value: '20240201' },
      ]),
    ).toBe('A');
  });

  it('sorts by any property and continues behind a row', () => {
    const bySize = run('image', [], { sort: 'bytes', descending: true }).rows.map((row) =>
      'bytes' in row ? row.bytes : 0,
    );
    expect(bySize).toEqual([5000, 900, 100, 70]);
    const first = run('image', [{ property: 'bytes', operator: '>', value: 80 }], { sort: 'bytes', limit: 2 });
    const second = run('image', [{ property: 'bytes', operator: '>', value: 80 }], {
      sort: 'bytes',
      limit: 2,
      after: first.next ?? '',
    });
    expect([...first.rows, ...second.rows].map((row) => ('bytes' in row ? row.bytes : 0))).toEqual([100, 900, 5000]);
    expect(second.next).toBeNull();
  });

  it.each<[Listing, Where, string]>([
    ['image', { property: 'Nonsense', operator: '=', value: 'x' }, 'QUERY_PROPERTY_UNKNOWN'],
    ['image', { property: 'constructor', operator: '=', value: 'x' }, 'QUERY_PROPERTY_UNKNOWN'],
    ['image', { property: `x') --`, operator: '=', value: 'x' }, 'QUERY_PROPERTY_UNKNOWN'],
    ['image', { property: 'StudyStatusID', operator: '=', value: 'x' }, 'QUERY_PROPERTY_NOT_KEPT'],
    ['patient', { property: 'PatientName', operator: '<', value: 'x' }, 'QUERY_OPERATOR_UNFIT'],
    ['patient', { property: 'registered', operator: 'like', value: 'x' }, 'QUERY_OPERATOR_UNFIT'],
    ['patient', { property: 'registered', operator: '=', value: 'maybe' }, 'QUERY_VALUE_UNFIT'],
    ['study', { property: 'StudyDate', operator: '=', value: 'yesterday' }, 'QUERY_VALUE_UNFIT'],
    ['study', { property: 'StudyDate', operator: '=', value: true }, 'QUERY_VALUE_UNFIT'],
    ['study', { property: 'StudyTime', operator: '<', value: 'noon' }, 'QUERY_VALUE_UNFIT'],
    ['image', { property: 'bytes', operator: '>', value: 'many' }, 'QUERY_VALUE_UNFIT'],
    ['image', { property: 'bytes', operator: '>', value: Number.POSITIVE_INFINITY }, 'QUERY_VALUE_UNFIT'],
    ['image', { property: 'takenAt', operator: '>', value: 'May' }, 'QUERY_VALUE_UNFIT'],
    ['image', { property: 'Modality', operator: '=' }, 'QUERY_VALUE_UNFIT'],
    ['image', { property: 'Modality', operator: '=', value: ['CR'] }, 'QUERY_VALUE_UNFIT'],
    ['image', { property: 'Modality', operator: 'in', value: 'CR' }, 'QUERY_VALUE_UNFIT'],
    ['image', { property: 'Modality', operator: 'exists', value: 'CR' }, 'QUERY_VALUE_UNFIT'],
    ['image', { property: 'Modality', operator: 'like', value: '**' }, 'QUERY_VALUE_UNFIT'],
    [
      'image',
      { property: 'StudyDescription', operator: 'like', value: '*a?a*a?a*a?a*a?a*a' },
      'QUERY_PATTERN_TOO_WILD',
    ],
  ])('%s: %j is refused with %s', (level, where, code) => {
    const asked = { ...FindInput.parse({ level }), where: [where] };
    expect(() => find(db, asked)).toThrow(expect.objectContaining({ code }));
  });

  it('goes through the worst pattern that is let through in no time', () => {
    addSeries(db, ann.patient, ann.study, { SeriesDescription: 'a'.repeat(1000) });
    // Going back to every star, not only to the last one, would take longer than any test waits.
    expect(run('series', [{ property: 'SeriesDescription', operator: 'like', value: 'a*a*a*a*a*a*a*b' }]).total).toBe(
      0,
    );
  });

  it('takes every property of every list with every operator that fits its kind', () => {
    const values = {
      text: 'a',
      name: 'a',
      uid: '1.2',
      number: 1,
      date: '20240101',
      time: '1200',
      moment: '2024',
      flag: true,
      key: 'x',
    };
    for (const level of ['patient', 'study', 'series', 'image', 'flatSeries'] as const) {
      for (const { name, kind: kindOf } of propertiesOf(level)) {
        for (const operator of OPERATORS[kindOf]) {
          const value = operator === 'in' ? [values[kindOf]] : values[kindOf];
          const where =
            operator === 'exists' || operator === 'empty'
              ? { property: name, operator }
              : { property: name, operator, value };
          expect(() => run(level, [where])).not.toThrow();
        }
      }
    }
  });
});

describe('who was merged into another patient', () => {
  it('is found as that one, by name, number and key', () => {
    db.prepare(
      `INSERT INTO merged_patient (key, survivor_id, PatientID, IssuerOfPatientID, PatientName, id_folded, name_folded, registered, columns)
       VALUES ('22222222-2222-4222-8222-222222222222', ?, 'OLD-7', '', 'Vögel^Vera', 'old-7', 'vogel vera', 1, '{}')`,
    ).run(bob.patient.id);
    expect(who('image', [{ property: 'PatientName', operator: 'like', value: 'ogel' }])).toBe('B');
    expect(who('patient', [{ property: 'PatientID', operator: '=', value: 'old-7' }])).toBe('B');
    expect(who('patient', [{ property: 'PatientID', operator: 'in', value: ['old-7', 'A-1'] }])).toBe('AB');
    expect(who('patient', [{ property: 'PatientName', operator: 'startsWith', value: 'vog' }])).toBe('B');
    expect(who('patient', [{ property: 'PatientName', operator: '!=', value: 'vogel^vera' }])).toBe('AC');
    expect(who('study', [], { match: [{ key: 'PatientID', value: 'OLD*' }] })).toBe('B');
    expect(who('series', [], { patient: '22222222-2222-4222-8222-222222222222' })).toBe('B');
  });
});

describe('values that change', () => {
  it('are found as they are now, not as they were', () => {
    db.prepare(`UPDATE series SET SeriesDescription = 'Knee' WHERE id = ?`).run(ann.series.id);
    expect(who('series', [{ property: 'SeriesDescription', operator: '=', value: 'Thorax PA' }])).toBe('');
    expect(who('series', [{ property: 'SeriesDescription', operator: 'like', value: 'nee' }])).toBe('A');
    db.prepare(`UPDATE image SET attributes = '{"PatientAge":"050Y"}' WHERE patient_id = ?`).run(ann.patient.id);
    expect(who('image', [{ property: 'PatientAge', operator: '=', value: '044Y' }])).toBe('');
    expect(who('image', [{ property: 'PatientAge', operator: '=', value: '050Y' }])).toBe('A');
    db.prepare(`DELETE FROM image WHERE patient_id = ?`).run(ann.patient.id);
    expect(db.prepare('SELECT count(*) AS n FROM image_value').get()).toEqual({ n: 1 });
    expect(run('image', []).total).toBe(2);
  });
});

describe('flat series', () => {
  it('have patient, study and series in one row', () => {
    const { rows, total } = find(db, { ...FindInput.parse({ level: 'flatSeries' }), level: 'flatSeries' });
    expect(total).toBe(3);
    expect(rows.map((row) => FlatSeriesRow.parse(row))[0]).toMatchObject({
      PatientName: 'Yamada^Tarou=山田^太郎',
      registered: true,
      StudyDescription: 'Hand',
      SeriesDescription: 'Left hand',
      images: 1,
    });
  });

  it('are sorted by any of their properties', () => {
    const [row] = run('flatSeries', []).rows;
    for (const sort of Object.keys(row ?? {})) {
      const up = run('flatSeries', [], { sort }).rows.map((each) => ('seriesKey' in each ? each.seriesKey : ''));
      const down = run('flatSeries', [], { sort, descending: true }).rows.map((each) =>
        'seriesKey' in each ? each.seriesKey : '',
      );
      expect(down).toEqual(up.toReversed());
    }
  });
});

describe('a piece of text', () => {
  it.each([
    ['ULLER', 'A'],
    ['太', 'B'],
    ['hest', 'A'],
    ['EST X', 'A'],
    ['a-1', 'A'],
    ['c2', 'B'],
    ['202403', 'B'],
    ['[1]*', 'A'],
    ['left', 'B'],
    ['wound', 'C'],
    ['nothing like it', ''],
    ['  ', 'ABC'],
  ])('%s', (contains, expected) => {
    for (const level of ['series', 'flatSeries', 'image'] as const) expect(who(level, [], { contains })).toBe(expected);
  });

  it('is looked for in what rows of the list are, not in what lies below them', () => {
    expect(who('patient', [], { contains: 'müll' })).toBe('A');
    expect(who('patient', [], { contains: 'hand' })).toBe('');
    expect(who('study', [], { contains: 'hand' })).toBe('B');
    expect(who('study', [], { contains: 'left' })).toBe('');
    expect(who('image', [], { contains: '1.2.77' })).toBe('A');
    expect(who('image', [], { contains: 'scan' })).toBe('A');
    addPatient(db, { PatientName: 'Noted', note: 'Allergic to látex' });
    expect(run('patient', [], { contains: 'latex' }).total).toBe(1);
  });
});

describe('sources, types and tags', () => {
  const key = (at: number): string => `00000000-0000-4000-8000-00000000000${String(at)}`;
  beforeEach(() => {
    for (const label of ['type', 'tag']) {
      for (const at of [1, 2, 3]) {
        db.prepare(`INSERT INTO series_${label} (id, key, name) VALUES (?, ?, ?)`).run(
          at,
          key(at),
          `${label} ${String(at)}`,
        );
      }
    }
    const type = db.prepare('INSERT INTO series_type_of (series_id, type_id, by_rule, by_hand) VALUES (?, ?, 0, 1)');
    const tag = db.prepare('INSERT INTO series_tag_of (series_id, tag_id) VALUES (?, ?)');
    type.run(ann.series.id, 1);
    type.run(ann.series.id, 2);
    type.run(bob.series.id, 2);
    tag.run(bob.series.id, 1);
    tag.run(cleo.series.id, 3);
    const state = db.prepare(`INSERT INTO series_status (series, status, message, at) VALUES (?, ?, ?, '')`);
    const keyOf = db.prepare('SELECT key FROM series WHERE id = ?').pluck(true);
    state.run(keyOf.get(ann.series.id), 'failed', 'No such algorithm');
    state.run(keyOf.get(cleo.series.id), 'Done', '');
  });

  it.each<[string, QueryCondition['operator'], QueryCondition['value'], string]>([
    ['seriesType', '=', 'TYPE 1', 'A'],
    ['seriesType', 'in', ['type 1', 'type 2'], 'AB'],
    ['seriesType', 'like', 'pe 2', 'AB'],
    ['seriesType', '!=', 'type 1', 'BC'],
    ['seriesType', '=', 'type 9', ''],
    ['seriesType', 'exists', undefined, 'AB'],
    ['seriesType', 'empty', undefined, 'C'],
    ['seriesTag', 'startsWith', 'tag', 'BC'],
    ['seriesTag', 'empty', undefined, 'A'],
    ['status', '=', 'done', 'C'],
    ['status', 'in', ['done', 'failed'], 'AC'],
    ['status', 'exists', undefined, 'AC'],
    ['status', 'empty', undefined, 'B'],
    ['statusMessage', 'like', 'algor', 'A'],
    ['statusMessage', 'exists', undefined, 'A'],
    ['statusMessage', 'empty', undefined, 'BC'],
  ])('are asked for by name: %s %s %j', (property, operator, value, found) => {
    const where = { property, operator, ...(value !== undefined && { value }) };
    for (const level of ['patient', 'study', 'series', 'flatSeries', 'image'] as const) {
      expect([level, who(level, [where])]).toEqual([level, found]);
    }
    expect(propertiesOf('flatSeries').find((row) => row.name === property)).toMatchObject({ table: 'series' });
  });

  it('fit when any one of each list does', () => {
    for (const level of ['patient', 'study', 'series', 'flatSeries', 'image'] as const) {
      expect(who(level, [], { sources: [{ source: 'scp' }, { source: 'camera' }] })).toBe('AC');
      expect(who(level, [], { seriesTypes: [key(1)] })).toBe('A');
      expect(who(level, [], { seriesTypes: [key(1), key(2)] })).toBe('AB');
      expect(who(level, [], { seriesTypes: [key(2)], seriesTags: [key(1), key(3)] })).toBe('B');
      expect(who(level, [], { sources: [{ source: 'camera' }], seriesTags: [key(3)] })).toBe('C');
      expect(who(level, [], { sources: [{ source: 'scp' }], seriesTags: [key(3)] })).toBe('');
      expect(run(level, [], { seriesTypes: [key(1), key(2)], limit: 1 }).total).toBe(level === 'image' ? 3 : 2);
    }
  });

  it('are counted at every level', () => {
    const counts = (filter: z.input<typeof Filter>) =>
      Object.values(countsOf(db, Filter.parse(filter))).map(({ total, totalIsExact }) => (totalIsExact ? total : -1));
    expect(counts({})).toEqual([3, 3, 3, 4]);
    expect(counts({ seriesTypes: [key(2)] })).toEqual([2, 2, 2, 3]);
    expect(counts({ where: [{ property: 'PatientAge', operator: '=', value: '044Y' }] })).toEqual([1, 1, 1, 2]);
    expect(counts({ text: 'hand' })).toEqual([0, 1, 1, 1]);
  });

  it('of one kind are told apart by which one it was', () => {
    db.prepare(`UPDATE image SET source_ref = 'CT room' WHERE source = 'scp'`).run();
    db.prepare(`UPDATE series SET source_ref = 'CT room' WHERE source = 'scp'`).run();
    for (const level of ['patient', 'study', 'series', 'flatSeries', 'image'] as const) {
      expect(who(level, [], { sources: [{ source: 'scp', sourceRef: 'CT room' }] })).toBe('A');
      expect(who(level, [], { sources: [{ source: 'scp', sourceRef: 'US room' }] })).toBe('');
      const mixed = [{ source: 'scp', sourceRef: 'CT room' }, { source: 'camera' }] as const;
      expect(who(level, [], { sources: [...mixed] })).toBe('AC');
      expect(who(level, [{ property: 'sourceRef', operator: '=', value: 'CT room' }])).toBe('A');
    }
    expect(sourcesOf(db)).toContainEqual({
      source: 'scp',
      sourceRef: 'CT room',
      name: 'CT room',
      series: 1,
      images: 1,
    });
    expect(sourcesOf(db)).toHaveLength(4);
  });

  it('in use are listed with how much came by each', () => {
    expect(sourcesOf(db)).toEqual([
      { source: 'box', sourceRef: '', name: null, series: 0, images: 1 },
      { source: 'camera', sourceRef: '', name: null, series: 1, images: 1 },
      { source: 'file', sourceRef: '', name: null, series: 1, images: 1 },
      { source: 'scp', sourceRef: '', name: null, series: 1, images: 1 },
    ]);
    db.prepare(`UPDATE image SET source = 'scp' WHERE source = 'box'`).run();
    db.prepare(`DELETE FROM image WHERE source = 'camera'`).run();
    expect(sourcesOf(db).map((row) => [row.source, row.images])).toEqual([
      ['scp', 2],
      ['file', 1],
    ]);
  });
});
