import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from 'better-sqlite3';
import { correctionsOf, forgiven, typingErrors } from '../../../main/archive/catalog/typing-errors';
import { addPatient, emptyCatalog } from '../../fixtures/catalog';
import { seeded } from '../../fixtures/chance';

describe('typingErrors', () => {
  it.each([
    ['okonkwo', 'okonkwo', 0],
    ['okonkow', 'okonkwo', 1],
    ['okonko', 'okonkwo', 1],
    ['okkonkwo', 'okonkwo', 1],
    ['okonkvo', 'okonkwo', 1],
    ['okankvo', 'okonkwo', 2],
    ['abcdefg', 'okonkwo', 3],
    ['', 'ab', 2],
  ])('%s for %s: %i', (typed, word, errors) => {
    expect(typingErrors(typed, word, 2).whole).toBe(errors);
    expect(typingErrors(word, typed, 2).whole).toBe(errors);
  });

  it('compares with the beginning of a word too', () => {
    expect(typingErrors('okonk', 'okonkwo', 2)).toEqual({ whole: 2, beginning: 0 });
    expect(typingErrors('oknok', 'okonkwo', 2)).toEqual({ whole: 3, beginning: 1 });
  });

  it('gives up on words longer than any name', () => {
    expect(typingErrors('a'.repeat(65), 'a'.repeat(65), 2).whole).toBe(3);
  });
});

describe('corrections', () => {
  let db: Database;
  beforeEach(() => {
    db = emptyCatalog();
  });
  const words = (typed: string): string[] => correctionsOf(db, typed, 10).map(({ word }) => word);

  it('are forgiven by the length of the word, the most alike first, and never for numbers', () => {
    expect([3, 4, 6, 7].map(forgiven)).toEqual([0, 1, 1, 2]);
    for (const PatientName of ['Okonkwo^Ada', 'Okonkva^Ada', 'Anna^Amadi', 'Tj0042x^B'])
      addPatient(db, { PatientName });
    expect(words('okonkow')).toEqual(['okonkwo', 'okonkva']);
    expect(words('ana')).toEqual([]);
    expect(words('annx')).toEqual(['anna']);
    expect(words('tj0042y')).toEqual([]);
  });

  it('know names that came later', () => {
    expect(words('okonkow')).toEqual([]);
    addPatient(db, { PatientName: 'Okonkwo' });
    expect(words('okonkow')).toEqual(['okonkwo']);
  });

  it('are those that comparing with every word gives', () => {
    const chance = seeded(31);
    const made = (least: number): string =>
      Array.from({ length: least + chance.below(6) }, () => chance.oneOf(['a', 'b', 'n', 'o', 'k', 'ъ', '𠮷'])).join(
        '',
      );
    const known = [...new Set(Array.from({ length: 3000 }, () => made(4)))].sort();
    const add = db.prepare('INSERT INTO name_word (word) VALUES (?)');
    for (const word of known.filter((_, at) => at % 2 === 0)) add.run(word);
    correctionsOf(db, 'abano', 1);
    for (const word of known.filter((_, at) => at % 2 === 1)) add.run(word);
    for (let round = 0; round < 200; round += 1) {
      const typed = round % 2 === 0 ? made(3) : chance.oneOf(known).slice(0, -1);
      const limit = forgiven(typed.length);
      const expected = known
        .map((word) => ({ word, ...typingErrors(typed, word, limit) }))
        .filter(({ word, whole, beginning }) => limit > 0 && word !== typed && Math.min(whole, beginning) <= limit)
        .map(({ word, whole, beginning }) => ({ word, errors: Math.min(whole, beginning + 1) }))
        .sort((a, b) => a.errors - b.errors || a.word.length - b.word.length || (a.word < b.word ? -1 : 1));
      expect([typed, correctionsOf(db, typed, 5000)]).toEqual([typed, expected]);
    }
  });

  it('know nothing of a word that a rebuild has dropped', () => {
    addPatient(db, { PatientName: 'Okonkwo' });
    expect(words('okonkow')).toEqual(['okonkwo']);
    db.exec('DELETE FROM name_word');
    addPatient(db, { PatientName: 'Chukwu^Ngozi' });
    expect(words('okonkow')).toEqual([]);
    expect(words('ngosi')).toEqual(['ngozi']);
  });
});
