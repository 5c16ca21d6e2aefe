import { z } from 'zod';
import type { Language } from '../errors';
import { type AnsweredField, type FormDefinition, isAnswered, isInRange, wordsOf } from './definition';

/** The answer to one field: text, number, option, options, day (YYYYMMDD), yes or no; null: not answered. */
export const EntryValue = z.union([
  z.string().max(20_000),
  z.number(),
  z.boolean(),
  z.array(z.string().max(32)).max(100),
  z.null(),
]);
export type EntryValue = z.infer<typeof EntryValue>;

/** Answers by the id of their field. */
export const EntryValues = z.record(z.string().max(32), EntryValue);
export type EntryValues = z.infer<typeof EntryValues>;

export const EntryState = z.enum(['draft', 'finished']);
export type EntryState = z.infer<typeof EntryState>;

export type EntryProblem = 'required' | 'unknownField' | 'type' | 'tooLong' | 'range' | 'unknownChoice' | 'date';

export interface EntryIssue {
  readonly field: string;
  readonly problem: EntryProblem;
}

/**
 * Everything that is wrong with an entry, in the order of the form. In a draft, what is required may still be missing; what is
 * there must fit all the same.
 */
export function checkEntry(definition: FormDefinition, values: EntryValues, state: EntryState): readonly EntryIssue[] {
  const issues: EntryIssue[] = [];
  const known = new Set<string>();
  for (const field of definition.fields) {
    if (!isAnswered(field)) continue;
    known.add(field.id);
    const value = values[field.id] ?? null;
    const problem = isEmpty(value) ? missing(field, state) : problemOf(field, value);
    if (problem) issues.push({ field: field.id, problem });
  }
  for (const id of Object.keys(values)) if (!known.has(id)) issues.push({ field: id, problem: 'unknownField' });
  return issues;
}

/** Whether nothing was answered; "no" and 0 are answers. */
export function isEmpty(value: EntryValue): boolean {
  return (
    value === null || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0)
  );
}

function missing(field: AnsweredField, state: EntryState): EntryProblem | null {
  return field.required && state === 'finished' ? 'required' : null;
}

function problemOf(field: AnsweredField, value: EntryValue): EntryProblem | null {
  switch (field.type) {
    case 'text':
    case 'longText':
      if (typeof value !== 'string') return 'type';
      return value.length > field.maxLength ? 'tooLong' : null;
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'type';
      return isInRange(field, value) ? null : 'range';
    case 'choice':
      if (typeof value !== 'string') return 'type';
      return field.options.some(({ id }) => id === value) ? null : 'unknownChoice';
    case 'choices':
      if (!Array.isArray(value) || new Set(value).size < value.length) return 'type';
      return value.every((each) => field.options.some(({ id }) => id === each)) ? null : 'unknownChoice';
    case 'date':
      if (typeof value !== 'string') return 'type';
      return isDay(value) ? null : 'date';
    case 'yesNo':
      return typeof value === 'boolean' ? null : 'type';
  }
}

/** Whether a text is a day of the calendar, YYYYMMDD. */
export function isDay(value: string): boolean {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(value);
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return date.getUTCMonth() === (month ?? 0) - 1 && date.getUTCDate() === day;
}

/** The entry as it is kept: without empty answers, in the order of the form, text without blanks around it. */
export function tidyEntry(definition: FormDefinition, values: EntryValues): EntryValues {
  const tidy: EntryValues = {};
  for (const { id } of definition.fields.filter(isAnswered)) {
    const value = values[id] ?? null;
    if (!isEmpty(value)) tidy[id] = typeof value === 'string' ? value.trim() : value;
  }
  return tidy;
}

/** What a new entry begins with. `today` is YYYYMMDD. */
export function emptyEntry(definition: FormDefinition, today: string): EntryValues {
  const values: EntryValues = {};
  for (const field of definition.fields.filter(isAnswered)) {
    if (field.default !== null) values[field.id] = field.type === 'date' ? today : field.default;
  }
  return values;
}

/** A line of an entry as people read it: a heading without a value, or a question and its answer. */
export interface EntryLine {
  readonly field: string;
  readonly label: string;
  /** Null for a heading; empty when it was not answered. */
  readonly value: string | null;
}

const YES_NO: Readonly<Record<Language, readonly [string, string]>> = {
  en: ['Yes', 'No'],
  es: ['Sí', 'No'],
  fr: ['Oui', 'Non'],
  ar: ['نعم', 'لا'],
};

/** An entry as people read it, in their language. */
export function formatEntry(definition: FormDefinition, values: EntryValues, language: Language): readonly EntryLine[] {
  return definition.fields.map((field) => ({
    field: field.id,
    label: wordsOf(field.label, language),
    value: isAnswered(field) ? formatValue(field, values[field.id] ?? null, language) : null,
  }));
}

/** The answered lines as plain text, one under the other. */
export function entryText(lines: readonly EntryLine[]): string {
  return lines
    .filter(({ value }) => value !== '')
    .map(({ label, value }) => (value === null ? label : `${label}: ${value}`))
    .join('\n');
}

function formatValue(field: AnsweredField, value: EntryValue, language: Language): string {
  if (isEmpty(value)) return '';
  if (typeof value === 'boolean') return YES_NO[language][value ? 0 : 1];
  if (typeof value === 'number') {
    const digits = field.type === 'number' ? field.decimals : 6;
    const number = new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
    const unit = field.type === 'number' ? field.unit : '';
    return unit === '' ? number : `${number}\u00a0${unit}`;
  }
  if (Array.isArray(value))
    return value.map((id) => optionName(field, id, language)).join(language === 'ar' ? '، ' : ', ');
  if (value === null) return '';
  if (field.type === 'choice') return optionName(field, value, language);
  return field.type === 'date' ? formatDay(value, language) : value;
}

function optionName(field: AnsweredField, id: string, language: Language): string {
  if (field.type !== 'choice' && field.type !== 'choices') return id;
  const option = field.options.find((each) => each.id === id);
  return option ? wordsOf(option.label, language) : id;
}

function formatDay(value: string, language: Language): string {
  if (!isDay(value)) return value;
  const [year, month, day] = [value.slice(0, 4), value.slice(4, 6), value.slice(6)].map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day));
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(date);
}
