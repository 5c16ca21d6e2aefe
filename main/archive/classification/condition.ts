import { FieldboxError } from '@shared/errors';
import type { Condition } from '@shared/model/classification';
import { keywordOf, lookUp, vrOf } from '../../dicom/dictionary';
import { type IndexAttributes, isIndexed } from '../../dicom/index-attributes';
import type { VR } from '../../dicom/model';
import { formatTagPath, parseTagPath, type TagPath } from '../../dicom/tag-path';
import { foldText } from '../catalog/folding';
import { compilePattern, MOST_TEXT } from './pattern';

/** Characters of all values of an attribute together that a pattern is tried on. */
const MOST_CHARACTERS = 4 * MOST_TEXT;

/** A condition ready to be tried on the values of its attribute, the empty ones left out. */
export interface CompiledCondition {
  /** In its one way of writing. */
  readonly path: string;
  /** The keyword under which the index holds the values; null when they have to be read from the file. */
  readonly indexed: keyof IndexAttributes | null;
  readonly test: (values: readonly string[]) => boolean;
}

/** Reads a path. Throws TAG_PATH_MALFORMED. */
export function requiredPath(text: string): TagPath {
  const path = parseTagPath(text.trim());
  if (!path) throw new FieldboxError('TAG_PATH_MALFORMED', { path: text });
  return path;
}

/** Throws TAG_PATH_MALFORMED, PATTERN_MALFORMED, PATTERN_TOO_LARGE. */
export function compileCondition(condition: Condition): CompiledCondition {
  const path = requiredPath(condition.path);
  const last = path.at(-1);
  const vr = last ? vrOf(last.tag) : 'UN';
  return { path: formatTagPath(path), indexed: indexedKeyword(path), test: testOf(condition, vr) };
}

function indexedKeyword(path: TagPath): CompiledCondition['indexed'] {
  const [first, ...rest] = path;
  if (!first || rest.length > 0) return null;
  const keyword = keywordOf(first.tag);
  return isIndexed(keyword) ? keyword : null;
}

function testOf(condition: Condition, vr: VR): CompiledCondition['test'] {
  switch (condition.operator) {
    case 'exists':
      return (values) => values.length > 0;
    case 'missing':
      return (values) => values.length === 0;
    case 'range':
      return (values) => values.some((value) => isWithin(numberOf(value, vr), condition));
    case 'pattern': {
      const pattern = compilePattern(condition.value);
      return (values) => withinBudget(values).some((value) => pattern.test(value));
    }
    default: {
      const wanted = foldText(condition.value);
      const { operator } = condition;
      return (values) => values.some((value) => compare(operator, foldText(value), wanted));
    }
  }
}

/** The first values that a pattern is tried on: what one image can cost has an end, however many values it holds. */
function withinBudget(values: readonly string[]): readonly string[] {
  let characters = 0;
  const end = values.findIndex((value) => {
    characters += Math.min(value.length, MOST_TEXT);
    return characters > MOST_CHARACTERS;
  });
  return end === -1 ? values : values.slice(0, end);
}

function compare(operator: 'equals' | 'contains' | 'startsWith', value: string, wanted: string): boolean {
  switch (operator) {
    case 'equals':
      return value === wanted;
    case 'contains':
      return value.includes(wanted);
    case 'startsWith':
      return value.startsWith(wanted);
  }
}

/** Whether a text fulfils a condition on one value, for finding contradictions. */
export function fulfils(condition: Condition, value: string, vr: VR): boolean {
  return testOf(condition, vr)([value]);
}

type Range = Extract<Condition, { operator: 'range' }>;

function isWithin(value: number | undefined, { from, to }: Range): boolean {
  return value !== undefined && (from === null || value >= from) && (to === null || value <= to);
}

const YEARS_PER = { D: 1 / 365.25, W: 7 / 365.25, M: 1 / 12, Y: 1 } as const;

/** The number in a value: an age in years (PS3.5 6.2, AS), a date as YYYYMMDD, everything else as it stands. */
export function numberOf(value: string, vr: VR): number | undefined {
  const text = value.trim();
  if (vr === 'AS') {
    const match = /^(\d{1,3})([DWMY])$/.exec(text);
    return match ? Number(match[1]) * YEARS_PER[match[2] as keyof typeof YEARS_PER] : undefined;
  }
  const plain = vr === 'DA' ? text.replaceAll('.', '') : text;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain) ? Number(plain) : undefined;
}

/** The values of an indexed attribute, without empty ones. */
export function indexedValues(
  attributes: IndexAttributes,
  keyword: NonNullable<CompiledCondition['indexed']>,
): readonly string[] {
  const value = attributes[keyword];
  if (value === undefined) return [];
  return String(value)
    .split('\\')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** Whether an attribute at the end of a path can have more than one value: several of its own, or in several items. */
export function mayHaveMany(path: TagPath): boolean {
  const last = path.at(-1);
  if (!last || path.some(({ item }, at) => at < path.length - 1 && item === null)) return true;
  return lookUp(last.tag)?.vm !== '1';
}
