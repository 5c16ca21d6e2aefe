import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Handlers, Parsed } from '@shared/contract';
import type { ExportSetRow } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import { ExportSetKey, type JobId } from '@shared/model/ids';
import { systemCode } from '../../../platform/durable';
import type { ExportPlan } from '../../../workers/export/plan';
import type { EngineContext } from '../../context';
import { runInThread } from '../export-thread';
import { makePlan } from '../make-plan';
import { select, type Selected } from '../selection';
import { noteDamage } from '../store';
import { checkPlace, faultOfTarget } from '../target';
import type { JobHandle } from '../../jobs/job-board';
import { cutOff, dropSet, expiredSets, failSet, readySet, saveSet, setRow, setRows } from './store';

type ExportSetVerb = 'exportSets.create' | 'exportSets.list' | 'exportSets.get' | 'exportSets.remove';

export interface ExportSets {
  readonly verbs: Handlers<ExportSetVerb>;
  stop(): void;
}

const RELEASE = { purpose: 'export', recipient: 'export set', person: null } as const;
const LOOK_EVERY_MS = 60_000;

/**
 * Sets of images that are made into a zip and can be fetched until they expire; then set and zip are gone. The gate is asked
 * when a set is made, and again whenever it is given out: if something in it may not leave any more, its zip is removed.
 */
export async function createExportSets(ctx: EngineContext): Promise<ExportSets> {
  const { db, paths } = ctx;
  const zipOf = (set: ExportSetKey): string => join(paths.exportSets, `${set}.zip`);
  await mkdir(paths.exportSets, { recursive: true });
  cutOff(db);
  await removeStrays(ctx);

  /** What is being made of sets. */
  const making = new Map<ExportSetKey, JobId>();
  const drop = async (set: ExportSetKey): Promise<void> => {
    // The row first: a zip that becomes whole at this moment finds that nobody wants it.
    dropSet(db, set);
    const job = making.get(set);
    if (job !== undefined) ctx.jobs.cancel(job);
    await rm(zipOf(set), { force: true });
  };
  const expire = async (): Promise<void> => {
    for (const set of expiredSets(db, ctx.now().getTime())) await drop(set);
  };
  const timer = setInterval(() => void expire().catch(() => undefined), LOOK_EVERY_MS); // asked again before every answer
  timer.unref();

  const shown = async (row: ExportSetRow): Promise<ExportSetRow> => {
    if (row.state !== 'ready') return row;
    const path = zipOf(row.set);
    if (!stillMayLeave(ctx, row)) {
      await rm(path, { force: true });
      return { ...row, state: 'withdrawn' };
    }
    // The zips lie in the cache, which may be emptied at any time.
    return (await isFile(path)) ? { ...row, path } : { ...row, state: 'withdrawn' };
  };
  const find = async (set: ExportSetKey): Promise<ExportSetRow> => {
    await expire();
    return shown(setRow(db, set));
  };

  return {
    stop: () => clearInterval(timer),
    verbs: {
      'exportSets.create': async (input) => {
        await expire();
        const set = ExportSetKey.parse(randomUUID());
        const selected = select(db, input.selection, input.form, RELEASE);
        if (selected.rows.length === 0) throw new FieldboxError('EXPORT_NOTHING');
        const plan = planOf(ctx, input, selected, zipOf(set));
        await checkPlace(plan);
        const created = ctx.now().getTime();
        saveSet(db, { set, name: input.name, form: input.form, selected, created, hours: input.hours });
        const work = (handle: JobHandle): Promise<void> =>
          make(ctx, set, plan, handle).finally(() => making.delete(set));
        making.set(set, ctx.jobs.start('export', work, { phase: 'writing', total: selected.rows.length }));
        return find(set);
      },
      'exportSets.list': async () => {
        await expire();
        return { rows: await Promise.all(setRows(db).map(shown)) };
      },
      'exportSets.get': ({ set }) => find(set),
      'exportSets.remove': async ({ set }) => {
        setRow(db, set);
        await ctx.commit([{ type: 'log.noted', body: { code: 'EXPORT_SET_REMOVED', details: {}, about: {} } }]);
        await drop(set);
        return {};
      },
    },
  };
}

function planOf(
  ctx: EngineContext,
  { form }: Pick<Parsed<'exportSets.create'>, 'form'>,
  selected: Selected,
  target: string,
): ExportPlan {
  const madeAt = ctx.now().toISOString();
  return makePlan({ form, container: 'zip', target, madeAt, version: ctx.version }, selected.rows, ctx.objects);
}

/** Writes and reads back the zip. A set that was removed meanwhile leaves nothing behind, and ends as CANCELLED. */
async function make(ctx: EngineContext, set: ExportSetKey, plan: ExportPlan, handle: JobHandle): Promise<void> {
  const images = await written(ctx, set, plan, handle).catch((thrown: unknown) => {
    const error = faultOfTarget(thrown);
    throw failSet(ctx.db, set, error) ? error : new FieldboxError('CANCELLED', {}, error);
  });
  if (images === null) {
    await rm(plan.target, { force: true });
    throw new FieldboxError('CANCELLED');
  }
  await ctx.commit([{ type: 'log.noted', body: { code: 'EXPORT_SET_MADE', details: { images }, about: {} } }]);
}

/** The images in the zip, once the set is ready; null when the set is gone. */
async function written(
  ctx: EngineContext,
  set: ExportSetKey,
  plan: ExportPlan,
  handle: JobHandle,
): Promise<number | null> {
  const outcome = await runInThread(plan, handle.signal, (progress) => handle.update(progress));
  noteDamage(ctx.db, outcome.leftOut);
  const { size } = await stat(plan.target);
  return readySet(ctx.db, set, outcome, size) ? outcome.images : null;
}

/** Whether the gate would let out today what is in a set; what is not in the archive any more may not leave either. */
function stillMayLeave(ctx: EngineContext, { images, form }: ExportSetRow): boolean {
  try {
    const wanted = { patients: [], studies: [], series: [], images, clinicDays: [] };
    return select(ctx.db, wanted, form, RELEASE).leftOut.length === 0;
  } catch (thrown) {
    if (thrown instanceof FieldboxError && thrown.code === 'NOT_FOUND') return false;
    throw thrown;
  }
}

/** Zips that no set knows: of a process that ended while it wrote, or of an index that was lost. */
async function removeStrays({ db, paths }: EngineContext): Promise<void> {
  const known = new Set(setRows(db).map(({ set }) => `${set}.zip`));
  for (const name of await readdir(paths.exportSets)) {
    if (!known.has(name)) await rm(join(paths.exportSets, name), { recursive: true, force: true });
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
