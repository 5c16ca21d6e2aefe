import type { Database } from 'better-sqlite3';
import type { Filter, SourceChoice } from '@shared/contract/catalog';
import type { Listing } from '@shared/model/vocabulary';
import { labelCondition } from './labels';
import { tableOf } from './columns';
import { indexed, oneOf } from './compare';
import type { Condition, Params } from './condition';
import { containsCondition } from './contains';
import { imagesBeside, imagesFrom } from './counts';
import { groupConditions } from './group-conditions';
import { matchCondition } from './match-conditions';
import { queryCondition } from './query-conditions';

/** The conditions of a question, without its typed text. Throws BAD_REQUEST, QUERY_*. */
export function conditionsOf(db: Database, list: Listing, input: Filter, params: Params): readonly Condition[] {
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
    const id = table === 'patient' ? `SELECT coalesce((${own}), (${merged}))` : own;
    found.push({ table, id, ids: id, check: `${table}.id = (${id})` });
  }
  const labelled = [
    ['clinic', input.clinic],
    ['station', input.station],
    ['kind', input.kind],
  ] as const;
  for (const [label, key] of labelled) {
    if (key === undefined) continue;
    const sql = `image.${label}_id`;
    const where = `${sql} = (SELECT k.id FROM ${label} AS k WHERE k.key = ${params.add(key)})`;
    found.push({
      ...indexed({ table: 'image', sql }, where),
      check: `(${sql} IS NOT NULL AND ${where})`,
      arrival: 'own',
    });
  }
  if (input.source !== undefined) found.push(sourceCondition(db, [{ source: input.source, sourceRef: '' }], params));
  if (input.storedBy !== undefined)
    found.push(oneOf({ table: 'image', sql: `coalesce(image.stored_by, '')` }, [input.storedBy], params));
  if (input.sources.length > 0) found.push(sourceCondition(db, input.sources, params));
  if (input.seriesTypes.length > 0) found.push(labelCondition(db, 'type', input.seriesTypes, params));
  if (input.seriesTags.length > 0) found.push(labelCondition(db, 'tag', input.seriesTags, params));
  if (input.modality !== undefined)
    found.push(oneOf({ table: 'series', sql: 'series.Modality' }, [input.modality], params));
  found.push(...dateConditions(input, params), ...groupConditions(db, tableOf(list), input, params));
  if (input.registeredOnly)
    found.push(indexed({ table: 'patient', sql: 'patient.registered' }, 'patient.registered = 1'));
  for (const match of input.match) {
    const condition = matchCondition(db, match, params);
    if (condition) found.push(condition);
  }
  for (const asked of input.where) found.push(queryCondition(db, list, asked, params));
  const contains = containsCondition(db, list, input.contains, params);
  if (contains) found.push(contains);
  return merged(found);
}

/** Conditions on one column as one, so that an index is walked from one end to the other. */
function merged(conditions: readonly Condition[]): readonly Condition[] {
  const groups = new Map<string, Condition[]>();
  for (const condition of conditions) {
    if (condition.column === undefined) continue;
    groups.set(condition.column, [...(groups.get(condition.column) ?? []), condition]);
  }
  const rest = conditions.filter(({ column }) => column === undefined || groups.get(column)?.length === 1);
  const joined = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first?.column === undefined || group.length < 2) return [];
    const { table, column } = first;
    return [indexed({ table, sql: column }, group.map((condition) => condition.check).join(' AND '))];
  });
  return [...rest, ...joined];
}

/** Both ends in one condition, so that an index is walked from one to the other. */
function dateConditions(input: Pick<Filter, 'dateFrom' | 'dateTo'>, params: Params): readonly Condition[] {
  const { dateFrom, dateTo } = input;
  if (dateFrom === undefined && dateTo === undefined) return [];
  const sql = 'study.StudyDate';
  const terms = [
    dateFrom === undefined ? `${sql} > ''` : `${sql} >= ${params.add(dateFrom)}`,
    ...(dateTo === undefined ? [] : [`${sql} <= ${params.add(dateTo)}`]),
  ];
  return [indexed({ table: 'study', sql }, terms.join(' AND '))];
}

function sourceCondition(db: Database, choices: readonly SourceChoice[], params: Params): Condition {
  const sql = 'image.source';
  const [only, ...others] = choices;
  const rows = only && others.length === 0 ? { rows: imagesFrom(db, only.source, only.sourceRef) } : {};
  if (choices.every(({ sourceRef }) => sourceRef === '')) {
    const types = choices.map(({ source }) => source);
    const beside = only && others.length === 0 ? { beside: imagesBeside(db, only.source) } : {};
    return { ...oneOf({ table: 'image', sql }, types, params), ...rows, ...beside };
  }
  const wheres = choices.map(({ source, sourceRef }) => {
    const type = `${sql} = ${params.add(source)}`;
    return sourceRef === '' ? type : `${type} AND image.source_ref = ${params.add(sourceRef)}`;
  });
  return {
    table: 'image',
    check: `(${wheres.join(' OR ')})`,
    ids: wheres.map((where) => `SELECT image.id FROM image WHERE ${where}`).join(' UNION ALL '),
    ...rows,
    ...(wheres.length === 1 && { arrival: 'own' as const }),
  };
}
