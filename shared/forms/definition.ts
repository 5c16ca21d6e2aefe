import { z } from 'zod';
import type { Language } from '../errors';

/** Words of a form in the languages somebody wrote them in. */
export const FormText = z.object({
  en: z.string().max(1000).optional(),
  es: z.string().max(1000).optional(),
  fr: z.string().max(1000).optional(),
  ar: z.string().max(1000).optional(),
});
export type FormText = z.infer<typeof FormText>;

/** A name within a form: what entries and exports are keyed by, the same in all languages. */
export const FieldId = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/);

const Option = z.object({ id: FieldId, label: FormText });
export type FormOption = z.infer<typeof Option>;

const common = {
  id: FieldId,
  label: FormText,
  help: FormText.default({}),
};
const answered = { ...common, required: z.boolean().default(false) };
const options = z.array(Option).min(1).max(100);

/** One line of a form. `default` is what an empty form begins with; null: nothing. */
export const FormField = z.discriminatedUnion('type', [
  z.object({ type: z.literal('heading'), ...common }),
  z.object({
    type: z.literal('text'),
    ...answered,
    maxLength: z.int().min(1).max(1000).default(200),
    default: z.string().max(1000).nullable().default(null),
  }),
  z.object({
    type: z.literal('longText'),
    ...answered,
    maxLength: z.int().min(1).max(20_000).default(4000),
    default: z.string().max(20_000).nullable().default(null),
  }),
  z.object({
    type: z.literal('number'),
    ...answered,
    min: z.number().nullable().default(null),
    max: z.number().nullable().default(null),
    /** Digits after the decimal point. */
    decimals: z.int().min(0).max(6).default(0),
    /** Written behind the number, such as dB HL or mmHg. */
    unit: z.string().max(32).default(''),
    default: z.number().nullable().default(null),
  }),
  z.object({ type: z.literal('choice'), ...answered, options, default: FieldId.nullable().default(null) }),
  z.object({ type: z.literal('choices'), ...answered, options, default: z.array(FieldId).nullable().default(null) }),
  z.object({
    type: z.literal('date'),
    ...answered,
    /** `today` fills in the day on which the form is filled. */
    default: z.literal('today').nullable().default(null),
  }),
  z.object({ type: z.literal('yesNo'), ...answered, default: z.boolean().nullable().default(null) }),
]);
export type FormField = z.infer<typeof FormField>;
export type FieldType = FormField['type'];
export const fieldTypes = ['heading', 'text', 'longText', 'number', 'choice', 'choices', 'date', 'yesNo'] as const;

/** A field that is answered, which a heading is not. */
export type AnsweredField = Exclude<FormField, { readonly type: 'heading' }>;

/** What a form asks, in its order. */
export const FormDefinition = z.object({ title: FormText, fields: z.array(FormField).min(1).max(200) });
export type FormDefinition = z.infer<typeof FormDefinition>;

/** What can be wrong with a definition. */
export type DefinitionProblem =
  'noTitle' | 'noLabel' | 'sameId' | 'sameOption' | 'range' | 'default' | 'nothingAsked' | 'typeChanged';

export interface DefinitionIssue {
  /** Id of the field; empty when it is the form as a whole. */
  readonly field: string;
  readonly problem: DefinitionProblem;
}

const LANGUAGES: readonly Language[] = ['en', 'es', 'fr', 'ar'];

/** Words in a language, else in English, else in the first language there is; empty when there are none. */
export function wordsOf(text: FormText, language: Language): string {
  return [language, ...LANGUAGES].map((each) => text[each]?.trim() ?? '').find((words) => words !== '') ?? '';
}

export function isAnswered(field: FormField): field is AnsweredField {
  return field.type !== 'heading';
}

/** Looks for what a schema cannot see; the first thing found in each field. */
export function checkDefinition(definition: FormDefinition): readonly DefinitionIssue[] {
  const issues: DefinitionIssue[] = [];
  if (wordsOf(definition.title, 'en') === '') issues.push({ field: '', problem: 'noTitle' });
  if (!definition.fields.some(isAnswered)) issues.push({ field: '', problem: 'nothingAsked' });
  const ids = new Set<string>();
  for (const field of definition.fields) {
    const problem = ids.has(field.id) ? 'sameId' : problemOf(field);
    if (problem) issues.push({ field: field.id, problem });
    ids.add(field.id);
  }
  return issues;
}

function problemOf(field: FormField): DefinitionProblem | null {
  if (wordsOf(field.label, 'en') === '') return 'noLabel';
  switch (field.type) {
    case 'heading':
    case 'date':
    case 'yesNo':
      return null;
    case 'text':
    case 'longText':
      return field.default !== null && field.default.length > field.maxLength ? 'default' : null;
    case 'number':
      if (field.min !== null && field.max !== null && field.min > field.max) return 'range';
      return field.default !== null && !isInRange(field, field.default) ? 'default' : null;
    case 'choice':
      return problemOfOptions(field.options) ?? (knows(field.options, field.default) ? null : 'default');
    case 'choices':
      return (
        problemOfOptions(field.options) ??
        ((field.default ?? []).every((id) => knows(field.options, id)) ? null : 'default')
      );
  }
}

function problemOfOptions(list: readonly FormOption[]): DefinitionProblem | null {
  if (new Set(list.map(({ id }) => id)).size < list.length) return 'sameOption';
  return list.some(({ label }) => wordsOf(label, 'en') === '') ? 'noLabel' : null;
}

function knows(list: readonly FormOption[], id: string | null): boolean {
  return id === null || list.some((option) => option.id === id);
}

/** Whether a number lies within the bounds of its field and has no more digits than it takes. */
export function isInRange(field: Extract<FormField, { type: 'number' }>, value: number): boolean {
  if (field.min !== null && value < field.min) return false;
  if (field.max !== null && value > field.max) return false;
  return Number(value.toFixed(field.decimals)) === value;
}

/**
 * Looks whether a new version still speaks of the same things as those before it: an id keeps its type for ever, so that entries
 * of all versions can stand in one table.
 */
export function checkAgainst(
  definition: FormDefinition,
  before: readonly FormDefinition[],
): readonly DefinitionIssue[] {
  const types = new Map<string, FieldType>();
  for (const old of before) for (const { id, type } of old.fields) types.set(id, type);
  return definition.fields
    .filter(({ id, type }) => types.has(id) && types.get(id) !== type)
    .map(({ id }) => ({ field: id, problem: 'typeChanged' }));
}
