import { FieldboxError } from '@shared/errors';
import { formatTag, keywordOf, lookUp } from '../dictionary';
import type { Tag, VR } from '../model';

/** How a person names an attribute in a message. */
export function tagLabel(tag: Tag): string {
  return keywordOf(tag) || formatTag(tag);
}

/** VRs whose value is one text in which a backslash is just a character (PS3.5 6.2). */
const SINGLE: ReadonlySet<VR> = new Set<VR>(['LT', 'ST', 'UT', 'UR']);
/** Most characters of one value (PS3.5 table 6.2-1); of PN, of one component group. */
const LENGTHS: Partial<Record<VR, number>> = {
  AE: 16,
  AS: 4,
  CS: 16,
  DS: 16,
  DT: 26,
  IS: 12,
  LO: 64,
  LT: 10_240,
  PN: 64,
  SH: 16,
  ST: 1024,
  UI: 64,
};

const DATE = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
const PATTERNS: Partial<Record<VR, RegExp>> = {
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9 _]*$/,
  DA: DATE,
  DS: /^ *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)? *$/,
  DT: /^\d{4}((0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])([0-5]\d([0-5]\d|60)?(\.\d{1,6})?)?)?)?)?([+-]\d{4})?$/,
  IS: /^ *[+-]?\d+ *$/,
  TM: /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/,
  UI: /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/,
  UR: /^\S+$/,
};
/** Smallest and largest value of numbers that are kept in binary. */
const RANGES: Partial<Record<VR, readonly [number, number]>> = {
  SS: [-0x8000, 0x7fff],
  US: [0, 0xffff],
  SL: [-0x80000000, 0x7fffffff],
  UL: [0, 0xffffffff],
};
const FLOATS: ReadonlySet<VR> = new Set<VR>(['FL', 'FD']);
/** Text: what a person types stands in the file as it is. */
const TEXTS: ReadonlySet<VR> = new Set<VR>([...(Object.keys(LENGTHS) as VR[]), 'DA', 'TM', 'UC', 'UR', 'UT']);
/** Controls are allowed in long texts only, and of those line ends and tabs (PS3.5 6.1.3). */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/u;
const CONTROLS_BUT_LINES = /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f]/u;
const LONGEST_INTEGER = 2 ** 31;

/**
 * The values of an attribute as they are written, from what a person typed: several are parted by backslashes, and the empty text
 * is no value. Throws TAG_VALUE when the VR or the multiplicity (PS3.6) does not allow them.
 */
export function checkedValues(tag: Tag, vr: VR, value: string | readonly string[]): readonly string[] {
  const refuse = (): never => {
    throw new FieldboxError('TAG_VALUE', { tag: tagLabel(tag), vr });
  };
  const values = splitValues(vr, value);
  if (values.length === 0) return values;
  if (!allows(lookUp(tag)?.vm ?? '1-n', values.length)) refuse();
  for (const each of values) if (!isPossible(vr, each)) refuse();
  return values;
}

/** One value a backslash, but for long texts; the empty text is none. */
export function splitValues(vr: VR, value: string | readonly string[]): readonly string[] {
  const values = typeof value === 'string' ? (SINGLE.has(vr) ? [value] : value.split('\\')) : value;
  return values.length === 1 && values[0] === '' ? [] : values;
}

function isPossible(vr: VR, value: string): boolean {
  const range = RANGES[vr];
  if (range) return /^[+-]?\d+$/.test(value) && Number(value) >= range[0] && Number(value) <= range[1];
  if (FLOATS.has(vr)) return value.trim() !== '' && Number.isFinite(Number(value));
  if (vr === 'AT') return /^[0-9A-Fa-f]{8}$/.test(value);
  if (!TEXTS.has(vr) || /\p{Surrogate}/u.test(value)) return false;
  if (value === '') return vr !== 'UI'; // one of several may be empty
  if (vr === 'LT' || vr === 'ST' || vr === 'UT' ? CONTROLS_BUT_LINES.test(value) : CONTROLS.test(value)) return false;
  if (PATTERNS[vr]?.test(value) === false) return false;
  if (vr === 'DA' && !isDay(value)) return false;
  if (vr === 'IS' && Math.abs(Number(value)) > LONGEST_INTEGER) return false;
  if (vr === 'AE' && value.trim() === '') return false;
  const longest = LENGTHS[vr] ?? Number.POSITIVE_INFINITY;
  const parts = vr === 'PN' ? value.split('=') : [value];
  if (vr === 'PN' && (parts.length > 3 || parts.some((part) => part.split('^').length > 5))) return false;
  return parts.every((part) => Array.from(part).length <= longest);
}

/** Whether a date in the right form is one of the calendar. */
function isDay(value: string): boolean {
  const [month, day] = [Number(value.slice(4, 6)), Number(value.slice(6))];
  const date = new Date(0);
  date.setUTCFullYear(Number(value.slice(0, 4)), month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Whether a value multiplicity of PS3.6 such as 1, 2-3, 1-n or 2-2n allows that many. */
function allows(vm: string, count: number): boolean {
  return vm.split(' or ').some((each) => {
    const match = /^(\d+)(?:-(?:(\d+)|(\d*)n))?$/.exec(each);
    if (!match) return true;
    const least = Number(match[1]);
    if (match[2] !== undefined) return count >= least && count <= Number(match[2]);
    if (match[3] === undefined) return count === least;
    return count >= least && count % (match[3] === '' ? 1 : Number(match[3])) === 0;
  });
}
