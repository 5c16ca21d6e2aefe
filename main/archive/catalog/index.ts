import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { EngineContext } from '../context';
import { find } from './find';
import { rowByKey } from './rows';
import { stackOf } from './stack';

export { find, type Page } from './find';

type CatalogVerb =
  | 'catalog.patients'
  | 'catalog.studies'
  | 'catalog.series'
  | 'catalog.images'
  | 'catalog.image'
  | 'catalog.tags'
  | 'catalog.stack';

/** Someone is looking at the picture and waits. */
const WATCHED = 10;

/** Finding and looking up what is in the archive. */
export function createCatalog(ctx: EngineContext): Handlers<CatalogVerb> {
  return {
    'catalog.patients': async (input) => Promise.resolve(find(ctx.db, { ...input, level: 'patient' })),
    'catalog.studies': async (input) => Promise.resolve(find(ctx.db, { ...input, level: 'study' })),
    'catalog.series': async (input) => Promise.resolve(find(ctx.db, { ...input, level: 'series' })),
    'catalog.images': async (input) => Promise.resolve(find(ctx.db, { ...input, level: 'image' })),
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
