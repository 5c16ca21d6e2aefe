import { describe, expect, it } from 'vitest';
import { foldText, nameWords, searchWords } from '../../../main/archive/catalog/folding';

describe('foldText', () => {
  it.each([
    ['Müller^Jörg', 'muller jorg'],
    ['MUÑOZ^JOSÉ', 'munoz jose'],
    ['Straße', 'strasse'],
    ['Łukasz Øster Đorđe', 'lukasz oster dorde'],
    ['İstanbul ISPARTA ılık', 'istanbul isparta ilik'],
    ['Ἀλέξανδρος', 'αλεξανδροσ'],
    ['Алёна', 'алена'],
    ['  Doe ^ John ^^^', 'doe john'],
    ['Nguyễn Thị Ánh', 'nguyen thi anh'],
    ['O’Brien', "o'brien"],
    ['ＡＢＣ　１２３', 'abc 123'],
    ['', ''],
  ])('%s becomes %s', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('folds what Arabic writers vary: hamza, ta marbuta, alef maqsura, vowel signs, tatweel', () => {
    expect(foldText('أَحْمَد')).toBe(foldText('احمد'));
    expect(foldText('فاطمة')).toBe(foldText('فاطمه'));
    expect(foldText('مصطفى')).toBe(foldText('مصطفي'));
    expect(foldText('محمـــد')).toBe(foldText('محمد'));
    expect(foldText('کریم')).toBe(foldText('كريم'));
  });

  it('reads the digits of every script', () => {
    expect(foldText('٠١٢٣٤٥٦٧٨٩')).toBe('0123456789');
    expect(foldText('۴۵۶')).toBe('456');
    expect(foldText('रोगी ०९')).toBe('रोगी 09');
  });

  it('keeps component groups apart and drops empty ones at the end', () => {
    expect(foldText('Yamada^Tarou=山田^太郎=やまだ^たろう')).toBe('yamada tarou=山田 太郎=やまだ たろう');
    expect(foldText('Doe^Jane==')).toBe('doe jane');
    expect(foldText('=山田^太郎')).toBe('=山田 太郎');
  });

  it('keeps vowel signs that are no accents, and voicing marks of kana', () => {
    expect(foldText('कुमार')).toBe('कुमार');
    expect(foldText('がぎぐ')).toBe('がぎぐ');
    expect(foldText('김')).toBe('김');
  });

  it('gives the same when folded again', () => {
    for (const text of ['Müller^Jörg=山田', 'أَحْمَد ٣', 'Straße', 'Ἀλέξανδρος', 'ﬁx ½']) {
      expect(foldText(foldText(text))).toBe(foldText(text));
    }
  });
});

describe('nameWords', () => {
  it('splits at everything that is no letter, mark or digit', () => {
    expect(nameWords("O'Brien^Anne-Marie=山田^太郎")).toEqual(['o', 'brien', 'anne', 'marie', '山田', '太郎']);
    expect(nameWords('TJ-0042')).toEqual(['tj', '0042']);
    expect(nameWords('"*()^')).toEqual([]);
  });
});

describe('searchWords', () => {
  it('adds what people type without the punctuation', () => {
    expect(searchWords("O'Brien^Anne")).toEqual(expect.arrayContaining(['obrien', 'o', 'brien', 'anne']));
    expect(searchWords('TJ-0042')).toEqual(expect.arrayContaining(['tj', '0042', 'tj0042', '42']));
    expect(searchWords('Yamada^Tarou=山田^太郎')).toEqual(expect.arrayContaining(['山田', '太郎', '山田太郎']));
  });
});
