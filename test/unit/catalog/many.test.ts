import type { Database } from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { find } from '../../../main/archive/catalog/find';
import { FindInput } from '../../../shared/contract/catalog';
import type { PatientRow } from '../../../shared/model/rows';
import { addPatient, emptyCatalog } from '../../fixtures/catalog';

/** More rows than are gone through whole (catalog/plan.ts). */
const MANY = 21_000;

type Person = Readonly<Record<'PatientName' | 'PatientID' | 'PatientSex' | 'PatientBirthDate', string>>;

let db: Database;
const people: Person[] = [];

beforeAll(() => {
  db = emptyCatalog();
  db.transaction(() => {
    for (let at = 0; at < MANY; at += 1) {
      const person = {
        PatientName: `${['Ada', 'Bea', 'Cleo', 'Dina'][at % 4] ?? ''} ${at.toString(36)}`,
        PatientID: String(at).padStart(6, '0'),
        PatientSex: at % 3 === 0 ? 'M' : at % 500 === 1 ? 'O' : 'F',
        PatientBirthDate: `19${String(10 + (at % 80))}0101`,
      };
      people.push(person);
      addPatient(db, person);
    }
  })();
});

type Question = Omit<z.input<typeof FindInput>, 'level'>;
const ask = (question: Question) =>
  find(db, { ...FindInput.parse({ level: 'patient', ...question }), level: 'patient' });
const numbers = (rows: readonly PatientRow[]): string[] => rows.map((row) => row.PatientID);
const expected = (fits: (person: Person) => boolean): string[] => people.filter(fits).map((person) => person.PatientID);

describe('of very many rows', () => {
  it.each<[string, Question, (person: Person) => boolean]>([
    ['few', { where: [{ property: 'PatientSex', operator: '=', value: 'O' }] }, (person) => person.PatientSex === 'O'],
    [
      'many',
      { where: [{ property: 'PatientSex', operator: '!=', value: 'M' }] },
      (person) => person.PatientSex !== 'M',
    ],
    [
      'none of what is frequent each by itself',
      {
        where: [
          { property: 'PatientSex', operator: '=', value: 'M' },
          { property: 'PatientID', operator: 'like', value: '1' },
          { property: 'PatientBirthDate', operator: '=', value: '19110101' },
          { property: 'PatientName', operator: 'startsWith', value: 'ada' },
        ],
      },
      (person) =>
        person.PatientSex === 'M' &&
        person.PatientID.includes('1') &&
        person.PatientBirthDate === '19110101' &&
        person.PatientName.startsWith('Ada'),
    ],
    ['a frequent piece', { contains: 'ea' }, (person) => person.PatientName.toLowerCase().includes('ea')],
    [
      'a rare short piece',
      { match: [{ key: 'PatientName', value: '*zz*' }] },
      (person) => person.PatientName.toLowerCase().includes('zz'),
    ],
    ['a frequent word', { text: 'cleo' }, (person) => person.PatientName.startsWith('Cleo')],
  ])('finds every one once by going on behind each page: %s', (_, question, fits) => {
    const walked: string[] = [];
    let after: string | undefined;
    let told = 0;
    do {
      const page = ask({ ...question, sort: 'PatientID', limit: 1000, ...(after !== undefined && { after }) });
      walked.push(...numbers(page.rows));
      told = page.total;
      after = page.next ?? undefined;
      if (page.totalIsExact) expect(page.total).toBe(expected(fits).length);
    } while (after !== undefined);
    expect(walked).toEqual(expected(fits));
    expect(told).toBeGreaterThan(expected(fits).length * 0.6 - 1);
    expect(told).toBeLessThan(expected(fits).length * 1.6 + 1);
  });

  it('jumps to any place, and tells the end when it is reached', () => {
    const fits = expected((person) => person.PatientSex !== 'M');
    const question: Question = { where: [{ property: 'PatientSex', operator: '!=', value: 'M' }], sort: 'PatientID' };
    const middle = ask({ ...question, offset: 7000, limit: 10 });
    expect(numbers(middle.rows)).toEqual(fits.slice(7000, 7010));
    expect(middle.total).toBeGreaterThan(7010);
    const last = ask({ ...question, offset: fits.length - 5, limit: 10 });
    expect(numbers(last.rows)).toEqual(fits.slice(-5));
    expect(last).toMatchObject({ total: fits.length, totalIsExact: true, next: null });
    const beyond = ask({ ...question, offset: fits.length + 50, limit: 10 });
    expect(beyond.rows).toEqual([]);
    expect(beyond.total).toBeLessThanOrEqual(fits.length + 50);
  });

  it('tells their number, which is kept', () => {
    expect(ask({ limit: 1 })).toMatchObject({ total: MANY, totalIsExact: true });
    db.prepare('DELETE FROM patient WHERE PatientID = ?').run('000000');
    expect(ask({ limit: 1 }).total).toBe(MANY - 1);
    const gone = people[0];
    if (gone) addPatient(db, gone);
  });
});
