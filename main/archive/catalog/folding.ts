/** Letters that Unicode does not decompose although people type them as plain ones, and the letters meant. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ĸ: 'k',
  ɓ: 'b',
  ɖ: 'd',
  ɗ: 'd',
  ƙ: 'k',
  ƴ: 'y',
  ə: 'e',
  ǝ: 'e',
  ɛ: 'e',
  ɔ: 'o',
  ɣ: 'g',
  ɩ: 'i',
  ʋ: 'v',
  ς: 'σ',
  // Arabic script: alef wasla; ta marbuta; alef maqsura and Farsi yeh; Farsi kaf; forms of heh.
  ٱ: 'ا',
  ة: 'ه',
  ى: 'ي',
  ی: 'ي',
  ے: 'ي',
  ک: 'ك',
  ھ: 'ه',
  ہ: 'ه',
  ە: 'ه',
  ۃ: 'ه',
  '‘': "'",
  '’': "'",
  ʼ: "'",
  ʻ: "'",
  '`': "'",
  '´': "'",
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');

/**
 * Marks over and under letters (accents, Hebrew points, Arabic vowel signs, tatweel) and characters without a shape.
 * Vowel signs of other scripts (Devanagari, Thai, ...) are letters in all but name and stay.
 */
const MARKS =
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

const OTHER_DIGIT = /[^\P{Nd}0-9]/gu;
const BETWEEN_WORDS = /[^\p{L}\p{N}\p{M}]+/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** What most folded texts look like. */
const FOLDED = /^[a-z0-9]+(?: [a-z0-9]+)*$/;
const ONLY_ASCII = /^[\u0020-\u005f\u0061-\u007e]*$/;

/**
 * A text as it is searched and sorted: without accents and case, digits of every script as 0-9, spaces single. Components
 * of person names (`^`, PS3.5 6.2.1) are parted by a space; component groups stay parted by `=`.
 */
export function foldText(text: string): string {
  if (FOLDED.test(text)) return text;
  return tidy(ONLY_ASCII.test(text) ? text.toLowerCase() : foldLetters(text));
}

function foldLetters(text: string): string {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(MARKS, '')
    .replace(LETTER, (letter) => LETTERS[letter] ?? letter)
    .replace(OTHER_DIGIT, digitValue)
    .normalize('NFC');
}

function tidy(text: string): string {
  return text
    .replace(/[\s^]+/gu, ' ')
    .replace(/ ?= ?/g, '=')
    .replace(/=+$/, '')
    .trim();
}

/** Decimal digits stand in runs of ten, so the value is the distance from the beginning of the run (Unicode 4.6). */
function digitValue(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value);
}

/** The words of a text, folded, each once, in their order. */
export function nameWords(text: string): readonly string[] {
  return [...new Set(foldText(text).split(BETWEEN_WORDS))].filter((word) => word !== '');
}

/**
 * The words under which a text is found: its words; words with an apostrophe or hyphen also written together (O'Brien,
 * TJ-0042); numbers also without leading zeros; names in scripts that people type without spaces also in one piece.
 */
export function searchWords(text: string): readonly string[] {
  const found = new Set(nameWords(text));
  for (const group of foldText(text).split('=')) {
    for (const part of group.split(' ')) {
      const joined = part.split(BETWEEN_WORDS).join('');
      if (joined !== '') found.add(joined);
    }
    if (UNSPACED.test(group)) found.add(group.split(BETWEEN_WORDS).join(''));
  }
  for (const word of [...found]) {
    if (/^0+[1-9]\d*$/.test(word)) found.add(word.replace(/^0+/, ''));
  }
  return [...found];
}
