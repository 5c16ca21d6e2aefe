import type { Database } from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { find } from '../../../main/archive/catalog/find';
import { FindInput } from '../../../shared/contract/catalog';
import type { PatientRow } from '../../../shared/model/rows';
import { foldText, nameWords, searchWords } from '../../../main/archive/catalog/folding';
import { matcherOf } from '../../../main/archive/catalog/matching';
import { refreshPatientText } from '../../../main/archive/catalog/text-index';
import { addPatient, emptyCatalog } from '../../fixtures/catalog';
import { type Chance, seeded } from '../../fixtures/chance';

/** More rows than are gone through whole (catalog/plan.ts). */
const MANY = 21_000;

const RARE = ['山田^太郎', 'محمد^علي', 'Ŵójcik^Ætle', "O'Quinn", 'Yamada^Jin=山田^仁', '[x]*y?', '𠮷田'];

type Person = Readonly<Record<'PatientName' | 'PatientID' | 'PatientSex' | 'PatientBirthDate', string>>;

let db: Database;
const people: Person[] = [];

beforeAll(() => {
  db = emptyCatalog();
  db.transaction(() => {
    for (let at = 0; at < MANY; at += 1) {
      const person = {
        PatientName:
          at % 97 === 5
            ? `${RARE[at % RARE.length] ?? ''} ${at.toString(36)}`
            : `${['Ada', 'Bea', 'Cleo', 'Dina'][at % 4] ?? ''} ${at.toString(36)}`,
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
    const { id } = db.prepare('DELETE FROM patient WHERE PatientID = ? RETURNING id').get('000000') as { id: number };
    refreshPatientText(db, id);
    expect(ask({ limit: 1 }).total).toBe(MANY - 1);
    const gone = people[0];
    if (gone) addPatient(db, gone);
  });

  it('finds what going through all of them finds, whatever is asked', () => {
    const chance = seeded(4711);
    for (let round = 0; round < 150; round += 1) {
      const parts = Array.from({ length: 1 + chance.below(3) }, () => chance.oneOf(ASKED)(chance));
      const question = parts.reduce<Question>((all, part) => ({ ...all, ...part.question }), {});
      // Of two parts that speak of the same, the second holds.
      const holding = parts.filter(
        (part, at) =>
          !parts.slice(at + 1).some((other) => Object.keys(other.question)[0] === Object.keys(part.question)[0]),
      );
      const fits = expected((person) => holding.every((part) => part.fits(person)));
      if (question.text !== undefined && fits.length < 3) continue; // then errors in typing are forgiven
      const descending = chance.below(2) === 1;
      if (descending) fits.reverse();
      const offset = chance.oneOf([0, 0, chance.below(fits.length + 5)]);
      const page = ask({ ...question, sort: 'PatientID', descending, offset, limit: 40 });
      expect([question, offset, numbers(page.rows)]).toEqual([question, offset, fits.slice(offset, offset + 40)]);
      if (page.totalIsExact) expect([question, page.total]).toEqual([question, fits.length]);
    }
  });
});

interface Asked {
  readonly question: Question;
  readonly fits: (person: Person) => boolean;
}

function pieceOf(chance: Chance, text: string): string {
  const letters = Array.from(text);
  const from = chance.below(letters.length);
  return letters.slice(from, from + 1 + chance.below(3)).join('');
}

const anyName = (chance: Chance): string =>
  chance.oneOf(chance.below(2) === 0 ? RARE : people.map((each) => each.PatientName));

/** Questions with what they mean. */
const ASKED: readonly ((chance: Chance) => Asked)[] = [
  (chance) => {
    const value = `*${pieceOf(chance, anyName(chance)).replace(/[*?]/g, '')}${chance.oneOf(['*', '*', `?*`])}`;
    const fits = matcherOf('name', value);
    return { question: { match: [{ key: 'PatientName', value }] }, fits: (person) => fits(person.PatientName) };
  },
  (chance) => {
    const piece = pieceOf(chance, String(chance.below(MANY))).trim();
    return {
      question: { where: [{ property: 'PatientID', operator: 'like', value: piece }] },
      fits: (person) => person.PatientID.includes(piece),
    };
  },
  (chance) => {
    const value = chance.oneOf(['M', 'F', 'O']);
    return {
      question: { where: [{ property: 'PatientSex', operator: '=', value }] },
      fits: (person) => person.PatientSex === value,
    };
  },
  (chance) => {
    const value = `19${String(10 + chance.below(80))}0101`;
    return {
      question: { where: [{ property: 'PatientBirthDate', operator: '<', value }] },
      fits: (person) => person.PatientBirthDate < value,
    };
  },
  (chance) => {
    const contains = pieceOf(chance, chance.oneOf([anyName(chance), String(chance.below(MANY))])).replace(/[*?]/g, 'a');
    const needle = foldText(contains);
    return {
      question: { contains },
      fits: ({ PatientName, PatientID, PatientSex, PatientBirthDate }) =>
        [PatientName, PatientID, PatientSex].some((text) => foldText(text).includes(needle)) ||
        PatientBirthDate.startsWith(contains.trim()),
    };
  },
  (chance) => {
    const text = pieceOf(chance, anyName(chance));
    const words = nameWords(text);
    return {
      question: { text },
      fits: ({ PatientName, PatientID }) =>
        words.every((word) =>
          [...searchWords(PatientName), ...searchWords(PatientID)].some((each) => each.startsWith(word)),
        ),
    };
  },
];
