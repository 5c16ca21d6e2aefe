import type { Database } from 'better-sqlite3';
import type { Listing } from '@shared/model/vocabulary';
import { statement } from '../index-writer/statements';
import { idColumn, TABLES, tableOf, type Table } from './columns';
import { compare, indexed } from './compare';
import { type Condition, NEVER, never, type Params, valuesIn } from './condition';
import { once } from './counts';
import { foldText } from './folding';
import type { Test } from './matching';
import { type Property, propertyOf } from './properties';
import { CONTAINS_FUNCTION } from './sql-functions';
import { LAST_CHARACTER, lookUpTogether } from './values';

/** Texts of which any piece is found. */
const TEXTS: Readonly<Record<Table, readonly string[]>> = {
  patient: ['PatientName', 'PatientID', 'IssuerOfPatientID', 'PatientSex'],
  study: ['StudyID', 'StudyDescription', 'AccessionNumber', 'ReferringPhysicianName', 'InstitutionName'],
  series: [
    'Modality',
    'SeriesDescription',
    'BodyPartExamined',
    'Laterality',
    'ProtocolName',
    'Manufacturer',
    'ManufacturerModelName',
    'StationName',
  ],
  image: ['ImageType'],
};

/** Comparing a column of a row that is at hand, in looks into an index. */
const CHEAP = 0.2;

/** What is found by its beginning. */
const BEGINNINGS: Readonly<Record<Table, readonly string[]>> = {
  patient: ['patient.PatientBirthDate'],
  study: ['study.StudyDate', 'study.StudyInstanceUID'],
  series: ['series.SeriesDate', 'series.SeriesInstanceUID'],
  image: ['image.ContentDate', 'image.SOPInstanceUID', 'image.file_name COLLATE NOCASE'],
};

/**
 * The condition that a piece of text occurs in a row or in the rows above it, without regard to accents and case; of dates,
 * UIDs and file names it must be the beginning. Undefined when the text is empty.
 */
export function containsCondition(db: Database, list: Listing, text: string, params: Params): Condition | undefined {
  const needle = foldText(text);
  if (needle === '') return undefined;
  const tables = TABLES.slice(0, TABLES.indexOf(tableOf(list)) + 1);
  lookUpAll(db, tables, text);
  const parts = tables.flatMap((table) => inTable(db, table, text, params) ?? []);
  // Where nothing below a table has the text, it is a question about rows of that table.
  const lowest = parts.at(-1)?.table;
  if (!lowest) return never(tableOf(list));
  const checks = parts.map(({ table, check }) =>
    table === lowest
      ? check
      : `EXISTS (SELECT 1 FROM ${table} WHERE ${table}.id = ${idColumn(lowest, table)} AND (${check}))`,
  );
  const ids = parts.map(({ table, ids: ofTable }) =>
    table === lowest
      ? ofTable
      : `SELECT ${lowest}.id FROM (SELECT 0 AS id WHERE 0 UNION ALL ${ofTable}) AS a
         CROSS JOIN ${lowest} ON ${idColumn(lowest, table)} = a.id`,
  );
  return {
    table: lowest,
    check: `(${checks.reverse().join(' OR ')})`,
    ids: ids.join(' UNION ALL '),
    weight: parts.reduce((sum, { weight }) => sum + weight, parts.length),
    ...(parts.some((part) => part.slow) && { slow: true }),
  };
}

interface Part {
  readonly table: Table;
  readonly check: string;
  readonly ids: string;
  readonly slow: boolean;
  readonly weight: number;
}

/** Where in rows of a table the text occurs; undefined when it does in none. */
function inTable(db: Database, table: Table, text: string, params: Params): Part | undefined {
  const needle = params.add(foldText(text));
  const found: Condition[] = TEXTS[table].map((name) => {
    const property = propertyOf(table, name);
    const condition = compare(db, property, occursIn(property, text), params);
    if (condition.ids !== undefined) return condition;
    const texts = `SELECT v.text FROM value AS v WHERE v.property = ${params.add(name)} AND instr(v.folded, ${needle}) > 0`;
    const ids = `SELECT ${table}.id FROM ${table} WHERE ${property.sql} IN (${texts})`;
    return { ...condition, ids, slow: true };
  });
  if (table === 'patient' && hasNotes(db)) {
    const noted = `patient.note <> '' AND ${CONTAINS_FUNCTION}(${needle}, patient.note) = 1`;
    found.push({ table, check: noted, ids: `SELECT patient.id FROM patient WHERE ${noted}` });
  }
  const from = params.add(text.trim());
  const behind = params.add(text.trim() + LAST_CHARACTER);
  const beginnings = BEGINNINGS[table].map((sql) =>
    indexed({ table, sql }, `${sql} >= ${from} AND ${sql} < ${behind}`),
  );
  const able = [...found, ...beginnings].filter((each) => mayFit(db, each, params));
  if (able.length === 0) return undefined;
  return {
    table,
    check: able.map(({ check }) => `(${check})`).join(' OR '),
    ids: able.map(({ ids }) => ids).join(' UNION ALL '),
    slow: able.some((each) => each.slow),
    weight: able.reduce((sum, { weight, column }) => sum + (weight ?? (column === undefined ? 1 : CHEAP)), 0),
  };
}

/** Looks up at one go all values in which the text occurs. */
function lookUpAll(db: Database, tables: readonly Table[], text: string): void {
  const properties = tables.flatMap((table) => TEXTS[table].map((name) => propertyOf(table, name)));
  const tests = properties.flatMap((each) =>
    each.kept === 'values' ? [[each.name, occursIn(each, text)] as const] : [],
  );
  lookUpTogether(db, foldText(text), new Map(tests));
}

/** That the text occurs in a property. A piece that is a pattern by chance is a text here. */
function occursIn(property: Property, text: string): Test {
  return { operator: 'like', comparison: property.kind === 'name' ? 'name' : 'text', wanted: [literal(text)] };
}

function hasNotes(db: Database): boolean {
  return statement(db, `SELECT 1 FROM patient WHERE note <> '' LIMIT 1`).get() !== undefined;
}

/** Whether any row may fulfil a condition, as far as an index tells at once: what none does need not be asked of each row. */
function mayFit(db: Database, { check, ids, slow }: Condition, params: Params): boolean {
  if (check === NEVER) return false;
  if (ids === undefined || slow !== undefined) return true;
  const sql = `SELECT 1 FROM (${ids}) LIMIT 1`;
  const key = `${sql} ${JSON.stringify(valuesIn(sql, params.values))}`;
  return once(db, key, () => statement(db, sql).get(params.values) !== undefined);
}

/** A text in which nothing is a wildcard; the signs themselves match any one character. */
function literal(text: string): string {
  return text.replaceAll('*', '?');
}
