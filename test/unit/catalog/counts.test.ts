import type { Database } from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { countsOf, find } from '../../../main/archive/catalog/find';
import { emptyCatalog } from '../../fixtures/catalog';
import { type Chance, seeded } from '../../fixtures/chance';
import { expectTrueCounts } from '../../fixtures/identity';
import { fillCatalog, keyOf } from '../../fixtures/large-catalog';
import { Filter, FindInput } from '../../../shared/contract/catalog';

/** More series and images than are gone through whole (catalog/plan.ts). */
const SIZES = { patients: 3000, studies: 5000, series: 20_500, images: 21_000 };
const LEVELS = ['patient', 'study', 'series', 'image'] as const;
const COUNTS = { patient: 'patients', study: 'studies', series: 'series', image: 'images' } as const;

let db: Database;

beforeAll(() => {
  db = emptyCatalog();
  fillCatalog(db, SIZES);
}, 300_000);

type Asked = z.input<typeof Filter>;

/** A filter, and what the ids of the series or images that it speaks of are, as SQL that knows nothing of the catalogue's ways. */
interface Case {
  readonly filter: Asked;
  readonly sql: string;
}

const CASES: readonly ((chance: Chance) => Case)[] = [
  (chance) => {
    const [type, tag] = [1 + chance.below(8), 1 + chance.below(8)];
    return {
      filter: { seriesTypes: [keyOf(type)], seriesTags: [keyOf(tag)] },
      sql: `series.id IN (SELECT series_id FROM series_type_of WHERE type_id = ${String(type)})
        AND series.id IN (SELECT series_id FROM series_tag_of WHERE tag_id = ${String(tag)})`,
    };
  },
  (chance) => {
    const [sex, modality] = [chance.oneOf(['F', 'M', 'O']), chance.oneOf(['CR', 'DX', 'US'])];
    return {
      filter: {
        where: [
          { property: 'PatientSex', operator: '=', value: sex },
          { property: 'Modality', operator: '=', value: modality },
          { property: 'BodyPartExamined', operator: '=', value: 'KNEE' },
          { property: 'StudyDescription', operator: '=', value: 'Fundus' },
          { property: 'SeriesDescription', operator: 'like', value: 'chest' },
        ],
      },
      sql: `patient.PatientSex = '${sex}' AND series.Modality = '${modality}' AND series.BodyPartExamined = 'KNEE'
        AND study.StudyDescription = 'Fundus' AND series.SeriesDescription LIKE 'chest%'`,
    };
  },
  (chance) => {
    const piece = chance.oneOf(['mba', 'ssa', 'zo', 'sha', 'dé']);
    return {
      filter: { match: [{ key: 'PatientName', value: `*${piece}*` }] },
      sql: `patient.name_folded LIKE '%${piece.replace('é', 'e')}%'`,
    };
  },
  (chance) => {
    const number = String(100 + chance.below(90));
    return {
      filter: { match: [{ key: 'AccessionNumber', value: `*${number}*` }] },
      sql: `study.AccessionNumber LIKE '%${number}%'`,
    };
  },
  (chance) => {
    const room = `room ${String(1 + chance.below(5))}`;
    return {
      filter: { sources: [{ source: 'folder', sourceRef: room }] },
      sql: `image.source = 'folder' AND image.source_ref = '${room}'`,
    };
  },
  (chance) => {
    const age = `0${String(10 + chance.below(80))}Y`;
    return {
      filter: { where: [{ property: 'PatientAge', operator: '=', value: age }] },
      sql: `json_extract(image.attributes, '$.PatientAge') = '${age}'`,
    };
  },
  (chance) => {
    const piece = chance.oneOf(['mba', 'al', 'fundus', 'ka', 'zzz']);
    return {
      filter: { match: [{ key: 'ImageComments', value: `*${piece}*` }] },
      sql: `json_extract(image.attributes, '$.ImageComments') LIKE '%${piece}%'`,
    };
  },
];

/** How many rows of each level fit, by joining everything. What has nothing below it is left out where something below is spoken of. */
function counted(sql: string): readonly number[] {
  const joined = `patient LEFT JOIN study ON study.patient_id = patient.id LEFT JOIN series ON series.study_id = study.id
    LEFT JOIN image ON image.series_id = series.id`;
  const columns = LEVELS.map((level) => `count(DISTINCT ${level}.id)`).join(', ');
  return db.prepare(`SELECT ${columns} FROM ${joined} WHERE ${sql}`).raw(true).get() as number[];
}

describe('how many fit at each level', () => {
  it('is what joining everything gives, or says that it is not exact', () => {
    const chance = seeded(1707);
    let exact = 0;
    for (let round = 0; round < 24; round += 1) {
      const { filter, sql } = chance.oneOf(CASES)(chance);
      const counts = countsOf(db, Filter.parse(filter));
      const all = counted(sql);
      for (const [at, level] of LEVELS.entries()) {
        const { total, totalIsExact } = counts[COUNTS[level]];
        if (totalIsExact) expect([filter, level, total]).toEqual([filter, level, all[at]]);
        if (totalIsExact) exact += 1;
      }
    }
    expect(exact).toBeGreaterThan(60);
  });

  it('is said with each row, and lists are sorted by it', () => {
    expectTrueCounts(db);
    for (const [level, property, table, below] of [
      ['patient', 'studies', 'patient', 'study'],
      ['patient', 'series', 'patient', 'series'],
      ['patient', 'images', 'patient', 'image'],
      ['study', 'images', 'study', 'image'],
      ['flatSeries', 'images', 'series', 'image'],
    ] as const) {
      const input = FindInput.parse({ level, sort: property, descending: true, limit: 50, offset: 700 });
      const { rows } = find(db, input);
      const shown = rows.map((row) => (row as unknown as Record<string, unknown>)[property]);
      const sorted = db
        .prepare(
          `SELECT (SELECT count(*) FROM ${below} AS b WHERE b.${table}_id = ${table}.id) AS n FROM ${table} ORDER BY n DESC LIMIT 50 OFFSET 700`,
        )
        .pluck()
        .all();
      expect([level, property, shown]).toEqual([level, property, sorted]);
    }
  });

  it('can be asked for', () => {
    const most = db.prepare('SELECT max(image_count) FROM series').pluck().get() as number;
    const input = FindInput.parse({ level: 'series', where: [{ property: 'images', operator: '>=', value: most }] });
    const { rows, total } = find(db, { ...input, level: 'series' });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => row.images === most)).toBe(true);
    expect(total).toBe(db.prepare('SELECT count(*) FROM series WHERE image_count = ?').pluck().get(most));
  });
});
