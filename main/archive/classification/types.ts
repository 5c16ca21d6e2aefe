import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { SeriesTypeRow, TypesOfSeries } from '@shared/model/classification';
import { type SeriesKey, SeriesTypeKey } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { InTurn } from '../people/in-turn';
import type { NewRecord } from '../records/record';
import { requireFreeName, requireRow, requireSeries } from './known';

export type SeriesTypeVerb =
  | 'seriesTypes.list'
  | 'seriesTypes.create'
  | 'seriesTypes.rename'
  | 'seriesTypes.remove'
  | 'seriesTypes.assign'
  | 'seriesTypes.unassign'
  | 'seriesTypes.of';

const TYPE = `SELECT key AS type, name, (SELECT count(*) FROM series_rule WHERE type_id = series_type.id) AS rules,
  (SELECT count(*) FROM series_type_of WHERE type_id = series_type.id) AS series FROM series_type`;

/** Types that series are sorted into, and what people say of single series. */
export function createSeriesTypes(ctx: EngineContext, inTurn: InTurn): Handlers<SeriesTypeVerb> {
  const { db } = ctx;
  const find = (type: SeriesTypeKey): SeriesTypeRow => {
    const row = statement(db, `${TYPE} WHERE key = ?`).get(type) as SeriesTypeRow | undefined;
    if (!row) throw new FieldboxError('NOT_FOUND', { what: type });
    return row;
  };
  const save = async (type: SeriesTypeKey, name: string): Promise<SeriesTypeRow> => {
    requireFreeName(db, 'series_type', name, type);
    await ctx.commit([{ type: 'seriesType.saved', body: { type, name } }]);
    return find(type);
  };
  return {
    'seriesTypes.list': async () =>
      Promise.resolve({ rows: statement(db, `${TYPE} ORDER BY name COLLATE NOCASE, id`).all() as SeriesTypeRow[] }),
    'seriesTypes.create': ({ name }) => inTurn(() => save(SeriesTypeKey.parse(randomUUID()), name)),
    'seriesTypes.rename': ({ type, name }) =>
      inTurn(() => {
        requireRow(db, 'series_type', type);
        return save(type, name);
      }),
    'seriesTypes.remove': ({ type }) =>
      inTurn(async () => {
        requireRow(db, 'series_type', type);
        await ctx.commit([{ type: 'seriesType.removed', body: { type } }]);
        return {};
      }),
    'seriesTypes.assign': ({ series, type }) =>
      inTurn(async () => {
        requireRow(db, 'series_type', type);
        await ctx.commit([{ type: 'series.typed', body: { type, series: requireSeries(db, series), on: true } }]);
        return {};
      }),
    'seriesTypes.unassign': ({ series, type }) =>
      inTurn(async () => {
        if (type !== null) requireRow(db, 'series_type', type);
        const keys = requireSeries(db, series);
        const records: NewRecord[] =
          type === null
            ? [...byType(typesOf(ctx, keys))].map(([each, some]) => typed(each, some))
            : [typed(type, keys)];
        if (records.length > 0) await ctx.commit(records);
        return {};
      }),
    'seriesTypes.of': async ({ series }) => Promise.resolve({ rows: typesOf(ctx, requireSeries(db, series)) }),
  };
}

function typed(type: SeriesTypeKey, series: SeriesKey[]): NewRecord {
  return { type: 'series.typed', body: { type, series, on: false } };
}

function typesOf({ db }: EngineContext, series: readonly SeriesKey[]): TypesOfSeries[] {
  const types = statement(
    db,
    `SELECT series_type.key AS type, series_type.name, by_rule AS byRule, by_hand AS byHand FROM series
     JOIN series_type_of ON series_id = series.id JOIN series_type ON series_type.id = type_id
     WHERE series.key = ? ORDER BY series_type.name COLLATE NOCASE, series_type.id`,
  );
  return series.map((key) => ({
    series: key,
    types: (types.all(key) as { type: SeriesTypeKey; name: string; byRule: number; byHand: number }[]).map((row) => ({
      ...row,
      byRule: row.byRule === 1,
      byHand: row.byHand === 1,
    })),
  }));
}

function byType(rows: readonly TypesOfSeries[]): Map<SeriesTypeKey, SeriesKey[]> {
  const found = new Map<SeriesTypeKey, SeriesKey[]>();
  for (const { series, types } of rows) {
    for (const { type } of types) found.set(type, [...(found.get(type) ?? []), series]);
  }
  return found;
}
