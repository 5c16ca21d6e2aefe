import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { WatchProblem, type WatchRow } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import { WatchKey } from '@shared/model/ids';
import { actAs } from '../actor';
import type { EngineContext } from '../context';
import { refuseCycles } from '../forwarding/cycles';
import { statement } from '../index-writer/statements';
import { oneAfterTheOther } from '../people/in-turn';
import { checkedFolder, type WatchedFolder, watchedFolder, watchedFolders } from './folders';
import { Ledger } from './ledger';
import { Watcher, type WatchTimings } from './watcher';

type WatchVerb =
  'watch.list' | 'watch.create' | 'watch.change' | 'watch.pause' | 'watch.remove' | 'watch.problems' | 'watch.retry';

export interface Watching {
  readonly verbs: Handlers<WatchVerb>;
  /** Begins to watch all folders that are not paused; folders that are added later are watched at once from then on. */
  start(): void;
  stop(): Promise<void>;
  /** Takes in what is in the folders now, and ends; throws what keeps one from being read, when the others are done. */
  once(signal: AbortSignal): Promise<void>;
}

/** Watched folders: what is in them is taken in by itself, once, and left as it is unless somebody has said otherwise. */
export function createWatching(ctx: EngineContext, timings: WatchTimings, onChange: () => void): Watching {
  const { db } = ctx;
  const inTurn = oneAfterTheOther();
  const watchers = new Map<WatchKey, Watcher>();
  let started = false;

  const begin = (folder: WatchedFolder): void => {
    if (!started || folder.paused) return;
    const watcher = new Watcher(ctx, folder, timings, onChange);
    watchers.set(folder.watch, watcher);
    actAs(null, () => watcher.start()); // Fieldbox does it by itself, whoever has set it up
  };
  const end = async (watch: WatchKey): Promise<void> => {
    const watcher = watchers.get(watch);
    watchers.delete(watch);
    await watcher?.stop();
  };
  const save = async (folder: WatchedFolder): Promise<WatchRow> => {
    await ctx.commit([{ type: 'watch.saved', body: { ...folder, skip: [...folder.skip] } }]);
    await end(folder.watch);
    begin(folder);
    onChange();
    return rowOf(watchedFolder(db, folder.watch));
  };
  const rowOf = (folder: WatchedFolder): WatchRow => {
    const { paused, ...set } = folder;
    const ledger = new Ledger(db, folder.watch);
    const idle = { state: paused ? ('paused' as const) : ('stopped' as const), error: null, lastLook: null };
    return {
      ...set,
      ...(watchers.get(folder.watch)?.state() ?? idle),
      taken: takenOf(ctx, folder.watch),
      waiting: ledger.waiting(),
      problems: ledger.problems(),
      leftFiltered: set.afterwards === 'delete' && !set.deleteFiltered ? ledger.leftFiltered() : 0,
      lastFile: lastFileOf(ctx, folder.watch),
    };
  };

  return {
    verbs: {
      'watch.list': async () => Promise.resolve({ rows: watchedFolders(db).map(rowOf) }),
      'watch.create': (input) =>
        inTurn(async () => {
          const checked = await checkedFolder(ctx, input, null);
          const folder = { ...checked, watch: WatchKey.parse(randomUUID()), paused: false };
          refuseCycles(db, { watch: folder });
          return save(folder);
        }),
      'watch.change': ({ watch, changes }) =>
        inTurn(async () => {
          const before = watchedFolder(db, watch);
          const folder = { ...(await checkedFolder(ctx, changes, before)), watch, paused: before.paused };
          refuseCycles(db, { watch: folder });
          if (folder.path !== before.path) {
            await end(watch);
            new Ledger(db, watch).forgetAll();
          }
          return save(folder);
        }),
      'watch.pause': ({ watch, paused }) => inTurn(() => save({ ...watchedFolder(db, watch), paused })),
      'watch.remove': ({ watch }) =>
        inTurn(async () => {
          watchedFolder(db, watch);
          await end(watch);
          await ctx.commit([{ type: 'watch.removed', body: { watch } }]);
          new Ledger(db, watch).forgetAll();
          onChange();
          return {};
        }),
      'watch.problems': async ({ watch, offset, limit }) => {
        watchedFolder(db, watch);
        return Promise.resolve(problemsOf(ctx, watch, offset, limit));
      },
      'watch.retry': ({ watch }) =>
        inTurn(async () => {
          const folder = watchedFolder(db, watch);
          new Ledger(db, watch).retry();
          watchers.get(watch)?.hurry();
          onChange();
          return Promise.resolve(rowOf(folder));
        }),
    },
    start: () => {
      started = true;
      for (const folder of watchedFolders(db)) begin(folder);
      onChange();
    },
    stop: async () => {
      started = false;
      await Promise.all([...watchers.keys()].map(end));
    },
    once: async (signal) => {
      const faults: unknown[] = [];
      for (const folder of watchedFolders(db)) {
        if (signal.aborted) throw new FieldboxError('CANCELLED');
        if (folder.paused) continue;
        const watcher = new Watcher(ctx, folder, timings, onChange);
        const stop = (): void => void watcher.stop();
        signal.addEventListener('abort', stop, { once: true });
        await watcher.once().catch((error: unknown) => faults.push(error));
        signal.removeEventListener('abort', stop);
        await watcher.stop();
      }
      if (faults.length > 0) throw faults[0];
    },
  };
}

/** Images of a folder that are here. */
function takenOf(ctx: EngineContext, watch: WatchKey): number {
  const { n } = statement(ctx.db, `SELECT count(*) AS n FROM image WHERE source = 'watch' AND source_ref = ?`).get(
    watch,
  ) as { n: number };
  return n;
}

function lastFileOf(ctx: EngineContext, watch: WatchKey): WatchRow['lastFile'] {
  const row = statement(
    ctx.db,
    `SELECT file_name AS name, stored_at AS at FROM image WHERE source = 'watch' AND source_ref = ? ORDER BY id DESC LIMIT 1`,
  ).get(watch) as { name: string; at: string } | undefined;
  return row ?? null;
}

function problemsOf(
  ctx: EngineContext,
  watch: WatchKey,
  offset: number,
  limit: number,
): { total: number; rows: WatchProblem[] } {
  const rows = statement(
    ctx.db,
    `SELECT path, state IN ('seen', 'stored') AS again, code, details, at FROM local_watched_file
     WHERE watch = ? AND code IS NOT NULL ORDER BY path LIMIT ? OFFSET ?`,
  ).all(watch, limit, offset) as { path: string; again: number; code: string; details: string; at: number }[];
  return {
    total: new Ledger(ctx.db, watch).problems(),
    rows: rows.map(({ path, again, code, details, at }) =>
      WatchProblem.parse({
        path,
        again: again === 1,
        code,
        details: JSON.parse(details) as unknown,
        at: new Date(at).toISOString(),
      }),
    ),
  };
}
