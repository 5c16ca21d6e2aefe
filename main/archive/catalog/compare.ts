import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { never, type Condition, Params } from './condition';
import { foldText } from './folding';
import { compareLabels, isLabelProperty } from './labels';
import { type Comparison, dateRange, globOf, hasWildcards, literalsOf, type Test, testOf } from './matching';
import { KEYWORD_COLUMNS, type Property } from './properties';
import { TEST_FUNCTION } from './sql-functions';
import { isFrequent, isOnePiece, shortQuery, trigramQuery } from './pieces';
import {
  differentValues,
  fittingValues,
  LAST_CHARACTER,
  MOST_WITHOUT_PIECES,
  valueIdsSelect,
  valuesSelect,
} from './values';

/** A test that SQL cannot make costs as much as this many looks into an index. */
const TEST_WEIGHT = 4;
/** Reading the attributes of an image costs as much as this many looks into an index. */
const ATTRIBUTE_WEIGHT = 10;
/** With more values than this, the attributes of an image are read to tell whether it has one of them. */
const FEW_VALUES = 50;
/** Properties with so many different values or more are alike to the plan. */
const MOST_DIFFERENT = MOST_WITHOUT_PIECES + 1;
/** Attributes that differ in each image, which are not in `image_value` (migration 0012). */
const NOT_NOTED: ReadonlySet<string> = new Set([
  'AcquisitionTime',
  'AcquisitionDateTime',
  'ImagePositionPatient',
  'SliceLocation',
]);

/** The condition that a property fulfils a test, in the way that finds it soonest. */
export function compare(db: Database, property: Property, test: Test, params: Params): Condition {
  if (isLabelProperty(property.name)) return compareLabels(db, property.name, test, params);
  switch (property.kept) {
    case 'folded':
      return foldedCondition(db, property, test, params);
    case 'values':
      return valuesCondition(db, property, test, params);
    case 'attribute':
      return attributeCondition(db, property, test, params);
    case 'column':
      return columnCondition(property, test, params) ?? byTest(property, test, params);
    case 'label':
    case 'linked':
    case 'computed':
      return byTest(property, test, params);
  }
}

/** The same when the column must have one of these values. */
export function oneOf(
  property: Pick<Property, 'table' | 'sql'>,
  wanted: readonly (string | number)[],
  params: Params,
): Condition {
  const { table, sql } = property;
  const [only, ...others] = wanted;
  if (only === undefined) return never(table);
  if (others.length > 0) return indexed(property, `${sql} IN (${params.list(wanted)})`);
  return {
    ...indexed(property, `${sql} = ${params.add(only)}`),
    isOneValue: true,
    ...(table === 'image' && { arrival: 'own' as const }),
  };
}

/** Row by row. */
function byTest({ table, sql, present }: Property, test: Test, params: Params): Condition {
  const fits = `${TEST_FUNCTION}(${params.add(JSON.stringify(test))}, ${sql}) = 1`;
  // Where no value does not fit, nothing is to be known of it but whether it fits.
  const check = testOf(test)('') ? `(${present} AND ${fits})` : `(${fits})`;
  return { table, check, weight: TEST_WEIGHT };
}

/** A condition on a column that its index can answer; `where` speaks of the column as `sql`. */
export function indexed(property: Pick<Property, 'table' | 'sql'>, where: string): Condition {
  const { table, sql } = property;
  return { table, check: `(${where})`, ids: `SELECT ${table}.id FROM ${table} WHERE ${where}`, column: sql };
}

function columnCondition(property: Property, test: Test, params: Params): Condition | undefined {
  const { sql, kind } = property;
  const { operator, wanted } = test;
  const [first = ''] = wanted;
  switch (kind) {
    case 'number':
      if (operator === '=') return oneOf(property, wanted.map(Number), params);
      if (isOrder(operator) && wanted.length === 1)
        return indexed(property, `${sql} ${operator} ${params.add(Number(first))} AND ${property.present}`);
      return undefined;
    case 'uid':
    case 'date':
    case 'time':
      return textColumnCondition(property, test, params);
    default:
      return undefined;
  }
}

/** Dates, times and UIDs, which are compared as they stand. */
function textColumnCondition(property: Property, { operator, wanted }: Test, params: Params): Condition | undefined {
  const { sql, kind } = property;
  const [first = ''] = wanted;
  if (operator === '=') return oneOf(property, wanted, params);
  if (wanted.length !== 1) return undefined;
  if (isOrder(operator)) {
    const lower = operator === '<' || operator === '<=' ? ` AND ${sql} <> ''` : '';
    return indexed(property, `${sql} ${operator} ${params.add(first)}${lower}`);
  }
  if (operator === 'startsWith') {
    return indexed(property, `${sql} >= ${params.add(first)} AND ${sql} < ${params.add(first + LAST_CHARACTER)}`);
  }
  if (operator !== 'match' || hasWildcards(first)) return undefined;
  if (kind === 'uid') {
    return indexed(property, `${sql} IN (${params.list(first.split('\\').map((uid) => uid.trim()))})`);
  }
  const range = kind === 'date' ? dateRange(first) : undefined;
  if (!range) return undefined;
  if (range.from === range.to) return oneOf(property, [range.from], params);
  const upper = range.to === '' ? '' : ` AND ${sql} <= ${params.add(range.to)}`;
  return indexed(property, `${sql} <> '' AND ${sql} >= ${params.add(range.from)}${upper}`);
}

function isOrder(operator: Test['operator']): operator is '<' | '<=' | '>' | '>=' {
  return operator === '<' || operator === '<=' || operator === '>' || operator === '>=';
}

function valuesCondition(db: Database, property: Property, test: Test, params: Params): Condition {
  const fitting = fittingValues(db, property.name, test);
  if (!fitting) {
    const texts = `SELECT w.text FROM (${valuesSelect(db, property.name, test, params)}) AS w`;
    const ids = `SELECT ${property.table}.id FROM ${property.table} WHERE ${property.sql} IN (${texts})`;
    return { ...byTest(property, test, params), ids, slow: true };
  }
  const condition = oneOf(property, fitting.texts, params);
  const { ids } = fitting;
  if (!FACETS.has(property.name) || ids.length === 0 || ids.length > FEW_VALUES) return condition;
  const share = ids.length / Math.max(ids.length, differentValues(db, property.name, MOST_DIFFERENT));
  return { ...condition, facet: { words: ids.map((id) => `v${String(id)}`).join(' OR '), share } };
}

/** Properties whose values are among the facets of series (migration 0010). */
const FACETS: ReadonlySet<string> = new Set([
  'IssuerOfPatientID',
  'PatientSex',
  'StudyDescription',
  'ReferringPhysicianName',
  'InstitutionName',
  ...KEYWORD_COLUMNS.series.filter((keyword) => !/UID$|Date$|Time$/.test(keyword)),
  ...['status', 'statusMessage'],
]);

/** Which images have one of the values is noted for each value. */
function attributeCondition(db: Database, property: Property, test: Test, params: Params): Condition {
  const byReading = { ...byTest(property, test, params), weight: ATTRIBUTE_WEIGHT };
  if (NOT_NOTED.has(property.name)) return byReading;
  const fitting = fittingValues(db, property.name, test);
  if (!fitting) {
    const values = valueIdsSelect(db, property.name, test, params);
    const ids = `SELECT a.image_id FROM (${values}) AS w CROSS JOIN image_value AS a ON a.value_id = w.id`;
    return { ...byReading, ids, slow: true };
  }
  const [only, ...others] = fitting.ids;
  if (only === undefined) return never('image');
  const has = others.length === 0 ? `a.value_id = ${params.add(only)}` : `a.value_id IN (${params.list(fitting.ids)})`;
  const ids = `SELECT a.image_id FROM image_value AS a WHERE ${has}`;
  const check = `EXISTS (SELECT 1 FROM image_value AS a WHERE ${has} AND a.image_id = image.id)`;
  if (others.length === 0)
    return { table: 'image', check, ids, arrival: { source: 'image_value AS a', where: has, id: 'a.image_id' } };
  // Values beyond a few are sooner read than looked for one by one.
  return fitting.ids.length <= FEW_VALUES
    ? { table: 'image', check, ids }
    : { table: 'image', check: `${property.sql} IN (${params.list(fitting.texts)})`, ids, weight: ATTRIBUTE_WEIGHT };
}

/**
 * Names and numbers of patients are kept folded: exact values and beginnings through the index, other wildcards through
 * their three-letter pieces. Names with several component groups match by any of them.
 */
function foldedCondition(db: Database, property: Property, test: Test, params: Params): Condition {
  const isName = property.kind === 'name';
  const { sql } = property;
  const ways = test.wanted.map((wanted) =>
    foldedWay(db, test.operator, sql, isName ? 'name' : 'number', foldText(wanted), params),
  );
  const slow = ways.some((way) => way.range === undefined && way.found === undefined) ? { slow: true as const } : {};
  const others = [
    ...(isName ? groupsTerms(db, test, params) : []),
    ...mergedTerms(db, isName ? 'm.name_folded' : 'm.id_folded', ways, params),
  ];
  const [only, ...more] = ways;
  if (only?.range && more.length === 0 && others.length === 0)
    return indexed(property, [...only.range, `${sql} ${only.fits}`].join(' AND '));
  const checks = [...ways.map((way) => `${sql} ${way.fits}`), ...others];
  const found = [
    ...ways.map(
      (way) =>
        way.found ??
        `SELECT patient.id FROM patient WHERE ${[...(way.range ?? []), `${sql} ${way.fits}`].join(' AND ')}`,
    ),
    ...others.map((where) => `SELECT patient.id FROM patient WHERE ${where}`),
  ];
  return {
    table: 'patient',
    check: checks.map((check) => `(${check})`).join(' OR '),
    ids: found.join(' UNION ALL '),
    ...slow,
    ...(ways.some((way) => way.clustered) && { clustered: sql }),
  };
}

/** That one of several component groups fulfils the test; nothing when that is so for nobody. */
function groupsTerms(db: Database, test: Test, params: Params): readonly string[] {
  const own = new Params();
  const where = (place: string): string =>
    `instr(patient.name_folded, '=') > 0 AND ${TEST_FUNCTION}(${place}, patient.PatientName) = 1`;
  const key = JSON.stringify(test);
  const sql = `SELECT 1 FROM patient WHERE ${where(own.add(key))} LIMIT 1`;
  return statement(db, sql).get(own.values) === undefined ? [] : [where(params.add(key))];
}

/** That somebody who fits was merged into the patient; nothing when there is nobody. They are few, and are looked through. */
function mergedTerms(db: Database, column: string, ways: readonly FoldedWay[], params: Params): readonly string[] {
  const fits = ways.map((way) => `${column} ${way.fits}`).join(' OR ');
  const found = statement(db, `SELECT 1 FROM merged_patient AS m WHERE ${fits} LIMIT 1`).get(params.values);
  return found === undefined ? [] : [`patient.id IN (SELECT m.survivor_id FROM merged_patient AS m WHERE ${fits})`];
}

interface FoldedWay {
  /** What a folded text must fulfil, to be put behind its column. */
  readonly fits: string;
  /** Where in the index of its column those that may fit stand; undefined when it does not help. */
  readonly range?: readonly string[];
  /** SELECT of the patients that fit, by their pieces or by what stands near the beginning. */
  readonly found?: string;
  /** Those that fit lie close together in the index of the column. */
  readonly clustered?: true;
}

function foldedWay(
  db: Database,
  operator: Test['operator'],
  column: string,
  of: 'name' | 'number',
  folded: string,
  params: Params,
): FoldedWay {
  if (operator === '=' || (operator === 'match' && !hasWildcards(folded)))
    return { fits: `= ${params.add(folded)}`, range: [] };
  const pattern = operator === 'like' ? `*${folded}*` : operator === 'startsWith' ? `${globText(folded)}*` : folded;
  // The sign keeps SQLite from compiling the statement anew for every pattern (index-writer/statements.ts).
  const fits = `GLOB +${params.add(operator === 'startsWith' ? pattern : globOf(pattern))}`;
  const prefix = operator === 'startsWith' ? folded : literalsOf(pattern).prefix;
  if (prefix !== '')
    return {
      fits,
      range: [`${column} >= ${params.add(prefix)}`, `${column} < ${params.add(prefix + LAST_CHARACTER)}`],
    };
  const [, text] = /^\?([^*?]+)/.exec(pattern) ?? [];
  if (text !== undefined) return { fits, found: behindOneSelect(column, text, fits, params), clustered: true };
  const found = (index: 'patient_trigram' | 'patient_piece', query: string): FoldedWay =>
    isFrequent(db, index, query)
      ? { fits }
      : {
          fits,
          found: isOnePiece(pattern)
            ? `SELECT t.rowid FROM ${index} AS t WHERE t.${index} MATCH ${params.add(query)}`
            : `SELECT patient.id FROM ${index} AS t CROSS JOIN patient ON patient.id = t.rowid
               WHERE t.${index} MATCH ${params.add(query)} AND ${column} ${fits}`,
        };
  const long = trigramQuery(pattern);
  if (long !== undefined) return found('patient_trigram', `${of} : (${long})`);
  const short = shortQuery(of === 'name' ? 'n' : 'i', pattern);
  return short === undefined ? { fits } : found('patient_piece', short);
}

/**
 * SELECT of the patients whose column fits, of which it is known what text stands behind its first character. That text stands in the index
 * behind each first character that there is: these are few, and each leads to the next.
 */
function behindOneSelect(column: string, text: string, fits: string, params: Params): string {
  const any = column.replace('patient.', 'any_one.');
  const firstBehind = (place: string): string =>
    `(SELECT substr(${any}, 1, 1) FROM patient AS any_one WHERE ${any} > ${place} ORDER BY ${any} LIMIT 1)`;
  const last = params.add(LAST_CHARACTER);
  const beginning = `b.letter || ${params.add(text)}`;
  return `SELECT patient.id FROM (
      WITH RECURSIVE beginning (letter) AS (
        SELECT ${firstBehind("''")} UNION ALL
        SELECT ${firstBehind(`beginning.letter || ${last}`)} FROM beginning WHERE beginning.letter IS NOT NULL)
      SELECT letter FROM beginning WHERE letter IS NOT NULL) AS b
    CROSS JOIN patient ON ${column} >= ${beginning} AND ${column} < ${beginning} || ${last} WHERE ${column} ${fits}`;
}

/** A text in which nothing is a pattern for GLOB. */
function globText(text: string): string {
  return text.replace(/[[*?]/g, '[$&]');
}

/** How the values of a kind are compared. */
export function comparisonFor(property: Property): Comparison {
  switch (property.kind) {
    case 'flag':
      return 'number';
    case 'key':
      return 'uid';
    case 'moment':
      return 'time';
    default:
      return property.kind;
  }
}
