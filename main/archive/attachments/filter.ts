import type { AttachmentField, AttachmentFilter, AttachmentSort, FilterOperator } from '@shared/contract/attachments';
import { AttachmentField as Field } from '@shared/contract/attachments';
import { FieldboxError } from '@shared/errors';
import { foldText } from '../catalog/folding';

type Kind = 'number' | 'key' | 'text' | 'time';

interface Column {
  readonly sql: string;
  readonly kind: Kind;
  /** Folded form, for comparing texts as people do. */
  readonly folded?: string;
}

const COLUMNS: Readonly<Record<AttachmentField, Column>> = {
  number: { sql: 'attachment.id', kind: 'number' },
  patient: { sql: 'patient.key', kind: 'key' },
  by: { sql: 'attachment.by_user', kind: 'key' },
  name: { sql: 'attachment.name', kind: 'text', folded: 'attachment.name_folded' },
  description: { sql: 'attachment.description', kind: 'text', folded: 'attachment.description_folded' },
  contentType: { sql: 'stored_file.content_type', kind: 'text' },
  bytes: { sql: 'object.bytes', kind: 'number' },
  createdAt: { sql: 'attachment.created_at', kind: 'time' },
  updatedAt: { sql: 'attachment.updated_at', kind: 'time' },
  processedAt: { sql: 'attachment.processed_at', kind: 'time' },
  pinnedAt: { sql: 'attachment.pinned_at', kind: 'time' },
  archivedAt: { sql: 'attachment.archived_at', kind: 'time' },
};

const OPERATORS: Readonly<Record<Kind, readonly FilterOperator[]>> = {
  number: ['=', '!=', '>=', '>', '<=', '<', '?', '!?'],
  key: ['=', '!=', '?', '!?'],
  text: ['=', '!=', '~', '~~', '?', '!?'],
  time: ['>=', '>', '<=', '<', '?', '!?', '*'],
};

const MOST_IN_A_LIST = 200;
const WHOLE = /^-?\d{1,15}$/;
const KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** A condition in SQL with the values for its places, in their order. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** One filter as a condition. An empty text counts as no value. Throws FILTER_WRONG, which names the field and operator. */
export function conditionOf({ field, operator, value }: AttachmentFilter): Condition {
  const column = COLUMNS[field];
  const part = `${field}:${operator}`;
  if (!OPERATORS[column.kind].includes(operator)) throw wrong(part);
  const { sql } = column;
  switch (operator) {
    case '*':
      return { sql: '1', values: [] };
    case '?':
      return { sql: column.kind === 'text' ? `${sql} <> ''` : `${sql} IS NOT NULL`, values: [] };
    case '!?':
      return { sql: column.kind === 'text' ? `${sql} = ''` : `${sql} IS NULL`, values: [] };
    case '~':
      return { sql: `instr(${column.folded ?? sql}, ?) > 0`, values: [needed(foldText(value), part)] };
    case '~~':
      return { sql: `${column.folded ?? sql} LIKE ? ESCAPE '\\'`, values: [patternOf(needed(value, part))] };
    case '=':
      return { sql: `${sql} IN ${places(listOf(column.kind, value, part))}`, values: listOf(column.kind, value, part) };
    case '!=': {
      const values = listOf(column.kind, value, part);
      // What has no value is not equal either.
      return { sql: `(${sql} IS NULL OR ${sql} NOT IN ${places(values)})`, values };
    }
    default: {
      const compared = column.kind === 'time' ? timeOf(value, part) : numberOf(value, part);
      return { sql: `${sql} ${operator} ?`, values: [compared] };
    }
  }
}

/** The order of a list: what is asked for, then the order of arrival. What has no value comes last in both directions. */
export function orderOf(sort: readonly AttachmentSort[]): string {
  const asked = sort.flatMap(({ field, descending }) => {
    const { sql, folded } = COLUMNS[field];
    return [`${sql} IS NULL`, `${folded ?? sql}${descending ? ' DESC' : ''}`];
  });
  return [...asked, 'attachment.id'].join(', ');
}

/** Names of the fields in the attachments API that other systems speak, beside our own. */
const API_NAMES: Readonly<Record<string, AttachmentField>> = {
  id: 'number',
  patient_id: 'patient',
  user_id: 'by',
  filename: 'name',
  content_type: 'contentType',
  size: 'bytes',
  created_at: 'createdAt',
  updated_at: 'updatedAt',
  processed_at: 'processedAt',
  pinned_at: 'pinnedAt',
  archived_at: 'archivedAt',
};

/** Longest first, so that `>=` is not taken for `>`. */
const WRITTEN: readonly FilterOperator[] = ['!=', '!?', '>=', '<=', '~~', '=', '~', '?', '*', '>', '<'];

/** A filter as it is written, `<field>:<operator><value>`, with our own or the API's name of the field. Throws FILTER_WRONG. */
export function parseFilter(text: string): AttachmentFilter {
  const at = text.indexOf(':');
  const name = text.slice(0, Math.max(at, 0));
  const field = fieldOf(name);
  const rest = text.slice(at + 1);
  const operator = WRITTEN.find((each) => rest.startsWith(each));
  if (at < 1 || field === undefined || operator === undefined) throw wrong(at < 1 ? text.slice(0, 40) : `${name}:`);
  return { field, operator, value: rest.slice(operator.length) };
}

/** A sort as it is written, `<field>` or `<field>:asc|desc`, several with commas. Throws FILTER_WRONG. */
export function parseSort(text: string): AttachmentSort[] {
  return text.split(',').map((one) => {
    const [name = '', direction = 'asc', ...more] = one.split(':');
    const field = fieldOf(name);
    if (field === undefined || more.length > 0 || !/^(?:asc|desc)$/.test(direction)) throw wrong(one.slice(0, 40));
    return { field, descending: direction === 'desc' };
  });
}

function fieldOf(name: string): AttachmentField | undefined {
  if (Object.hasOwn(API_NAMES, name)) return API_NAMES[name];
  const own = Field.safeParse(name);
  return own.success ? own.data : undefined;
}

function listOf(kind: Kind, value: string, part: string): (string | number)[] {
  if (kind === 'text') return [value];
  const values = value.split(',').map((each) => each.trim());
  if (values.length > MOST_IN_A_LIST) throw wrong(part);
  if (kind === 'number') return values.map((each) => numberOf(each, part));
  if (!values.every((each) => KEY.test(each))) throw wrong(part);
  return values.map((each) => each.toLowerCase());
}

function places(values: readonly unknown[]): string {
  return `(${values.map(() => '?').join(', ')})`;
}

function numberOf(value: string, part: string): number {
  if (!WHOLE.test(value.trim())) throw wrong(part);
  return Number(value);
}

/** The moment as it stands in the index: UTC with milliseconds. */
function timeOf(value: string, part: string): string {
  const moment = new Date(value);
  if (!TIME.test(value) || Number.isNaN(moment.getTime())) throw wrong(part);
  return moment.toISOString();
}

function needed(value: string, part: string): string {
  if (value === '') throw wrong(part);
  return value;
}

/** `%` stands for any text; everything else for itself, as people compare texts. Several in a row mean the same as one. */
function patternOf(value: string): string {
  return value
    .split(/%+/)
    .map((piece) => spaced(piece).replace(/[\\_]/g, '\\$&'))
    .join('%');
}

/** Folding drops outer spaces, which within a pattern part the words. */
function spaced(piece: string): string {
  const folded = foldText(piece);
  return `${/^\s/.test(piece) ? ' ' : ''}${folded}${/\s$/.test(piece) && folded !== '' ? ' ' : ''}`;
}

function wrong(part: string): FieldboxError {
  return new FieldboxError('FILTER_WRONG', { part });
}
