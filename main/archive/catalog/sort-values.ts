import type { Term } from './columns';
import type { CursorValue } from './cursor';

/**
 * Compares values of an order as SQLite does: texts by their characters (those of columns with NOCASE without regard to the case of ASCII
 * letters), numbers by size. Only as many values are compared as the second list has.
 */
export function compareValues(
  terms: readonly Pick<Term, 'sql'>[],
  a: readonly CursorValue[],
  b: readonly CursorValue[],
): number {
  for (let at = 0; at < b.length; at += 1) {
    const compared = compareValue(a[at] ?? '', b[at] ?? '', terms[at]?.sql.endsWith('COLLATE NOCASE') ?? false);
    if (compared !== 0) return compared;
  }
  return 0;
}

function compareValue(a: CursorValue, b: CursorValue, withoutCase: boolean): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return withoutCase ? compareTexts(lowerAscii(a), lowerAscii(b)) : compareTexts(a, b);
}

/** By code points, which is the order of the bytes of UTF-8. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const difference = place(a.charCodeAt(at)) - place(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Halves of characters beyond the first 65,536 come behind all that are whole. */
function place(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
