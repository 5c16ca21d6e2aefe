import { statfs } from 'node:fs/promises';
import { type ArchiveStatus, VerifyReport } from '@shared/contract/archive';
import type { Handlers } from '@shared/contract';
import type { Committer } from '../committer';
import type { EngineContext } from '../context';
import { passedOver } from '../index-writer';
import { statement } from '../index-writer/statements';
import { ARCHIVE_FORMAT } from '../manifest';
import type { Recovery } from '../recovery';
import { emptyIndex, fillIndex } from './rebuild';
import { verifyArchive } from './verify';

type MaintenanceVerbs = Handlers<'archive.status' | 'archive.verify' | 'archive.rebuild' | 'jobs.list' | 'jobs.cancel'>;

/** State of the archive, checking it, and making its index again. */
export function createMaintenance(
  ctx: EngineContext,
  committer: Committer,
  opened: { readonly recovered: Recovery; readonly indexPutAside: string | null },
): MaintenanceVerbs {
  return {
    'archive.status': async () => {
      const disk = await statfs(ctx.paths.root);
      return {
        archiveId: ctx.archiveId,
        path: ctx.paths.root,
        format: ARCHIVE_FORMAT,
        counts: counts(ctx),
        bytes: single(ctx, `SELECT coalesce(sum(bytes), 0) AS n FROM object`),
        freeBytes: disk.bavail * disk.bsize,
        lastVerify: lastVerify(ctx),
        recovered: opened.recovered,
        passedOver: [...passedOver(ctx.db)],
      };
    },
    'archive.verify': async ({ deep }) =>
      Promise.resolve({
        job: ctx.jobs.start('verify', async (handle) => {
          await verifyArchive(ctx, deep, handle);
        }),
      }),
    'archive.rebuild': async () =>
      Promise.resolve({
        job: ctx.jobs.start('rebuild', async (handle) => {
          await committer.settle();
          emptyIndex(ctx);
          await fillIndex(ctx, committer, handle);
          ctx.emit('catalog.changed', { images: [], at: ctx.now().toISOString() });
        }),
      }),
    'jobs.list': async () => Promise.resolve({ jobs: ctx.jobs.list() }),
    'jobs.cancel': async ({ job }) => {
      ctx.jobs.cancel(job);
      return Promise.resolve({});
    },
  };
}

function counts(ctx: EngineContext): ArchiveStatus['counts'] {
  return {
    patients: single(ctx, 'SELECT count(*) AS n FROM patient'),
    studies: single(ctx, 'SELECT count(*) AS n FROM study'),
    series: single(ctx, 'SELECT count(*) AS n FROM series'),
    images: single(ctx, 'SELECT count(*) AS n FROM image'),
    conflicts: single(ctx, 'SELECT count(*) AS n FROM image WHERE conflict = 1'),
  };
}

function single(ctx: EngineContext, sql: string): number {
  return (statement(ctx.db, sql).get() as { n: number }).n;
}

function lastVerify(ctx: EngineContext): VerifyReport | null {
  const row = statement(ctx.db, `SELECT value FROM meta WHERE key = 'last_verify'`).get() as
    { value: string } | undefined;
  return row ? VerifyReport.parse(JSON.parse(row.value)) : null;
}
