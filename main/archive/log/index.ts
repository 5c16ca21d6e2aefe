import type { Handlers } from '@shared/contract';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { NewRecord } from '../records/record';
import type { Directory } from '../users';
import { exportLog } from './export';
import { noteLog } from './journal';
import { logPage } from './lines';

type LogVerb = 'log.list' | 'log.remove' | 'log.export';

/** Most lines one record can take off the list. */
const IN_ONE_RECORD = 1000;

/** Reading the log, taking lines off it, writing it to a file. */
export function createLog(ctx: EngineContext, directory: Directory): Handlers<LogVerb> {
  return {
    'log.list': async ({ limit, after, ...filter }) => Promise.resolve(logPage(ctx, directory, filter, limit, after)),
    'log.remove': async (which) => {
      const seqs = removable(ctx, which);
      const records: NewRecord[] = [];
      for (let at = 0; at < seqs.length; at += IN_ONE_RECORD) {
        records.push({ type: 'log.removed', body: { seqs: seqs.slice(at, at + IN_ONE_RECORD) } });
      }
      if (records.length > 0) await ctx.commit(records);
      return { removed: seqs.length };
    },
    'log.export': async ({ path, language, ...filter }) => {
      const lines = await exportLog(ctx, directory, filter, path, language);
      await noteLog(ctx, 'LOG_EXPORTED', { lines });
      return { lines };
    },
  };
}

/** The numbers among those asked for that are there; lines which say that others were removed stay. */
function removable(ctx: EngineContext, which: { seqs: number[] } | { before: string }): number[] {
  const sql = `SELECT DISTINCT seq FROM log WHERE code <> 'LOG_REMOVED' AND`;
  const rows = (
    'seqs' in which
      ? statement(ctx.db, `${sql} seq IN (SELECT value FROM json_each(?)) ORDER BY seq`).all(JSON.stringify(which.seqs))
      : statement(ctx.db, `${sql} at < ? ORDER BY seq`).all(which.before)
  ) as { seq: number }[];
  return rows.map(({ seq }) => seq);
}
