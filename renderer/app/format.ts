import type { PatientRow } from '@shared/model/rows';
import { i18n } from './i18n';
import { modalities } from './modalities';

/** A name of DICOM's PN form (PS3.5 6.2.1.2) as people read it; `other` is the same name in other letters. */
export interface ReadableName {
  readonly main: string;
  readonly other: string;
}

/** What stands between family and given name in the letters they are written in. */
function joint(group: string): string {
  if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(group)) return ' ';
  return /\p{Script=Arabic}/u.test(group) ? '، ' : ', ';
}

function readGroup(group: string): string {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group.split('^').map((part) => part.trim());
  const first = [prefix, given, middle].filter(Boolean).join(' ');
  const name = [family, first].filter(Boolean).join(joint(group));
  return [name, suffix].filter(Boolean).join(' ');
}

/** Splits a person name into what is read first and the same name in other letters. */
export function readName(value: string): ReadableName {
  const [main = '', ideographic = '', phonetic = ''] = value.split('=').map(readGroup);
  const groups = [main, ideographic, phonetic].filter(Boolean);
  return { main: groups[0] ?? '', other: groups.slice(1).join(' · ') };
}

/** The name as one text, or the word for 'no name'. */
export function personName(value: string): string {
  const { main, other } = readName(value);
  if (!main) return i18n.t('common.noName');
  return other ? `${main} (${other})` : main;
}

/** A name as it is typed: family, given and middle, and once more in other letters. */
export interface NameParts {
  readonly family: string;
  readonly given: string;
  readonly middle: string;
  readonly otherFamily: string;
  readonly otherGiven: string;
}

export const emptyName: NameParts = { family: '', given: '', middle: '', otherFamily: '', otherGiven: '' };

const clean = (part: string): string =>
  part
    .replace(/[\^=\\]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

function joinParts(parts: readonly string[]): string {
  return parts.map(clean).join('^').replace(/\^+$/, '');
}

/**
 * Writes a person name in DICOM's form. The name in other letters becomes the ideographic group (the second one), which is
 * where other systems show it beside the first. The signs that DICOM keeps for itself are left out.
 */
export function joinName(name: NameParts): string {
  const main = joinParts([name.family, name.given, name.middle]);
  const other = joinParts([name.otherFamily, name.otherGiven]);
  return other ? `${main}=${other}` : main;
}

/** Takes a person name apart for editing. */
export function splitName(value: string): NameParts {
  const [main = '', other = ''] = value.split('=');
  const [family = '', given = '', middle = ''] = main.split('^');
  const [otherFamily = '', otherGiven = ''] = other.split('^');
  return { family, given, middle, otherFamily, otherGiven };
}

/**
 * The new name of an edited person: components that the form does not show (prefix, suffix, third group) stay as they were.
 */
export function mergeName(before: string, name: NameParts): string {
  const groups = before.split('=');
  const keep = (group: string, parts: readonly string[]): string =>
    joinParts([...parts, ...group.split('^').slice(parts.length)]);
  const main = keep(groups[0] ?? '', [name.family, name.given, name.middle]);
  const other = keep(groups[1] ?? '', [name.otherFamily, name.otherGiven]);
  return [main, other, groups[2] ?? ''].join('=').replace(/=+$/, '');
}

/** Makes family and given name of what was typed into the search: the last word is the family name, or what stands before a comma. */
export function guessName(typed: string): NameParts {
  const text = typed.trim();
  const comma = text.indexOf(',');
  if (comma >= 0) return { ...emptyName, family: text.slice(0, comma).trim(), given: text.slice(comma + 1).trim() };
  const words = text.split(/\s+/);
  if (words.length < 2) return { ...emptyName, family: text };
  return { ...emptyName, family: words.slice(-1).join(' '), given: words.slice(0, -1).join(' ') };
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** Today by this machine's clock as YYYYMMDD. */
export function today(now: Date = new Date()): string {
  return `${now.getFullYear()}${pad(now.getMonth() + 1)}${pad(now.getDate())}`;
}

/** A DICOM date (YYYYMMDD) as a moment at noon, or null when it is not a date. */
export function dateOf(value: string): Date | null {
  const match = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(value.trim());
  if (!match) return null;
  const [, year = '', month = '', day = ''] = match;
  const date = new Date(Number(year), Number(month) - 1, Number(day), 12);
  return date.getMonth() === Number(month) - 1 ? date : null;
}

/** A DICOM date in words of the language; what is not a date is shown as it is. */
export function showDate(value: string, style: 'medium' | 'long' = 'medium'): string {
  const date = dateOf(value);
  return date ? new Intl.DateTimeFormat(i18n.language, { dateStyle: style }).format(date) : value;
}

/** The days from one DICOM date to another, without saying twice what both have in common. */
export function showDates(from: string, to: string): string {
  const [first, last] = [dateOf(from), dateOf(to)];
  if (!first || !last) return [showDate(from), showDate(to)].filter(Boolean).join(' – ');
  return new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).formatRange(first, last);
}

/** A DICOM time (HHMMSS.ffffff) as hours and minutes. */
export function showTime(value: string): string {
  const match = /^(\d{2}):?(\d{2})/.exec(value);
  if (!match) return '';
  const date = new Date(2000, 0, 1, Number(match[1]), Number(match[2]));
  return new Intl.DateTimeFormat(i18n.language, { timeStyle: 'short' }).format(date);
}

/** A DICOM date with its time of the day, as far as both are known. */
export function showDateTime(date: string, time: string): string {
  const day = dateOf(date);
  const clock = /^(\d{2}):?(\d{2})/.exec(time);
  if (!day || !clock) return [showDate(date), showTime(time)].filter(Boolean).join(' ');
  day.setHours(Number(clock[1]), Number(clock[2]));
  return new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(day);
}

/** Words beside one another as the language lists them. */
export function listWords(words: readonly string[]): string {
  return new Intl.ListFormat(i18n.language, { type: 'unit', style: 'short' }).format(words.filter(Boolean));
}

/** A moment (ISO 8601) as date and time by this machine's zone. */
export function showInstant(value: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  return new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** The day of a moment (ISO 8601) by this machine's zone. */
export function showDay(value: string): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime())
    ? value
    : new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(date);
}

/** A span of time in minutes, in words. */
export function showMinutes(minutes: number): string {
  return new Intl.NumberFormat(i18n.language, { style: 'unit', unit: 'minute', unitDisplay: 'long' }).format(minutes);
}

/** A span of time in the unit that reads best, rounded up: seconds, minutes, hours or days. */
export function showSpan(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  const [value, unit] =
    seconds < 90
      ? ([seconds, 'second'] as const)
      : seconds < 90 * 60
        ? ([Math.ceil(seconds / 60), 'minute'] as const)
        : seconds < 36 * 3600
          ? ([Math.ceil(seconds / 3600), 'hour'] as const)
          : ([Math.ceil(seconds / 86_400), 'day'] as const);
  return new Intl.NumberFormat(i18n.language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

export function showNumber(value: number): string {
  return new Intl.NumberFormat(i18n.language).format(value);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Bytes in the unit that reads best (1 kB = 1000 bytes, as drives are labelled). */
export function showBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

/** Whole months between two days. */
function monthsBetween(from: Date, to: Date): number {
  let months = (to.getFullYear() - from.getFullYear()) * 12 + to.getMonth() - from.getMonth();
  if (to.getDate() < from.getDate()) months -= 1;
  return months;
}

const dayLength = 86_400_000;

/** Years; under two years months, under one month days. */
function ageBetween(from: Date, to: Date): string {
  const months = monthsBetween(from, to);
  if (months > 0) return ageWords(months);
  const days = Math.round((to.getTime() - from.getTime()) / dayLength);
  return i18n.t('patients.ageDays', { count: Math.max(0, days) });
}

function ageWords(months: number): string {
  if (months < 24) return i18n.t('patients.ageMonths', { count: Math.max(0, months) });
  return i18n.t('patients.ageYears', { count: Math.floor(months / 12) });
}

type Aged = Pick<PatientRow, 'PatientBirthDate' | 'birthDatePrecision' | 'ageYears' | 'ageOn'>;

/** The age in months today of somebody whose age was given instead of a birth date; null when none was given. */
export function monthsNow(row: Pick<PatientRow, 'ageYears' | 'ageOn'>, now: Date = new Date()): number | null {
  if (row.ageYears === null) return null;
  const since = row.ageOn === null ? null : dateOf(row.ageOn);
  const passed = since === null ? 0 : Math.max(0, monthsBetween(since, now));
  return Math.round(row.ageYears * 12) + passed;
}

/** Birth date and age as known: '12 Mar 2015 (11 y)', 'about 1985 (about 41 y)', 'about 6 y', or that nothing is known. */
export function showBirth(row: Aged, now: Date = new Date()): string {
  const born = dateOf(row.PatientBirthDate);
  if (born && row.birthDatePrecision !== 'unknown') {
    const age = ageBetween(born, now);
    if (row.birthDatePrecision === 'known')
      return i18n.t('patients.bornKnown', { date: showDate(row.PatientBirthDate), age });
    const year = new Intl.DateTimeFormat(i18n.language, { year: 'numeric' }).format(born);
    return i18n.t('patients.bornEstimated', { year, age });
  }
  const months = monthsNow(row, now);
  if (months === null) return row.PatientBirthDate ? showDate(row.PatientBirthDate) : i18n.t('patients.ageUnknown');
  return i18n.t('patients.aboutAge', { age: ageWords(months) });
}

/** The kind's name: from the translations for the built-in ones. */
export function kindName(kind: { readonly code: string | null; readonly name: string }): string {
  switch (kind.code) {
    case 'headshot':
    case 'xray':
    case 'surgery':
    case 'audiogram':
    case 'document':
    case 'other':
      return i18n.t(`kinds.${kind.code}`);
    default:
      return kind.name;
  }
}

/** Modality (0008,0060) as a word of the language, with a capital; codes that have no word here stay as they are. */
export function modalityName(code: string): string {
  const modality = modalities.find((known) => known === code);
  if (modality === undefined) return code;
  const name = i18n.t(`modality.${modality}`);
  return name.charAt(0).toLocaleUpperCase(i18n.language) + name.slice(1);
}

/** The word for the sex as registered. */
export function sexName(value: string): string {
  if (value === 'F') return i18n.t('patients.sexF');
  if (value === 'M') return i18n.t('patients.sexM');
  if (value === 'O') return i18n.t('patients.sexO');
  return i18n.t('patients.sexUnknown');
}

/** Facts beside one another: those that are known, each once, each in its own direction. */
export function together(...facts: readonly string[]): string {
  const known = [...new Set(facts.filter(Boolean))];
  return known.length === 1 ? known.join('') : known.map(isolate).join(' · ');
}

/** A piece of text that keeps its own direction between others (FSI and PDI of UAX #9): a place beside dates in Arabic. */
export function isolate(text: string): string {
  return text === '' ? '' : `\u2068${text}\u2069`;
}
