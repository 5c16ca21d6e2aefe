import type { Handlers } from '@shared/contract';
import type { FindInput, QueryAnswer } from '@shared/contract/catalog';
import { FieldboxError } from '@shared/errors';
import type { Listing } from '@shared/model/vocabulary';
import type { EngineContext } from '../context';
import { LISTS } from './columns';
import { countsOf, find, type Page } from './find';
import { IdleWork } from './idle';
import { propertiesOf } from './properties';
import { OPERATORS } from './query-conditions';
import { rowByKey } from './rows';
import { sourcesOf } from './sources';
import { stackOf } from './stack';

export { find, type Page } from './find';

type CatalogVerb =
  | 'catalog.patients'
  | 'catalog.studies'
  | 'catalog.series'
  | 'catalog.images'
  | 'catalog.flatSeries'
  | 'catalog.counts'
  | 'query.run'
  | 'query.properties'
  | 'sources.list'
  | 'catalog.image'
  | 'catalog.tags'
  | 'catalog.stack';

/** Someone is looking at the picture and waits. */
const WATCHED = 10;

/** Finding and looking up what is in the archive. */
export function createCatalog(ctx: EngineContext): Handlers<CatalogVerb> {
  const idle = new IdleWork(ctx.db);
  const page = <L extends Listing>(input: FindInput & { readonly level: L }): Page<L> => {
    if (input.offset !== undefined) idle.wake();
    return find(ctx.db, input);
  };
  return {
    'catalog.patients': async (input) => Promise.resolve(page({ ...input, level: 'patient' })),
    'catalog.studies': async (input) => Promise.resolve(page({ ...input, level: 'study' })),
    'catalog.series': async (input) => Promise.resolve(page({ ...input, level: 'series' })),
    'catalog.images': async (input) => Promise.resolve(page({ ...input, level: 'image' })),
    'catalog.flatSeries': async (input) => Promise.resolve(page({ ...input, level: 'flatSeries' })),
    'catalog.counts': async (filter) => Promise.resolve(countsOf(ctx.db, filter)),
    'query.run': async (input) => Promise.resolve(answer(page, input)),
    'query.properties': async ({ level }) =>
      Promise.resolve({
        rows: propertiesOf(level).map(({ name, table, kind }) => ({
          property: name,
          level: table,
          kind,
          operators: [...OPERATORS[kind]],
          inRow: Object.hasOwn(LISTS[level].columns, name),
        })),
      }),
    'sources.list': async () => Promise.resolve({ rows: sourcesOf(ctx.db) }),
    'catalog.image': async ({ image }) => {
      const row = rowByKey(ctx.db, 'image', image);
      if (!row) throw new FieldboxError('NOT_FOUND', { what: 'image' });
      return Promise.resolve(row);
    },
    'catalog.tags': async ({ image }) => {
      if (!rowByKey(ctx.db, 'image', image)) throw new FieldboxError('NOT_FOUND', { what: 'image' });
      return ctx.pool.run('readTags', { path: await ctx.objects.require(image) }, { priority: WATCHED });
    },
    'catalog.stack': async ({ series }) => {
      const rows = stackOf(ctx.db, series);
      if (!rows) throw new FieldboxError('NOT_FOUND', { what: 'series' });
      return Promise.resolve({ rows });
    },
  };
}

/** One page of whichever list was asked for. */
function answer(
  page: <L extends Listing>(input: FindInput & { readonly level: L }) => Page<L>,
  input: FindInput,
): QueryAnswer {
  switch (input.level) {
    case 'patient':
      return { level: 'patient', ...page({ ...input, level: 'patient' }) };
    case 'study':
      return { level: 'study', ...page({ ...input, level: 'study' }) };
    case 'series':
      return { level: 'series', ...page({ ...input, level: 'series' }) };
    case 'image':
      return { level: 'image', ...page({ ...input, level: 'image' }) };
    case 'flatSeries':
      return { level: 'flatSeries', ...page({ ...input, level: 'flatSeries' }) };
  }
}
