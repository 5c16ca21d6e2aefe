import { FieldboxError } from '@shared/errors';
import { tagOf, vrOf } from '../../dicom/dictionary';
import type { Table } from './columns';
import type { Condition, Params } from './conditions';
import { foldText } from './folding';
import { type Comparison, comparisonOf, dateRange, globOf, hasWildcards, isUniversal, literalsOf } from './matching';

/** The name of the SQL function that compares in the ways SQL cannot; see sql-functions.ts. */
export const MATCH_FUNCTION = 'fieldbox_match';

/** Behind every text that begins with the same characters. */
const LAST_CHARACTER = '\u{10FFFF}';
const TRIGRAM = 3;

interface Place {
  readonly table: Table;
  readonly column: string;
}

const COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  patient: ['IssuerOfPatientID', 'PatientBirthDate', 'PatientSex'],
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

const PLACES = new Map<string, Place>(
  (['patient', 'study', 'series', 'image'] as const).flatMap((table) =>
    COLUMNS[table].map((keyword) => [keyword, { table, column: `${table}.${keyword}` }] as const),
  ),
);
// Keys that speak of the rows below (PS3.4 C.3.4).
PLACES.set('ModalitiesInStudy', { table: 'series', column: 'series.Modality' });
PLACES.set('SOPClassesInStudy', { table: 'image', column: 'image.SOPClassUID' });

/**
 * The condition for one matching key, a DICOM keyword; undefined when the value asks for nothing (universal matching).
 * Attributes without a column of their own are looked up in what the index keeps of each image. Throws BAD_REQUEST for a
 * keyword that is none and for a malformed date.
 */
export function matchCondition(
  match: { readonly key: string; readonly value: string },
  params: Params,
): Condition | undefined {
  const tag = tagOf(match.key);
  if (tag === undefined) throw new FieldboxError('BAD_REQUEST', { what: match.key });
  if (isUniversal(match.value)) return undefined;
  if (match.key === 'PatientName') return foldedCondition('name', 'name', match.value, params);
  if (match.key === 'PatientID') return foldedCondition('id', 'number', match.value, params);
  const comparison = comparisonOf(vrOf(tag));
  const place = PLACES.get(match.key);
  if (!place) {
    const value = `coalesce(json_extract(image.attributes, ${params.add(`$.${match.key}`)}), '')`;
    return { table: 'image', where: compare(value, comparison, match, params) };
  }
  return { table: place.table, where: compare(place.column, comparison, match, params) };
}

function compare(
  column: string,
  comparison: Comparison,
  match: { readonly key: string; readonly value: string },
  params: Params,
): string {
  const { value } = match;
  const wild = hasWildcards(value);
  if (comparison === 'uid' && !wild) {
    const uids = value.split('\\').map((uid) => uid.trim());
    return `${column} IN (SELECT u.value FROM json_each(${params.add(JSON.stringify(uids))}) AS u)`;
  }
  if (comparison === 'date' && !wild) {
    const range = dateRange(value);
    if (!range) throw new FieldboxError('BAD_REQUEST', { what: match.key });
    if (range.from === range.to) return `${column} = ${params.add(range.from)}`;
    const upper = range.to === '' ? '' : ` AND ${column} <= ${params.add(range.to)}`;
    return `${column} <> '' AND ${column} >= ${params.add(range.from)}${upper}`;
  }
  return `${MATCH_FUNCTION}(${params.add(comparison)}, ${params.add(value)}, ${column}) = 1`;
}

/**
 * Names and numbers of patients are kept folded: exact values and beginnings through the index, other wildcards through
 * their three-letter pieces. Names with several component groups match by any of them.
 */
function foldedCondition(kind: 'name' | 'id', trigrams: 'name' | 'number', value: string, params: Params): Condition {
  const column = `n.${kind}_folded`;
  const folded = foldText(value);
  const wanted = (terms: readonly string[]): string => `SELECT n.id FROM patient AS n WHERE ${terms.join(' AND ')}`;
  const selects = [wanted(foldedTerms(column, trigrams, folded, params))];
  if (kind === 'name' && !folded.includes('=')) {
    selects.push(
      wanted([`instr(${column}, '=') > 0`, `${MATCH_FUNCTION}('name', ${params.add(value)}, ${column}) = 1`]),
    );
  }
  // The few who were merged into somebody are looked through; they are found as the one they stand under.
  const merged = `m.${kind}_folded`;
  const matches = hasWildcards(folded)
    ? `${merged} GLOB ${params.add(globOf(folded))}`
    : `${merged} = ${params.add(folded)}`;
  selects.push(`SELECT m.survivor_id FROM merged_patient AS m WHERE ${matches}`);
  return { table: 'patient', ids: selects.join(' UNION ALL ') };
}

function foldedTerms(column: string, trigrams: 'name' | 'number', folded: string, params: Params): readonly string[] {
  if (!hasWildcards(folded)) return [`${column} = ${params.add(folded)}`];
  const { prefix, pieces } = literalsOf(folded);
  const glob = `${column} GLOB ${params.add(globOf(folded))}`;
  if (prefix !== '')
    return [`${column} >= ${params.add(prefix)}`, `${column} < ${params.add(prefix + LAST_CHARACTER)}`, glob];
  const long = pieces.filter((piece) => Array.from(piece).length >= TRIGRAM);
  if (long.length === 0) return [glob];
  const query = `${trigrams} : (${long.map((piece) => `"${piece.replaceAll('"', '""')}"`).join(' AND ')})`;
  return [
    `n.id IN (SELECT t.rowid FROM patient_trigram AS t WHERE t.patient_trigram MATCH ${params.add(query)})`,
    glob,
  ];
}
