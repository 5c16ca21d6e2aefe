import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from 'better-sqlite3';
import { correctionsOf, forgiven, typingErrors } from '../../../main/archive/catalog/typing-errors';
import { addPatient, emptyCatalog } from '../../fixtures/catalog';

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

  it('know nothing of a word that a rebuild has dropped', () => {
    addPatient(db, { PatientName: 'Okonkwo' });
    expect(words('okonkow')).toEqual(['okonkwo']);
    db.exec('DELETE FROM name_word');
    addPatient(db, { PatientName: 'Chukwu^Ngozi' });
    expect(words('okonkow')).toEqual([]);
    expect(words('ngosi')).toEqual(['ngozi']);
  });
});
