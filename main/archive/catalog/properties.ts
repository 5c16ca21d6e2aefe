import type { PropertyKind } from '@shared/contract/query';
import { FieldboxError } from '@shared/errors';
import type { Listing } from '@shared/model/vocabulary';
import { tagOf, vrOf } from '../../dicom/dictionary';
import { keptKeywords } from '../../dicom/index-attributes';
import { LISTS, TABLES, tableOf, type Table } from './columns';
import { isLabelProperty, labelProperties } from './labels';
import { comparisonOf } from './matching';
import { VALUE_COLUMNS } from './value-columns';

/** How a property is kept, which decides what helps with finding it. */
export type Kept =
  /** In a column with an index. */
  | 'column'
  /** In a column with an index; its distinct texts are in the table `value`. */
  | 'values'
  /** In `image.attributes`; its distinct texts are in `value`, the series that have them in `series_value`. */
  | 'attribute'
  /** The folded name or number of a patient. */
  | 'folded'
  /** The id of a row of the table that has the property's name. */
  | 'linked'
  /** In tables beside the one of series (labels.ts). */
  | 'label'
  /** Made from other rows, or without an index: asked row by row. */
  | 'computed';

export interface Property {
  readonly name: string;
  readonly table: Table;
  /** The value of a row. */
  readonly sql: string;
  readonly kind: PropertyKind;
  readonly kept: Kept;
  /** Whether a row has a value, as SQL. */
  readonly present: string;
}

/** The keywords that have a column of their own, by table; the column has the keyword's name. */
export const KEYWORD_COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  patient: ['PatientID', 'PatientName', 'IssuerOfPatientID', 'PatientBirthDate', 'PatientSex'],
  study: [
    'StudyInstanceUID',
    'StudyDate',
    'StudyTime',
    'StudyID',
    'StudyDescription',
    'AccessionNumber',
    'ReferringPhysicianName',
    'InstitutionName',
  ],
  series: [
    'SeriesInstanceUID',
    'Modality',
    'SeriesNumber',
    'SeriesDescription',
    'SeriesDate',
    'SeriesTime',
    'BodyPartExamined',
    'Laterality',
    'ProtocolName',
    'Manufacturer',
    'ManufacturerModelName',
    'StationName',
  ],
  image: [
    'SOPInstanceUID',
    'SOPClassUID',
    'TransferSyntaxUID',
    'InstanceNumber',
    'ContentDate',
    'ContentTime',
    'ImageType',
    'NumberOfFrames',
    'Rows',
    'Columns',
  ],
};

/** Columns whose distinct texts are in the table `value` (migration 0012). */
const WITH_VALUES: ReadonlySet<string> = new Set(Object.keys(VALUE_COLUMNS));

/** Keys of a C-FIND that speak of the rows below (PS3.4 C.3.4). */
const BELOW: Readonly<Record<string, string>> = { ModalitiesInStudy: 'Modality', SOPClassesInStudy: 'SOPClassUID' };

/** What our own properties hold; every other one begins with a capital and is a DICOM keyword. */
const OWN_KINDS: Readonly<Record<string, PropertyKind>> = {
  patient: 'key',
  study: 'key',
  seriesKey: 'key',
  image: 'key',
  headshot: 'key',
  cover: 'key',
  consent: 'key',
  birthDatePrecision: 'key',
  source: 'key',
  sourceRef: 'key',
  kind: 'key',
  clinic: 'key',
  station: 'key',
  storedBy: 'key',
  note: 'text',
  status: 'text',
  statusMessage: 'text',
  fileName: 'text',
  ageYears: 'number',
  studies: 'number',
  series: 'number',
  images: 'number',
  bytes: 'number',
  arrival: 'number',
  registered: 'flag',
  temporary: 'flag',
  hasPixels: 'flag',
  conflict: 'flag',
  ageOn: 'date',
  lastStudyDate: 'date',
  changedAt: 'moment',
  storedAt: 'moment',
  takenAt: 'moment',
};

/** Properties that are kept otherwise than their column in the list says. */
const SPECIAL: Readonly<Record<string, Pick<Property, 'sql' | 'kept'> & { readonly present?: string }>> = {
  'patient.PatientName': { sql: 'patient.name_folded', kept: 'folded' },
  'patient.PatientID': { sql: 'patient.id_folded', kept: 'folded' },
  'patient.ageYears': {
    sql: 'coalesce(patient.age_years, -1)',
    kept: 'column',
    present: 'patient.age_years IS NOT NULL',
  },
  'study.clinic': { sql: 'study.clinic_id', kept: 'linked' },
  'image.clinic': { sql: 'image.clinic_id', kept: 'linked' },
  'image.station': { sql: 'image.station_id', kept: 'linked' },
  'image.kind': { sql: 'image.kind_id', kept: 'linked' },
  'image.Rows': { sql: 'coalesce(image.Rows, -1)', kept: 'column', present: 'image.Rows IS NOT NULL' },
  'image.Columns': { sql: 'coalesce(image.Columns, -1)', kept: 'column', present: 'image.Columns IS NOT NULL' },
  'image.InstanceNumber': { sql: 'image.instance_order', kept: 'column', present: `image.InstanceNumber <> ''` },
  'image.takenAt': { sql: `coalesce(image.taken_at, '')`, kept: 'column' },
  'series.sourceRef': { sql: 'series.source_ref', kept: 'column', present: `series.source_ref <> ''` },
  'image.sourceRef': { sql: 'image.source_ref', kept: 'column', present: `image.source_ref <> ''` },
  'image.storedBy': {
    sql: `coalesce(image.stored_by, '')`,
    kept: 'column',
    present: `coalesce(image.stored_by, '') <> ''`,
  },
  'image.fileName': { sql: 'image.file_name', kept: 'computed' },
};

/** The property of rows of a table; undefined when they have none of this name. */
function ofTable(table: Table, name: string): Property | undefined {
  if (table === 'series' && isLabelProperty(name))
    return { name, table, sql: `''`, kind: 'text', kept: 'label', present: '0' };
  const column = Object.hasOwn(LISTS[table].columns, name) ? LISTS[table].columns[name] : undefined;
  const isKeyword = KEYWORD_COLUMNS[table].includes(name);
  const own = column !== undefined && Object.hasOwn(OWN_KINDS, name) && isOwn(table, column.sql);
  if (!isKeyword && !own) return undefined;
  const kind = isKeyword ? kindOf(name) : (OWN_KINDS[name] ?? 'text');
  const special = SPECIAL[`${table}.${name}`];
  const sql = special?.sql ?? (isKeyword ? `${table}.${name}` : (column?.sql ?? ''));
  const kept = special?.kept ?? (WITH_VALUES.has(name) ? 'values' : isPlain(table, name, sql) ? 'computed' : 'column');
  const nullable = kept === 'linked' || sql.startsWith('(') || kind === 'key';
  const present = special?.present ?? (nullable ? `${sql} IS NOT NULL` : `${sql} <> ''`);
  return { name, table, sql, kind, kept, present };
}

/** Columns from tables above stand in rows too, but belong to those. */
function isOwn(table: Table, sql: string): boolean {
  return !TABLES.some((other) => other !== table && sql.startsWith(`${other}.`));
}

function isPlain(table: Table, name: string, sql: string): boolean {
  const flagged = new Set(['registered', 'temporary', 'hasPixels', 'conflict']);
  const column = LISTS[table].columns[name];
  return sql.startsWith('(') || (column?.plain === true && !flagged.has(name)) || column?.order?.walk === false;
}

function kindOf(keyword: string): PropertyKind {
  const tag = tagOf(keyword);
  return tag === undefined ? 'text' : comparisonOf(vrOf(tag));
}

/**
 * What a name means in a list: a property of its rows, else of the rows above, else of those below, else an attribute that
 * the index keeps of each image. Throws QUERY_PROPERTY_UNKNOWN, QUERY_PROPERTY_NOT_KEPT.
 */
export function propertyOf(list: Listing, name: string): Property {
  const depth = TABLES.indexOf(tableOf(list));
  for (const table of [...TABLES.slice(0, depth + 1).reverse(), ...TABLES.slice(depth + 1)]) {
    const found = ofTable(table, name);
    if (found) return found;
  }
  return keywordProperty(name);
}

/** What a DICOM keyword means. Throws QUERY_PROPERTY_UNKNOWN, QUERY_PROPERTY_NOT_KEPT. */
function keywordProperty(name: string): Property {
  const keyword = below(name);
  const column = columnOf(keyword);
  if (column) return column;
  if (tagOf(keyword) === undefined) throw new FieldboxError('QUERY_PROPERTY_UNKNOWN', { property: name });
  if (!keptKeywords.has(keyword)) throw new FieldboxError('QUERY_PROPERTY_NOT_KEPT', { property: name });
  return attributeOf(keyword);
}

/** What a key of a C-FIND means; one that the index does not keep matches nothing. Throws BAD_REQUEST for what is no keyword. */
export function matchProperty(key: string): Property {
  if (tagOf(key) === undefined) throw new FieldboxError('BAD_REQUEST', { what: key });
  const keyword = below(key);
  return columnOf(keyword) ?? attributeOf(keyword);
}

function below(keyword: string): string {
  return (Object.hasOwn(BELOW, keyword) ? BELOW[keyword] : undefined) ?? keyword;
}

function columnOf(keyword: string): Property | undefined {
  const table = TABLES.find((each) => KEYWORD_COLUMNS[each].includes(keyword));
  return table && ofTable(table, keyword);
}

/** An attribute without a column. */
export function attributeOf(keyword: string): Property {
  const sql = `coalesce(CAST(json_extract(image.attributes, '$.${keyword}') AS TEXT), '')`;
  return { name: keyword, table: 'image', sql, kind: kindOf(keyword), kept: 'attribute', present: `${sql} <> ''` };
}

/** Every property that a list can be asked for, its rows' own first. */
export function propertiesOf(list: Listing): readonly Property[] {
  const lists: readonly Listing[] = [list, ...TABLES];
  const names = new Set([
    ...lists.flatMap((each) => Object.keys(LISTS[each].columns).filter((name) => !LISTS[each].json.includes(name))),
    ...TABLES.flatMap((table) => KEYWORD_COLUMNS[table]),
    ...labelProperties,
    ...[...keptKeywords].sort(),
  ]);
  return [...names].map((name) => ({ ...propertyOf(list, name), name }));
}
