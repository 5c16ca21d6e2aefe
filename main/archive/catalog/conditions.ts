import type { FindInput } from '@shared/contract/catalog';
import { idColumn, TABLES, type Table } from './columns';
import { matchCondition } from './match-conditions';

/** Values of a statement under names that depend on their order only, so that like questions share a prepared statement. */
export class Params {
  readonly values: Record<string, string | number> = {};
  private count = 0;

  /** Keeps a value; gives its place in the SQL. */
  add(value: string | number): string {
    const name = `p${String(this.count)}`;
    this.count += 1;
    this.values[name] = value;
    return `@${name}`;
  }
}

/**
 * What rows of a table must fulfil: `where` is about the table's own columns, `ids` is a SELECT of the ids that do, and `id` a
 * scalar SELECT of the only one.
 */
export type Condition =
  | { readonly table: Table; readonly where: string }
  | { readonly table: Table; readonly ids: string }
  | { readonly table: Table; readonly id: string };

/** The conditions of a question, without its text. Throws BAD_REQUEST. */
export function conditionsOf(input: FindInput, params: Params): readonly Condition[] {
  const found: Condition[] = [];
  const keyed = [
    ['patient', input.patient],
    ['study', input.study],
    ['series', input.series],
  ] as const;
  for (const [table, key] of keyed) {
    if (key === undefined) continue;
    const value = params.add(key);
    const own = `SELECT k.id FROM ${table} AS k WHERE k.key = ${value}`;
    // Who was merged into another patient is found as that other one.
    const merged = `SELECT m.survivor_id FROM merged_patient AS m WHERE m.key = ${value}`;
    found.push({ table, id: table === 'patient' ? `SELECT coalesce((${own}), (${merged}))` : own });
  }
  const labelled = [
    ['clinic', input.clinic],
    ['station', input.station],
    ['kind', input.kind],
  ] as const;
  for (const [label, key] of labelled) {
    if (key === undefined) continue;
    found.push({
      table: 'image',
      where: `image.${label}_id = (SELECT k.id FROM ${label} AS k WHERE k.key = ${params.add(key)})`,
    });
  }
  if (input.source !== undefined) found.push({ table: 'image', where: `image.source = ${params.add(input.source)}` });
  if (input.storedBy !== undefined)
    found.push({ table: 'image', where: `image.stored_by = ${params.add(input.storedBy)}` });
  if (input.modality !== undefined)
    found.push({ table: 'series', where: `series.Modality = ${params.add(input.modality)}` });
  if (input.dateFrom !== undefined)
    found.push({ table: 'study', where: `study.StudyDate >= ${params.add(input.dateFrom)}` });
  if (input.dateTo !== undefined) {
    found.push({ table: 'study', where: `study.StudyDate <= ${params.add(input.dateTo)} AND study.StudyDate <> ''` });
  }
  if (input.registeredOnly) found.push({ table: 'patient', where: 'patient.registered = 1' });
  for (const match of input.match) {
    const condition = matchCondition(match, params);
    if (condition) found.push(condition);
  }
  return found;
}

/**
 * The terms of a WHERE for rows of `level`. Conditions on rows above are asked through their ids. Of the rows below there
 * must be one that fulfils everything said about rows below (PS3.4 C.4.1.1.3: an entity matches with what lies in it).
 */
export function restrict(level: Table, conditions: readonly Condition[]): readonly string[] {
  const depth = TABLES.indexOf(level);
  const terms: string[] = [];
  for (const table of TABLES.slice(0, depth + 1)) {
    const own = conditions.filter((condition) => condition.table === table);
    const column = idColumn(level, table);
    const where: string[] = [];
    for (const condition of own) {
      if ('id' in condition) terms.push(`${column} = (${condition.id})`);
      else if ('ids' in condition) terms.push(`${column} IN (${condition.ids})`);
      else where.push(condition.where);
    }
    if (where.length === 0) continue;
    if (table === level) terms.push(...where.map((term) => `(${term})`));
    else terms.push(`${column} IN (SELECT ${table}.id FROM ${table} WHERE ${where.join(' AND ')})`);
  }
  const below = conditions.filter((condition) => TABLES.indexOf(condition.table) > depth);
  const lowest = TABLES.findLast((table) => below.some((condition) => condition.table === table));
  if (lowest) {
    terms.push(
      `${level}.id IN (SELECT ${idColumn(lowest, level)} FROM ${lowest} WHERE ${restrict(lowest, below).join(' AND ')})`,
    );
  }
  return terms;
}
