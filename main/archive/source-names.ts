import type { Database } from 'better-sqlite3';
import type { Handlers } from '@shared/contract';
import { WatchKey } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import type { EngineContext } from './context';
import { statement } from './index-writer/statements';

/**
 * What a source is called: a watched folder by the name it has or had, a box or device by the name that stands for it. Null
 * for the type as a whole, and for a key nobody knows.
 */
export function nameOfSource(db: Database, source: SourceType, ref: string): string | null {
  if (ref === '') return null;
  if (source === 'watch') {
    const row = statement(db, 'SELECT name FROM watched_folder WHERE key = ?').get(ref) as { name: string } | undefined;
    return row?.name ?? null;
  }
  return isKey(ref) ? null : ref;
}

/** Keys of everything are UUIDs; names of boxes and devices are not. */
function isKey(ref: string): boolean {
  return WatchKey.safeParse(ref).success;
}

/** Names for whoever shows rows with a `sourceRef`. */
export function createSourceNames(ctx: EngineContext): Handlers<'sources.named'> {
  return {
    'sources.named': async ({ refs }) =>
      Promise.resolve({
        rows: refs.map(({ source, ref }) => ({ source, ref, name: nameOfSource(ctx.db, source, ref) })),
      }),
  };
}
