import type { Database } from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { compare } from '../../../main/archive/catalog/compare';
import { Params } from '../../../main/archive/catalog/condition';
import { countsOf, find } from '../../../main/archive/catalog/find';
import { foldText } from '../../../main/archive/catalog/folding';
import { propertyOf } from '../../../main/archive/catalog/properties';
import { restrict } from '../../../main/archive/catalog/restrict';
import { WORDS_FUNCTION } from '../../../main/archive/catalog/sql-functions';
import { warmOn } from '../../../main/archive/catalog/warmth';
import { joinOn, partsOf } from '../../../main/archive/catalog/word-parts';
import { Filter, FindInput } from '../../../shared/contract/catalog';
import { addPatient, emptyCatalog } from '../../fixtures/catalog';
import { fillCatalog, keyOf, PROJECTS } from '../../fixtures/large-catalog';

/** More images than are gone through whole (catalog/plan.ts). */
const SIZES = { patients: 3000, studies: 5000, series: 8000, images: 21_000 };
const PAGE = 400;

let db: Database;

beforeAll(() => {
  db = emptyCatalog();
  fillCatalog(db, SIZES);
}, 300_000);

type Asked = z.input<typeof Filter>;

const JOINED: Readonly<Record<string, string>> = {
  patient: 'patient',
  study: 'study JOIN patient ON patient.id = study.patient_id',
  series: 'series JOIN study ON study.id = series.study_id JOIN patient ON patient.id = series.patient_id',
  image: `image JOIN series ON series.id = image.series_id JOIN study ON study.id = image.study_id
    JOIN patient ON patient.id = image.patient_id`,
};
const KEYS: Readonly<Record<string, string>> = {
  patient: 'patient.key',
  study: 'study.key',
  series: 'series.key',
  image: 'image.object',
};
const ROW_KEYS = { patient: 'patient', study: 'study', series: 'seriesKey', image: 'image' } as const;
type Level = keyof typeof ROW_KEYS;

function keysOf(level: Level, rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => (row as Readonly<Record<string, string>>)[ROW_KEYS[level]] ?? '');
}

/** All rows that fit, in the order of SQL that knows nothing of the catalogue's ways. */
function expected(level: Level, where: string, order: string): readonly string[] {
  const sql = `SELECT ${KEYS[level] ?? ''} FROM ${JOINED[level] ?? ''} WHERE ${where} ORDER BY ${order}`;
  return db.prepare(sql).pluck().all() as string[];
}

/** The whole list, from page to page. */
function walked(level: Level, filter: Asked, sort: string, descending: boolean): readonly string[] {
  const keys: string[] = [];
  for (let after: string | null | undefined = undefined; after !== null;) {
    const page: { rows: readonly unknown[]; next: string | null } = find(
      db,
      FindInput.parse({ level, ...filter, sort, descending, limit: PAGE, ...(after && { after }) }),
    );
    keys.push(...keysOf(level, page.rows));
    after = page.next;
  }
  return keys;
}

const TAG = `series.id IN (SELECT series_id FROM series_tag_of WHERE tag_id = 3)`;
const FILTERS: readonly (readonly [Asked, string])[] = [
  [{ seriesTags: [keyOf(3)] }, TAG],
  [{ modality: 'CT' }, `series.Modality = 'CT'`],
  [{ seriesTags: [keyOf(3)], modality: 'CT' }, `${TAG} AND series.Modality = 'CT'`],
  [
    { modality: 'US', dateFrom: '20200101', dateTo: '20200630' },
    `series.Modality = 'US' AND study.StudyDate BETWEEN '20200101' AND '20200630'`,
  ],
  [
    { project: PROJECTS[0], source: 'camera' },
    `image.source = 'camera' AND series.id IN (SELECT series_id FROM archive_series WHERE archive_id IN (911, 912))`,
  ],
  [
    { modality: 'DX', where: [{ property: 'StudyDescription', operator: 'like', value: 'chest' }] },
    `series.Modality = 'DX' AND study.StudyDescription LIKE '%chest%'`,
  ],
];
const ORDERS: readonly (readonly [string, readonly string[]])[] = [
  ['PatientName', ['patient.name_folded', 'patient.id', 'image.id']],
  ['StudyDate', ['study.StudyDate', 'study.StudyTime', 'study.id', 'image.id']],
  ['Modality', ['series.Modality', 'series.id', 'image.instance_order', 'image.id']],
  ['arrival', ['image.id']],
];

describe('images of which something is asked above', () => {
  it.each(FILTERS)('come in every order, whichever way leads to them: %j', (filter, where) => {
    for (const [sort, terms] of ORDERS) {
      for (const descending of [false, true]) {
        const order = terms.map((term) => (descending ? `${term} DESC` : term)).join(', ');
        const all = expected('image', where, order);
        expect(all.length).toBeGreaterThan(20);
        expect([sort, descending, walked('image', filter, sort, descending)]).toEqual([sort, descending, all]);
        const middle = FindInput.parse({ level: 'image', ...filter, sort, descending, limit: 10, offset: 15 });
        expect(keysOf('image', find(db, middle).rows)).toEqual(all.slice(15, 25));
      }
    }
  });
});

describe('patients of whose name or number the first character may be any', () => {
  it.each(['?a*o', '?e*', '?h*a', '?á*ü', '?', '??', '?*a', '?a?i*', '?zz*'])(
    'are all found, also with what lies below: %s',
    (pattern) => {
      const where = `fieldbox_fold(patient.PatientName) GLOB '${foldText(pattern)}'`;
      for (const level of ['patient', 'series'] as const) {
        const match = [{ key: 'PatientName', value: pattern }];
        const order = ['patient.name_folded', 'patient.id', ...(level === 'series' ? ['series.id'] : [])];
        const up = order.join(', ');
        const down = order.map((term) => `${term} DESC`).join(', ');
        expect(walked(level, { match }, 'PatientName', false)).toEqual(expected(level, where, up));
        expect(walked(level, { match }, 'PatientName', true)).toEqual(expected(level, where, down));
      }
    },
  );

  it('are found behind every first character that there is, also where nothing else follows', () => {
    const few = emptyCatalog();
    const names = ['', 'k', 'ka', 'Kofi', '山a', '山', '\u{1F600}abc', '\u{10FFFF}a', 'ßa', '-a', ' a'];
    for (const PatientName of names) addPatient(few, { PatientName });
    const found = (value: string): readonly unknown[] =>
      find(
        few,
        FindInput.parse({ level: 'patient', match: [{ key: 'PatientName', value }], sort: 'PatientName' }),
      ).rows.map((row) => row.PatientName);
    const fitting = names.filter((name) => /^.a/u.test(foldText(name)));
    expect([...found('?a*')].sort()).toEqual([...fitting].sort());
    expect(found('?o*i')).toEqual(['Kofi']);
  });

  it('are not looked for among all of them', () => {
    const params = new Params();
    const test = { operator: 'match', comparison: 'name', wanted: ['?h*a'] } as const;
    const { ids = '' } = compare(db, propertyOf('patient', 'PatientName'), test, params);
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${ids}`).all(params.values) as { detail: string }[];
    const ofPatients = steps.map(({ detail }) => detail).filter((detail) => /\b(patient|any_one)\b/.test(detail));
    expect(ofPatients.length).toBeGreaterThan(2);
    for (const detail of ofPatients) expect(detail).toMatch(/^SEARCH .* \(name_folded>\?/);
  });
});

describe('what is asked of a patient', () => {
  it('is asked of the study that is walked along, before its series are looked at', () => {
    const condition = { table: 'patient', check: 'patient.registered = 1', ids: 'SELECT 1' } as const;
    expect(restrict('series', [condition], { joined: ['study'], sets: [condition] })).toEqual([
      '+(study.patient_id IN (SELECT 1))',
    ]);
    expect(restrict('series', [condition], { joined: ['study'] })).toEqual([
      '+EXISTS (SELECT 1 FROM patient WHERE patient.id = study.patient_id AND (patient.registered = 1))',
    ]);
    expect(restrict('image', [condition], { sets: [condition] })).toEqual(['+(image.patient_id IN (SELECT 1))']);
  });
});

describe('studies with one text and of some time', () => {
  it.each(['InstitutionName', 'StudyDescription', 'ReferringPhysicianName'] as const)(
    'are all found: %s',
    (property) => {
      const texts = db.prepare(`SELECT DISTINCT ${property} FROM study ORDER BY 1 LIMIT 3`).pluck().all() as string[];
      for (const text of texts) {
        const where = [{ property, operator: '=', value: text } as const];
        const filter = { where, dateFrom: '20200101', dateTo: '20241231' };
        const sql = `study.${property} = '${text}' AND study.StudyDate BETWEEN '20200101' AND '20241231'`;
        const order = 'study.StudyDate, study.StudyTime, study.id';
        expect(walked('study', filter, 'StudyDate', false)).toEqual(expected('study', sql, order));
      }
    },
  );
});

const TEXTS: Readonly<Record<Level, readonly string[]>> = {
  patient: ['patient.PatientName', 'patient.PatientID', 'patient.PatientSex'],
  study: ['study.StudyDescription', 'study.AccessionNumber', 'study.ReferringPhysicianName', 'study.InstitutionName'],
  series: [
    ...['series.Modality', 'series.SeriesDescription', 'series.BodyPartExamined', 'series.Manufacturer'],
    'series.StationName',
  ],
  image: ['image.ImageType'],
};
const LEVELS = ['patient', 'study', 'series', 'image'] as const;
const COUNTS = { patient: 'patients', study: 'studies', series: 'series', image: 'images' } as const;

describe('a piece of a text', () => {
  // Of names only; of names of patients and physicians; of descriptions; of makers; of images; of hardly anything; of nothing.
  it.each(['ndashi', 'che', 'mba', 'kne', 'beta', 'axial', 'zo', 'clinic 39', '1000', 'qqq'])(
    'is found wherever it occurs above, and counted: %s',
    (piece) => {
      const counts = countsOf(db, Filter.parse({ contains: piece }));
      for (const [at, level] of LEVELS.entries()) {
        const texts = LEVELS.slice(0, at + 1).flatMap((each) => TEXTS[each]);
        const where = texts.map((text) => `instr(fieldbox_fold(${text}), '${foldText(piece)}') > 0`).join(' OR ');
        const all = expected(level, where, `${level}.id`);
        const order = { patient: 'PatientID', study: 'AccessionNumber', series: 'SeriesInstanceUID', image: 'arrival' };
        const found = walked(level, { contains: piece }, order[level], false);
        expect([level, [...found].sort()]).toEqual([level, [...all].sort()]);
        const { total, totalIsExact } = counts[COUNTS[level]];
        if (totalIsExact) expect([level, total]).toEqual([level, all.length]);
        else expect(all.length).toBeGreaterThan(1000);
      }
    },
  );

  it('is found in a note as soon as there is one', () => {
    const ask = (): unknown => find(db, FindInput.parse({ level: 'image', contains: 'wheelchair' })).total;
    expect(ask()).toBe(0);
    const id = db.prepare('SELECT patient_id FROM image ORDER BY id LIMIT 1').pluck().get() as number;
    db.prepare('UPDATE patient SET note = ? WHERE id = ?').run('Comes in a wheelchair.', id);
    expect(ask()).toBe(db.prepare('SELECT image_count FROM patient WHERE id = ?').pluck().get(id));
    db.prepare(`UPDATE patient SET note = '' WHERE id = ?`).run(id);
    expect(ask()).toBe(0);
  });
});

describe('series of whose images something is asked', () => {
  const where = [{ property: 'PhotometricInterpretation', operator: '=', value: 'MONOCHROME1' } as const];
  const image = `SELECT i.series_id FROM image AS i WHERE json_extract(i.attributes, '$.PhotometricInterpretation') = 'MONOCHROME1'`;
  it.each<[Asked, string]>([
    [{ where }, image],
    [{ where, source: 'camera' }, `${image} AND i.source = 'camera'`],
  ])('come in the order of what stands above: %j', (filter, ids) => {
    const date = ['study.StudyDate', 'study.StudyTime', 'study.id', 'series.id'];
    const name = ['patient.name_folded', 'patient.id', 'series.id'];
    for (const [sort, terms] of [['StudyDate', date] as const, ['PatientName', name] as const])
      expect(walked('series', filter, sort, false)).toEqual(
        expected('series', `series.id IN (${ids})`, terms.join(', ')),
      );
  });
});

describe('in an archive whose rows are gone through whole', () => {
  it('no row is asked for words of which it is known who has them', () => {
    const small = emptyCatalog();
    fillCatalog(small, { patients: 500, studies: 6000, series: 6000, images: 6000 });
    const fits = small.prepare(
      `SELECT count(*) FROM image WHERE study_id IN (SELECT rowid FROM study_text WHERE study_text MATCH 'chest')`,
    );
    find(small, FindInput.parse({ level: 'image' }));
    let asked = 0;
    small.function(WORDS_FUNCTION, { varargs: true }, () => {
      asked += 1;
      return 1;
    });
    const { total } = find(small, FindInput.parse({ level: 'image', text: 'chest', sort: 'StudyDate' }));
    expect([total, asked]).toEqual([fits.pluck(true).get(), 0]);
    small.close();
  }, 60_000);
});

describe('indexes of words', () => {
  /** An archive in which so many people were entered one after the other. */
  function enteredOneByOne(people: number): Database {
    const archive = emptyCatalog();
    for (const name of ['patient_piece', 'patient_text'])
      archive.exec(`INSERT INTO ${name} (${name}, rank) VALUES ('automerge', 0)`);
    for (let at = 0; at < people; at += 1) addPatient(archive, { PatientName: `Kamba^No ${String(at)}` });
    return archive;
  }
  const answers = (archive: Database): unknown =>
    [{ text: 'ka' }, { contains: 'mb' }, { match: [{ key: 'PatientName', value: '*b*1' }] }].map((question) =>
      find(archive, FindInput.parse({ level: 'patient', ...question })),
    );

  it('of many parts are joined, and answer as before', () => {
    const archive = enteredOneByOne(14);
    expect([partsOf(archive, 'patient_piece'), partsOf(archive, 'patient_text')]).toEqual([14, 14]);
    const before = answers(archive);
    while (joinOn(archive, 1)) continue;
    expect([partsOf(archive, 'patient_piece'), partsOf(archive, 'patient_text')]).toEqual([1, 1]);
    expect(answers(archive)).toEqual(before);
    archive.close();
  });

  it('of few parts stay as they are', () => {
    const archive = enteredOneByOne(5);
    expect(joinOn(archive, Number.POSITIVE_INFINITY)).toBe(false);
    expect(partsOf(archive, 'patient_piece')).toBe(5);
    archive.close();
  });
});

describe('what is looked at most', () => {
  it('is read once, to its end', () => {
    expect(warmOn(db, 0)).toBe(true);
    expect(warmOn(db, Number.POSITIVE_INFINITY)).toBe(false);
    expect(warmOn(db, 0)).toBe(false);
  });

  it('is not read when the cache has no room for it', () => {
    const small = emptyCatalog();
    fillCatalog(small, { patients: 50, studies: 60, series: 70, images: 80 });
    small.pragma('cache_size = -1');
    expect(warmOn(small, 0)).toBe(false);
    small.close();
  });
});
