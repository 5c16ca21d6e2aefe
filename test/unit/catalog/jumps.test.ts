import type { Database } from 'better-sqlite3';
import SqliteDatabase from 'better-sqlite3';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { joinsFor, orderBy, tableOf } from '../../../main/archive/catalog/columns';
import { find } from '../../../main/archive/catalog/find';
import { foldText } from '../../../main/archive/catalog/folding';
import { makeReady } from '../../../main/archive/catalog/idle';
import { addSqlFunctions } from '../../../main/archive/catalog/sql-functions';
import { FindInput } from '../../../shared/contract/catalog';
import type { Listing } from '../../../shared/model/vocabulary';
import { temporaryFolder } from '../../fixtures/archive';
import { addImage, addPatient, addSeries, addStudy, emptyCatalog, type Parents } from '../../fixtures/catalog';
import { type Chance, seeded } from '../../fixtures/chance';

const NAMES = [
  'Abel^Ann',
  'abel^ann',
  'Müller^Öz',
  'محمد^علي',
  'כהן^דוד',
  'Yamada^Tarou=山田^太郎',
  '𠮷田^花',
  '\uffe5en',
  'Zoë',
  '',
];
const DATES = ['', '20200101', '20210101', '20240229'];
/** Most images come from one that stands between others. */
const SOURCES = ['box', 'camera', 'camera', 'camera', 'camera', 'file'];

/** An archive of so many images, in which many rows are alike in what they are sorted by. */
function fill(db: Database, chance: Chance, images: number): Parents[] {
  const parents: Parents[] = [];
  db.transaction(() => {
    for (let at = 0; at < images / 3; at += 1) {
      const patient =
        at % 4 === 3
          ? (parents.at(-1)?.patient ?? addPatient(db))
          : addPatient(db, {
              PatientName: `${chance.oneOf(NAMES)} ${String(chance.below(200))}`,
              PatientID: String(at),
            });
      const study = addStudy(db, patient, { StudyDate: chance.oneOf(DATES), StudyDescription: chance.oneOf(NAMES) });
      const series = addSeries(db, patient, study, { Modality: chance.oneOf(['CR', 'DX', 'US', '']) });
      parents.push({ patient, study, series });
    }
    for (let at = 0; at < images; at += 1) newImage(db, chance, chance.oneOf(parents));
  })();
  return parents;
}

function newImage(db: Database, chance: Chance, parents: Parents): void {
  addImage(db, parents, {
    file_name: chance.oneOf(['IMG', 'img', 'Scan', 'ärztin', '山']) + String(chance.below(20)),
    ContentDate: chance.oneOf(DATES),
    instance_order: chance.below(5),
    bytes: chance.below(4) * 1000,
    Rows: chance.oneOf([512, 1024]),
    source: chance.oneOf(SOURCES),
  });
}

type Write = (db: Database, chance: Chance, parents: Parents[]) => void;

/** Everything that moves rows in lists. */
const WRITES: Readonly<Record<string, Write>> = {
  'an image arrives': (db, chance, parents) => {
    newImage(db, chance, chance.oneOf(parents));
  },
  'a patient with an image arrives': (db, chance, parents) => {
    const patient = addPatient(db, { PatientName: chance.oneOf(NAMES) });
    const study = addStudy(db, patient, { StudyDate: chance.oneOf(DATES) });
    const added = { patient, study, series: addSeries(db, patient, study, { Modality: 'CR' }) };
    parents.push(added);
    newImage(db, chance, added);
  },
  'a name is corrected': (db, chance, parents) => {
    const name = chance.oneOf(NAMES);
    const sql = 'UPDATE patient SET PatientName = ?, name_folded = ? WHERE id = ?';
    db.prepare(sql).run(name, foldText(name), chance.oneOf(parents).patient.id);
  },
  'a date is corrected': (db, chance, parents) => {
    db.prepare('UPDATE study SET StudyDate = ? WHERE id = ?').run(chance.oneOf(DATES), chance.oneOf(parents).study.id);
  },
  'a patient is merged into another': (db, chance, parents) => {
    const [from, to] = [chance.oneOf(parents).patient.id, chance.oneOf(parents).patient.id];
    for (const table of ['image', 'series', 'study'])
      db.prepare(`UPDATE ${table} SET patient_id = ? WHERE patient_id = ?`).run(to, from);
  },
  'a series is moved': (db, chance, parents) => {
    const { series } = chance.oneOf(parents);
    const to = db.prepare('SELECT id, patient_id FROM study WHERE id = ?').get(chance.oneOf(parents).study.id) as {
      id: number;
      patient_id: number;
    };
    for (const [table, column] of [
      ['image', 'series_id'],
      ['series', 'id'],
    ] as const)
      db.prepare(`UPDATE ${table} SET study_id = ?, patient_id = ? WHERE ${column} = ?`).run(
        to.id,
        to.patient_id,
        series.id,
      );
  },
  'a series is relabelled': (db, chance, parents) => {
    db.prepare('UPDATE series SET Modality = ? WHERE id = ?').run(
      chance.oneOf(['CR', 'XC']),
      chance.oneOf(parents).series.id,
    );
  },
  'images are erased': (db, chance, parents) => {
    db.prepare('DELETE FROM image WHERE series_id = ?').run(chance.oneOf(parents).series.id);
  },
  'many images are erased': (db, chance) => {
    const first = db.prepare('SELECT min(id) FROM image').pluck(true).get() as number;
    db.prepare('DELETE FROM image WHERE id < ?').run(first + 1 + chance.below(30));
  },
  'something is begun and taken back': (db, chance, parents) => {
    const undone = db.transaction(() => {
      newImage(db, chance, chance.oneOf(parents));
      db.prepare('DELETE FROM image WHERE series_id = ?').run(chance.oneOf(parents).series.id);
      page(db, 'image', 'PatientName', false, 2500);
      throw new Error('taken back');
    });
    expect(undone).toThrow('taken back');
  },
};

const LISTS: readonly (readonly [Listing, string])[] = [
  ['patient', 'PatientName'],
  ['study', 'PatientName'],
  ['study', 'StudyDescription'],
  ['series', 'StudyDate'],
  ['series', 'PatientName'],
  ['flatSeries', 'StudyDescription'],
  ['image', 'arrival'],
  ['image', 'PatientName'],
  ['image', 'StudyDate'],
  ['image', 'Modality'],
  ['image', 'fileName'],
  ['image', 'bytes'],
  ['image', 'ContentDate'],
];

const LIMIT = 20;

function page(db: Database, level: Listing, sort: string, descending: boolean, offset: number): readonly string[] {
  const { rows } = find(db, FindInput.parse({ level, sort, descending, offset, limit: LIMIT }));
  return rows.map(keyOf);
}

function keyOf(row: object): string {
  for (const name of ['image', 'seriesKey', 'study', 'patient'] as const)
    if (name in row && typeof Reflect.get(row, name) === 'string') return String(Reflect.get(row, name));
  throw new Error('A row without a key.');
}

/** The whole list, sorted without any index. */
function sorted(db: Database, list: Listing, sort: string, descending: boolean): readonly string[] {
  const table = tableOf(list);
  const terms = orderBy(list, sort)?.terms ?? [];
  const key = table === 'image' ? 'image.object' : `${table}.key`;
  const order = terms.map((term) => `+(${term.sql})${descending ? ' DESC' : ''}`).join(', ');
  const sql = `SELECT ${key} FROM ${table}${joinsFor(list, terms)} ORDER BY ${order}`;
  return db.prepare(sql).pluck(true).all() as string[];
}

function expectJump(db: Database, chance: Chance, [list, sort]: readonly [Listing, string]): void {
  const descending = chance.below(2) === 1;
  const expected = sorted(db, list, sort, descending);
  const offset = chance.below(expected.length + 50);
  const found = page(db, list, sort, descending, offset);
  expect([list, sort, descending, offset, found]).toEqual([
    list,
    sort,
    descending,
    offset,
    expected.slice(offset, offset + LIMIT),
  ]);
}

describe('a jump into the middle of a list', () => {
  let db: Database;
  let parents: Parents[];
  const chance = seeded(1717);

  beforeAll(() => {
    db = emptyCatalog();
    parents = fill(db, chance, 7000);
  });

  it.each(LISTS)('comes to the row that a full sort has there: %s by %s', (...list) => {
    for (let round = 0; round < 12; round += 1) expectJump(db, chance, list);
  });

  it('does so after anything that moves rows', () => {
    makeReady(db);
    for (let round = 0; round < 25; round += 1) {
      for (const write of Object.values(WRITES)) {
        write(db, chance, parents);
        expectJump(db, chance, chance.oneOf(LISTS));
      }
    }
  });

  it('does so after very many rows came to one place, and after all are gone', () => {
    db.transaction(() => {
      const one = chance.oneOf(parents);
      for (let at = 0; at < 6000; at += 1) newImage(db, chance, one);
    })();
    for (const list of LISTS) for (let round = 0; round < 4; round += 1) expectJump(db, chance, list);
    db.exec('DELETE FROM image');
    expect(page(db, 'image', 'PatientName', false, 3000)).toEqual([]);
    for (let at = 0; at < 2500; at += 1) newImage(db, chance, chance.oneOf(parents));
    for (const list of LISTS) expectJump(db, chance, list);
  });

  it('does so in what was filtered, until something changes', () => {
    const all = (): readonly string[] =>
      db.prepare('SELECT object FROM image WHERE Rows = 512 ORDER BY bytes, id').pluck(true).all() as string[];
    for (let round = 0; round < 6; round += 1) {
      const offset = chance.below(1500);
      const question = { property: 'Rows', operator: '=', value: 512 } as const;
      const input = FindInput.parse({ level: 'image', where: [question], sort: 'bytes', offset, limit: LIMIT });
      expect(find(db, input).rows.map(keyOf)).toEqual(all().slice(offset, offset + LIMIT));
      if (round % 2 === 1) newImage(db, chance, chance.oneOf(parents));
    }
  });
});

describe('a jump among images of one source', () => {
  it('comes to the row that a full sort has there, after anything that moves rows', () => {
    const chance = seeded(2727);
    const db = emptyCatalog();
    // More than are gathered to be sorted (catalog/plan.ts).
    const parents = fill(db, chance, 21_000);
    const all = db.prepare(`SELECT object FROM image WHERE source = 'camera' ORDER BY id`).pluck(true);
    // Whoever sees the beginning may jump next: what that needs is made ready then.
    find(db, FindInput.parse({ level: 'image', source: 'camera', offset: 0, limit: LIMIT }));
    const follows = db.prepare(`SELECT count(*) FROM temp.sqlite_master WHERE name LIKE 'jump_%' AND sql LIKE ?`);
    expect(follows.pluck(true).get('%NEW.source%')).toBeGreaterThan(0);
    makeReady(db);
    const writes: readonly Write[] = [
      ...Object.values(WRITES),
      (db, chance) => {
        const sql = 'UPDATE image SET source = ? WHERE id % 50 = ?';
        db.prepare(sql).run(chance.oneOf(SOURCES), chance.below(50));
      },
    ];
    for (const write of [...writes, ...writes]) {
      for (const descending of [false, true]) {
        const offset = chance.below(13_500);
        const input = FindInput.parse({ level: 'image', source: 'camera', descending, offset, limit: LIMIT });
        const expected = (descending ? all.all().reverse() : all.all()).slice(offset, offset + LIMIT);
        expect([descending, offset, find(db, input).rows.map(keyOf)]).toEqual([descending, offset, expected]);
      }
      write(db, chance, parents);
    }
    db.close();
  }, 120_000);
});

it('sees what another connection has written', () => {
  const path = join(temporaryFolder(), 'index.sqlite');
  const chance = seeded(99);
  const db = emptyCatalog(path);
  const parents = fill(db, chance, 3000);
  expectJump(db, chance, ['image', 'PatientName']);
  const other = new SqliteDatabase(path);
  addSqlFunctions(other);
  for (let round = 0; round < 5; round += 1) {
    other.prepare('DELETE FROM image WHERE series_id = ?').run(chance.oneOf(parents).series.id);
    for (let at = 0; at < 3; at += 1) expectJump(db, chance, ['image', 'PatientName']);
  }
  other.close();
  db.close();
});
