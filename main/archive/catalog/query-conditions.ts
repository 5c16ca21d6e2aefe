import type { Database } from 'better-sqlite3';
import type { PropertyKind, QueryCondition, QueryOne, QueryOperator } from '@shared/contract/query';
import { FieldboxError } from '@shared/errors';
import type { Listing } from '@shared/model/vocabulary';
import { compare, comparisonFor, indexed } from './compare';
import { type Condition, never, type Params } from './condition';
import { hasLabel, isLabelProperty } from './labels';
import type { Test } from './matching';
import { type Property, propertyOf } from './properties';
import { LAST_CHARACTER } from './values';

/** More wildcards than this in one value are no question any more. */
const MOST_WILDCARDS = 8;

const TEXT_OPERATORS = ['=', '!=', 'like', 'startsWith', 'in', 'exists', 'empty'] as const;
const ORDER_OPERATORS = ['=', '!=', '<', '<=', '>', '>=', 'in', 'exists', 'empty'] as const;

/** What the values of a kind can be compared with. */
export const OPERATORS: Readonly<Record<PropertyKind, readonly QueryOperator[]>> = {
  text: TEXT_OPERATORS,
  name: TEXT_OPERATORS,
  uid: TEXT_OPERATORS,
  number: [...ORDER_OPERATORS, 'like', 'startsWith'],
  date: [...ORDER_OPERATORS, 'like', 'startsWith'],
  time: [...ORDER_OPERATORS, 'like', 'startsWith'],
  moment: ORDER_OPERATORS,
  flag: ['=', '!='],
  key: ['=', '!=', 'in', 'exists', 'empty'],
};

/** One condition of a structured query. Throws QUERY_*. */
export function queryCondition(db: Database, list: Listing, asked: QueryCondition, params: Params): Condition {
  const property = propertyOf(list, asked.property);
  const { operator } = asked;
  if (!OPERATORS[property.kind].includes(operator))
    throw new FieldboxError('QUERY_OPERATOR_UNFIT', { property: asked.property, operator });
  if (operator === 'exists' || operator === 'empty') {
    if (asked.value !== undefined) throw unfit(asked);
    return presence(property, operator === 'exists');
  }
  const wanted = wantedValues(property, asked);
  if (operator === '!=')
    return { table: property.table, check: `NOT (${positive(db, property, '=', wanted, params).check})` };
  return positive(db, property, operator === 'in' ? '=' : operator, wanted, params);
}

function presence({ name, table, sql, present, kept, kind }: Property, wanted: boolean): Condition {
  if (isLabelProperty(name)) {
    const has = hasLabel(name);
    return wanted ? has : { table, check: `NOT (${has.check})` };
  }
  const check = wanted ? `(${present})` : `NOT (${present})`;
  // Empty texts stand at the beginning of the index, and all others behind them.
  const inOrder = kind !== 'number' && (kept === 'column' || kept === 'values' || kept === 'folded');
  return inOrder && present === `${sql} <> ''`
    ? { table, check, ids: `SELECT ${table}.id FROM ${table} WHERE ${sql} ${wanted ? '>' : '='} ''` }
    : { table, check };
}

function positive(
  db: Database,
  property: Property,
  operator: Test['operator'],
  wanted: readonly string[],
  params: Params,
): Condition {
  const { kind, sql } = property;
  if (property.kept === 'linked') {
    const keys = `SELECT k.id FROM ${property.name} AS k WHERE k.key IN (${params.list(wanted)})`;
    return isPresent(property, indexed(property, `${sql} IN (${keys})`));
  }
  if (kind === 'flag') return indexed(property, `${sql} = ${params.add(Number(wanted[0]))}`);
  if (kind === 'key') {
    const where = `${sql} IN (${params.list(wanted)})`;
    return isPresent(
      property,
      property.kept === 'column' ? indexed(property, where) : { table: property.table, check: `(${where})` },
    );
  }
  if (kind === 'moment') return momentCondition(property, operator, wanted, params);
  return compare(db, property, { operator, comparison: comparisonFor(property), wanted }, params);
}

/** A comparison with NULL is neither true nor false; asked of a row it is false. */
function isPresent(property: Property, condition: Condition): Condition {
  return { ...condition, check: `(${property.present} AND ${condition.check})` };
}

/** Moments are asked for as precisely as one knows them: a day means the whole day. */
function momentCondition(
  property: Property,
  operator: Test['operator'],
  wanted: readonly string[],
  params: Params,
): Condition {
  const { sql } = property;
  const ranges = wanted.map((moment) => {
    const from = params.add(moment);
    const behind = params.add(moment + LAST_CHARACTER);
    switch (operator) {
      case '<':
        return `(${sql} < ${from} AND ${sql} <> '')`;
      case '<=':
        return `(${sql} < ${behind} AND ${sql} <> '')`;
      case '>':
        return `(${sql} >= ${behind})`;
      case '>=':
        return `(${sql} >= ${from})`;
      default:
        return `(${sql} >= ${from} AND ${sql} < ${behind})`;
    }
  });
  return ranges.length === 0 ? never(property.table) : indexed(property, ranges.join(' OR '));
}

/** What was given, as values of the property's kind. Throws QUERY_VALUE_UNFIT, QUERY_PATTERN_TOO_WILD. */
function wantedValues(property: Property, asked: QueryCondition): readonly string[] {
  const { operator, value } = asked;
  if (value === undefined || Array.isArray(value) !== (operator === 'in')) throw unfit(asked);
  const given: readonly QueryOne[] = Array.isArray(value) ? value : [value];
  return given.map((one) => {
    const text =
      operator === 'like' || operator === 'startsWith' ? pieceOf(one, property.kind) : wholeOf(one, property.kind);
    if (text === undefined) throw unfit(asked);
    if (operator === 'like' && (text.match(/[*?]/g)?.length ?? 0) > MOST_WILDCARDS)
      throw new FieldboxError('QUERY_PATTERN_TOO_WILD', { property: asked.property, most: MOST_WILDCARDS });
    return text;
  });
}

function unfit(asked: QueryCondition): FieldboxError {
  return new FieldboxError('QUERY_VALUE_UNFIT', { property: asked.property });
}

/** A piece of a value; of dates and times it is written as they are. */
function pieceOf(value: QueryOne, kind: PropertyKind): string | undefined {
  if (typeof value === 'boolean') return undefined;
  const text = String(value).trim();
  const plain = kind === 'date' || kind === 'time' ? text.replace(/[-:]/g, '') : text;
  return plain.replace(/[*?]/g, '') === '' ? undefined : plain;
}

/** A whole value. */
function wholeOf(value: QueryOne, kind: PropertyKind): string | undefined {
  const text = String(value).trim();
  switch (kind) {
    case 'flag':
      return /^(?:true|1)$/i.test(text) ? '1' : /^(?:false|0)$/i.test(text) ? '0' : undefined;
    case 'number':
      return typeof value === 'boolean' || text === '' || !Number.isFinite(Number(text)) ? undefined : text;
    case 'date':
      return /^(?:\d{8}|\d{4}-\d{2}-\d{2})$/.test(text) ? text.replaceAll('-', '') : undefined;
    case 'time':
      return /^\d{2}(?::?\d{2}){0,2}(?:\.\d{1,6})?$|^\d{8,14}(?:\.\d{1,6})?$/.test(text)
        ? text.replaceAll(':', '')
        : undefined;
    case 'moment':
      return momentOf(text);
    default:
      return typeof value === 'boolean' ? undefined : text;
  }
}

/** ISO 8601 as far as it was given; a date may stand without dashes. */
function momentOf(text: string): string | undefined {
  const plain = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (plain) return `${plain[1] ?? ''}-${plain[2] ?? ''}-${plain[3] ?? ''}`;
  return /^\d{4}(?:-\d{2}(?:-\d{2}(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d{1,3}Z?)?)?)?)?)?)?$/.test(text)
    ? text.replace(' ', 'T')
    : undefined;
}
