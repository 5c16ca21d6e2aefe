import { literalsOf } from './matching';

/** Pieces of so many letters are found by the trigram tokenizer of FTS5; shorter ones as words of their own, made here. */
export const TRIGRAM = 3;

/**
 * Each letter of a folded text, and each two neighbouring ones, as words for an index of words: `of` tells whose letters they are, then
 * come their code points.
 */
export function shortPieces(of: string, folded: string): string {
  const letters = Array.from(folded, codeOf);
  const words = new Set(letters.map((letter) => of + letter));
  for (const [at, letter] of letters.entries()) {
    const next = letters[at + 1];
    if (next !== undefined) words.add(of + letter + next);
  }
  return [...words].join(' ');
}

/** The query for an index of short pieces that finds texts with all pieces of a pattern; undefined when it has none or longer ones. */
export function shortQuery(of: string, pattern: string): string | undefined {
  const { pieces } = literalsOf(pattern);
  const letters = pieces.map((piece) => Array.from(piece, codeOf));
  if (letters.length === 0 || letters.some((piece) => piece.length >= TRIGRAM)) return undefined;
  return letters.map((piece) => of + piece.join('')).join(' AND ');
}

/** The query for a trigram index that finds texts with all pieces of a pattern; undefined when they are too short. */
export function trigramQuery(pattern: string): string | undefined {
  const long = literalsOf(pattern).pieces.filter((piece) => Array.from(piece).length >= TRIGRAM);
  return long.length === 0 ? undefined : long.map((piece) => `"${piece.replaceAll('"', '""')}"`).join(' AND ');
}

/** Letters and digits only, which no tokenizer takes apart and no query means anything by; `z` begins each. */
function codeOf(letter: string): string {
  return `z${(letter.codePointAt(0) ?? 0).toString(16)}`;
}
