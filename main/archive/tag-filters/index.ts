import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { FilterList, FilterSource, TagFilterRow } from '@shared/model/classification';
import { TagFilterKey } from '@shared/model/ids';
import { isProtected } from '../../dicom/filter';
import { formatTagPath } from '../../dicom/tag-path';
import { requiredPath } from '../classification/condition';
import { requireFreeName, requireRow } from '../classification/known';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { InTurn } from '../people/in-turn';

export type TagFilterVerb =
  | 'tagFilters.list'
  | 'tagFilters.create'
  | 'tagFilters.change'
  | 'tagFilters.remove'
  | 'tagFilters.associate'
  | 'tagFilters.dissociate';

interface FilterInput {
  readonly name: string;
  readonly list: FilterList;
  readonly paths: readonly string[];
}

const FILTER = 'SELECT id, key AS filter, name, list, paths FROM tag_filter';

/** Filters that take attributes out of arriving images, and the ways in that they are switched on for. */
export function createTagFilters(ctx: EngineContext, inTurn: InTurn): Handlers<TagFilterVerb> {
  const { db } = ctx;
  const rowOf = (row: unknown): TagFilterRow => {
    const { id, paths, ...plain } = row as Pick<TagFilterRow, 'filter' | 'name' | 'list'> & {
      id: number;
      paths: string;
    };
    const sources = statement(
      db,
      `SELECT source, source_ref AS sourceRef FROM tag_filter_source WHERE filter_id = ? ORDER BY source, source_ref`,
    ).all(id) as FilterSource[];
    return { ...plain, paths: JSON.parse(paths) as string[], sources };
  };
  const find = (filter: TagFilterKey): TagFilterRow => {
    const row = statement(db, `${FILTER} WHERE key = ?`).get(filter);
    if (row === undefined) throw new FieldboxError('NOT_FOUND', { what: filter });
    return rowOf(row);
  };
  const save = async (filter: TagFilterKey, { name, list, paths }: FilterInput): Promise<TagFilterRow> => {
    const checked = checkPaths(paths, list);
    requireFreeName(db, 'tag_filter', name, filter);
    await ctx.commit([{ type: 'tagFilter.saved', body: { filter, name, list, paths: checked } }]);
    return find(filter);
  };
  const turn = (filter: TagFilterKey, from: FilterSource, on: boolean): Promise<TagFilterRow> =>
    inTurn(async () => {
      const known = find(filter).sources.some(
        ({ source, sourceRef }) => source === from.source && sourceRef === from.sourceRef,
      );
      if (!on && !known) throw new FieldboxError('NOT_FOUND', { what: from.source });
      if (on && from.source === 'camera') throw new FieldboxError('FILTER_SOURCE_UNFIT');
      if (on !== known) await ctx.commit([{ type: 'tagFilter.switched', body: { filter, ...from, on } }]);
      return find(filter);
    });
  return {
    'tagFilters.list': async () =>
      Promise.resolve({ rows: statement(db, `${FILTER} ORDER BY name COLLATE NOCASE, id`).all().map(rowOf) }),
    'tagFilters.create': (input) => inTurn(() => save(TagFilterKey.parse(randomUUID()), input)),
    'tagFilters.change': ({ filter, changes }) =>
      inTurn(() => {
        requireRow(db, 'tag_filter', filter);
        return save(filter, changes);
      }),
    'tagFilters.remove': ({ filter }) =>
      inTurn(async () => {
        requireRow(db, 'tag_filter', filter);
        await ctx.commit([{ type: 'tagFilter.removed', body: { filter } }]);
        return {};
      }),
    'tagFilters.associate': ({ filter, source, sourceRef }) => turn(filter, { source, sourceRef }, true),
    'tagFilters.dissociate': ({ filter, source, sourceRef }) => turn(filter, { source, sourceRef }, false),
  };
}

/**
 * Paths in their one way of writing, each once. Throws TAG_PATH_MALFORMED; TAG_PROTECTED for a blacklist that names what is
 * needed to file or show an image (a whitelist may name it: it stays anyway).
 */
function checkPaths(paths: readonly string[], list: FilterList): string[] {
  const checked = paths.map((text) => {
    const path = requiredPath(text);
    const [first] = path;
    if (list === 'blacklist' && first && isProtected(first.tag))
      throw new FieldboxError('TAG_PROTECTED', { path: text });
    return formatTagPath(path);
  });
  return [...new Set(checked)];
}
