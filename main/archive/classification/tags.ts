import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { SeriesTagRow, TagsOfSeries } from '@shared/model/classification';
import { SeriesTagKey } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { InTurn } from '../people/in-turn';
import type { NewRecord } from '../records/record';
import { keyOfName, requireFreeName, requireRow, requireSeries } from './known';

export type SeriesTagVerb =
  | 'seriesTags.list'
  | 'seriesTags.add'
  | 'seriesTags.remove'
  | 'seriesTags.rename'
  | 'seriesTags.delete'
  | 'seriesTags.of';

const TAG = `SELECT key AS tag, name, (SELECT count(*) FROM series_tag_of WHERE tag_id = series_tag.id) AS series
  FROM series_tag`;

/** Tags that people put on series. */
export function createSeriesTags(ctx: EngineContext, inTurn: InTurn): Handlers<SeriesTagVerb> {
  const { db } = ctx;
  const list = (): SeriesTagRow[] => statement(db, `${TAG} ORDER BY name COLLATE NOCASE, id`).all() as SeriesTagRow[];
  const find = (tag: SeriesTagKey): SeriesTagRow => {
    const row = statement(db, `${TAG} WHERE key = ?`).get(tag) as SeriesTagRow | undefined;
    if (!row) throw new FieldboxError('NOT_FOUND', { what: tag });
    return row;
  };
  return {
    'seriesTags.list': async ({ inUse }) => Promise.resolve({ rows: list().filter((row) => !inUse || row.series > 0) }),
    'seriesTags.add': ({ series, name }) =>
      inTurn(async () => {
        const keys = requireSeries(db, series);
        const known = keyOfName(db, 'series_tag', name);
        const tag = SeriesTagKey.parse(known ?? randomUUID());
        const made: NewRecord[] = known === undefined ? [{ type: 'seriesTag.saved', body: { tag, name } }] : [];
        await ctx.commit([...made, { type: 'series.tagged', body: { tag, series: keys, on: true } }]);
        return find(tag);
      }),
    'seriesTags.remove': ({ series, tag }) =>
      inTurn(async () => {
        requireRow(db, 'series_tag', tag);
        await ctx.commit([{ type: 'series.tagged', body: { tag, series: requireSeries(db, series), on: false } }]);
        return {};
      }),
    'seriesTags.rename': ({ tag, name }) =>
      inTurn(async () => {
        requireRow(db, 'series_tag', tag);
        requireFreeName(db, 'series_tag', name, tag);
        await ctx.commit([{ type: 'seriesTag.saved', body: { tag, name } }]);
        return find(tag);
      }),
    'seriesTags.delete': ({ tag }) =>
      inTurn(async () => {
        requireRow(db, 'series_tag', tag);
        await ctx.commit([{ type: 'seriesTag.removed', body: { tag } }]);
        return {};
      }),
    'seriesTags.of': async ({ series }) => {
      const tags = statement(
        db,
        `SELECT series_tag.key AS tag, series_tag.name FROM series
         JOIN series_tag_of ON series_id = series.id JOIN series_tag ON series_tag.id = tag_id
         WHERE series.key = ? ORDER BY series_tag.name COLLATE NOCASE, series_tag.id`,
      );
      const rows = requireSeries(db, series).map((key) => ({
        series: key,
        tags: tags.all(key) as TagsOfSeries['tags'],
      }));
      return Promise.resolve({ rows });
    },
  };
}
