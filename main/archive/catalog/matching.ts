import type { VR } from '../../dicom/model';
import { foldText } from './folding';

/** How values of a VR are compared with what is asked for (PS3.4 C.2.2.2). */
export type Comparison = 'uid' | 'date' | 'time' | 'number' | 'name' | 'text';

export function comparisonOf(vr: VR): Comparison {
  switch (vr) {
    case 'UI':
      return 'uid';
    case 'DA':
      return 'date';
    case 'TM':
    case 'DT':
      return 'time';
    case 'PN':
      return 'name';
    case 'IS':
    case 'DS':
    case 'US':
    case 'SS':
    case 'UL':
    case 'SL':
    case 'UV':
    case 'SV':
    case 'FL':
    case 'FD':
      return 'number';
    default:
      return 'text';
  }
}

/** Whether a value uses the wildcards of PS3.4 C.2.2.2.4. */
export function hasWildcards(value: string): boolean {
  return /[*?]/.test(value);
}

/** Whether a value asks for nothing in particular: universal matching, PS3.4 C.2.2.2.3. */
export function isUniversal(value: string): boolean {
  return /^\**$/.test(value);
}

/** A pattern of `*` and `?` for SQLite's GLOB, in which `[` would begin a set of characters. */
export function globOf(pattern: string): string {
  return pattern.replaceAll('[', '[[]');
}

/** The pieces between the wildcards, and the one that stands before the first wildcard. */
export function literalsOf(pattern: string): { readonly prefix: string; readonly pieces: readonly string[] } {
  const pieces = pattern.split(/[*?]+/);
  return { prefix: pieces[0] ?? '', pieces: pieces.filter((piece) => piece !== '') };
}

export interface Range {
  /** Empty: open. */
  readonly from: string;
  readonly to: string;
}

/** `A-B`, `A-` and `-B`, PS3.4 C.2.2.2.5; a single date is a range of one. Undefined when it is no such thing. */
export function dateRange(value: string): Range | undefined {
  return rangeOf(value, /^(?:\d{8})?$/);
}

/** As for dates, with times of any precision (HH to HHMMSS.FFFFFF) or, for DT, date and time. */
export function timeRange(value: string): Range | undefined {
  return rangeOf(value, /^(?:\d{2,14}(?:\.\d{1,6})?)?$/);
}

function rangeOf(value: string, end: RegExp): Range | undefined {
  const text = value.trim();
  const at = text.indexOf('-');
  const from = at === -1 ? text : text.slice(0, at).trim();
  const to = at === -1 ? text : text.slice(at + 1).trim();
  if (!end.test(from) || !end.test(to) || (from === '' && to === '')) return undefined;
  return { from, to };
}

export type Matcher = (value: string) => boolean;

/** A comparison with one value, as a query asks it; `match` is a key of a C-FIND. */
export interface Test {
  readonly operator: 'match' | '=' | '<' | '<=' | '>' | '>=' | 'like' | 'startsWith';
  readonly comparison: Comparison;
  /** Any of these. */
  readonly wanted: readonly string[];
}

/** A test as a function of values as they stand in objects. Of several values (PS3.5 6.4) any one must fulfil it. */
export function testOf({ operator, comparison, wanted }: Test): Matcher {
  const [first, ...others] = wanted.map((each) => singleTest(operator, comparison, each));
  if (!first) return () => false;
  return others.length === 0 ? first : (value) => first(value) || others.some((fits) => fits(value));
}

function singleTest(operator: Test['operator'], comparison: Comparison, wanted: string): Matcher {
  switch (operator) {
    case 'match':
      return matcherOf(comparison, wanted);
    case '=':
      return comparison === 'number'
        ? numberTest((given) => given === Number(wanted))
        : foldedTest(wanted, (a, b) => a === b);
    case 'startsWith':
      return foldedTest(wanted, (given, folded) => given.startsWith(folded));
    case 'like': {
      const matches = globMatcher(`*${foldText(wanted)}*`);
      return (value) => matches(foldText(value));
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison === 'number' ? orderTest(operator, Number(wanted)) : textOrderTest(operator, wanted);
  }
}

function foldedTest(wanted: string, fits: (given: string, folded: string) => boolean): Matcher {
  const folded = foldText(wanted);
  return (value) => {
    const given = foldText(value);
    return (
      fits(given, folded) || (/[\\=]/.test(given) && given.split(/[\\=]/).some((part) => fits(part.trim(), folded)))
    );
  };
}

function numberTest(fits: (given: number) => boolean): Matcher {
  return (value) => value.split('\\').some((part) => part.trim() !== '' && fits(Number(part)));
}

const ORDERS = {
  '<': (a: number, b: number): boolean => a < b,
  '<=': (a: number, b: number): boolean => a <= b,
  '>': (a: number, b: number): boolean => a > b,
  '>=': (a: number, b: number): boolean => a >= b,
} as const;

function orderTest(operator: keyof typeof ORDERS, wanted: number): Matcher {
  return numberTest((given) => ORDERS[operator](given, wanted));
}

/** Dates and times in the forms of DICOM come in the order of their characters. */
function textOrderTest(operator: keyof typeof ORDERS, wanted: string): Matcher {
  return (value) =>
    value.split('\\').some((part) => {
      const given = part.trim();
      return given !== '' && ORDERS[operator](given < wanted ? -1 : given === wanted ? 0 : 1, 0);
    });
}

/**
 * Compares values as they stand in objects with what is asked for: wildcards, without accents and case, any of several
 * values, any component group of a name. Ranges and lists of UIDs too.
 */
export function matcherOf(comparison: Comparison, wanted: string): Matcher {
  if (isUniversal(wanted)) return () => true;
  switch (comparison) {
    case 'uid': {
      const uids = wanted.split('\\').map((uid) => globMatcher(uid.trim()));
      return (value) => value.split('\\').some((part) => uids.some((matches) => matches(part)));
    }
    case 'date':
    case 'time': {
      const range = hasWildcards(wanted) ? undefined : comparison === 'date' ? dateRange(wanted) : timeRange(wanted);
      if (!range) return textMatcher(wanted);
      // A time asked for to the minute means the whole minute.
      const within = (part: string): boolean =>
        part !== '' && part >= range.from && (range.to === '' || part <= range.to || part.startsWith(range.to));
      return (value) => value.split('\\').some(within);
    }
    case 'number': {
      const number = Number(wanted);
      if (hasWildcards(wanted) || wanted.trim() === '' || Number.isNaN(number)) return textMatcher(wanted);
      return (value) => value.split('\\').some((part) => part.trim() !== '' && Number(part) === number);
    }
    case 'name': {
      const pattern = foldText(wanted);
      const matches = globMatcher(pattern);
      const anyGroup = !pattern.includes('=');
      return (value) =>
        value.split('\\').some((part) => {
          const folded = foldText(part);
          return matches(folded) || (anyGroup && folded.includes('=') && folded.split('=').some(matches));
        });
    }
    case 'text':
      return textMatcher(wanted);
  }
}

function textMatcher(wanted: string): Matcher {
  const matches = globMatcher(foldText(wanted));
  return (value) =>
    matches(foldText(value)) || (value.includes('\\') && value.split('\\').some((part) => matches(foldText(part))));
}

/**
 * `*` any characters, `?` one character, everything else itself. Goes back to the last `*` only, so that no pattern takes
 * longer than pattern times text.
 */
export function globMatcher(pattern: string): Matcher {
  if (!hasWildcards(pattern)) return (text) => text === pattern;
  const wanted = Array.from(pattern);
  return (text) => {
    const given = Array.from(text);
    let at = 0;
    let next = 0;
    let star = -1;
    let resume = 0;
    while (at < given.length) {
      if (wanted[next] === '*') {
        star = next;
        resume = at;
        next += 1;
      } else if (next < wanted.length && (wanted[next] === '?' || wanted[next] === given[at])) {
        at += 1;
        next += 1;
      } else if (star !== -1) {
        resume += 1;
        at = resume;
        next = star + 1;
      } else {
        return false;
      }
    }
    while (wanted[next] === '*') next += 1;
    return next === wanted.length;
  };
}
