import { randomUUID } from 'node:crypto';
import type { Handlers, Parsed } from '@shared/contract';
import { ExportResult } from '@shared/contract/release';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import { ExportKey } from '@shared/model/ids';
import { Anonymiser } from '../anonymisation/anonymiser';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { requireRoomFor, stageAnonymised, stagedAsTheyAre, type Staged } from './anonymised-rows';
import { runInThread } from './export-thread';
import type { ExportHandle } from './handle';
import { makePlan, type PlanHead } from './make-plan';
import { select, type Selected, type SelectedRow } from './selection';
import { findExport, listExports, noteDamage, saveExport } from './store';
import { checkTarget } from './target';

export type ExportRequest = Parsed<'export.start'>;

/** Exports this process is carrying out; a row that says "running" and is not among them was cut off. */
const running = new Set<string>();

/** Who lets it out: the person the export is made for. */
const release = () => ({ purpose: 'export', person: actingUser() }) as const;

/** The export verbs. */
export function createRelease(
  ctx: EngineContext,
): Handlers<'export.preview' | 'export.start' | 'export.list' | 'export.get'> {
  return {
    'export.preview': async ({ selection, form }) => {
      const selected = select(ctx.db, selection, form, { ...release(), recipient: 'preview' });
      return Promise.resolve({
        patients: new Set(selected.rows.map((row) => row.patientId)).size,
        studies: new Set(selected.rows.map((row) => row.studyId)).size,
        images: selected.rows.length,
        bytes: selected.rows.reduce(
          (sum, row) => sum + (form === 'originals' ? (row.sourceBytes ?? row.bytes) : row.bytes),
          0,
        ),
        leftOut: [...selected.leftOut],
      });
    },
    'export.start': async (request) => {
      const prepared = await prepare(ctx, request);
      const job = ctx.jobs.start(
        'export',
        async (handle) => {
          const result = await carryOut(ctx, prepared, handle);
          if (result.error !== null) throw prepared.failure ?? new FieldboxError('INTERNAL');
        },
        { phase: 'writing', exportKey: prepared.exportKey, total: prepared.selected.rows.length },
      );
      return { job, exportKey: prepared.exportKey };
    },
    'export.list': async ({ limit }) => Promise.resolve({ rows: listExports(ctx.db, limit).map(truthful) }),
    'export.get': async ({ exportKey }) => {
      const found = findExport(ctx.db, exportKey);
      if (!found) throw new FieldboxError('NOT_FOUND', { what: `export ${exportKey}` });
      return Promise.resolve(truthful(found));
    },
  };
}

/**
 * Exports and waits for the end, for the command line. Gives the result whether it is proven, failed or cancelled; throws
 * what `export.start` throws when nothing could be begun.
 */
export async function runExport(
  ctx: EngineContext,
  request: ExportRequest,
  handle: ExportHandle,
): Promise<ExportResult> {
  return carryOut(ctx, await prepare(ctx, request), handle);
}

/** The image as its DICOM object, under a name that says so. */
function asDicom(row: SelectedRow): SelectedRow {
  if (row.sourceObject === null) return row;
  return { ...row, sourceObject: null, sourceBytes: null, sourceState: null, fileName: '' };
}

interface Prepared {
  readonly exportKey: ExportKey;
  readonly selected: Selected;
  readonly head: PlanHead;
  /** Null when the images go as they are. */
  readonly anonymiser: Anonymiser | null;
  readonly started: ExportResult;
  /** The error it ended with, with its technical cause. */
  failure: FieldboxError | null;
}

/** Finds out what goes where and that it can; notes the export as begun. */
async function prepare(ctx: EngineContext, request: ExportRequest): Promise<Prepared> {
  const { form, container, target } = request;
  const found = select(ctx.db, request.selection, form, { ...release(), recipient: container });
  const selected = request.dicomOnly === true ? { ...found, rows: found.rows.map(asDicom) } : found;
  if (selected.rows.length === 0) throw new FieldboxError('EXPORT_NOTHING');
  const startedAt = ctx.now().toISOString();
  const head: PlanHead = { form, container, target, madeAt: startedAt, version: ctx.version };
  await checkTarget(makePlan(head, selected.rows, ctx.objects), ctx.paths.root);
  const anonymiser = request.anonymise === undefined ? null : new Anonymiser(ctx, request.anonymise);
  if (anonymiser) {
    anonymiser.requireDistinct(selected.rows.map((row) => row.id));
    await requireRoomFor(selected.rows, ctx.paths.incoming);
  }
  const exportKey = ExportKey.parse(randomUUID());
  const started = ExportResult.parse({
    exportKey,
    form,
    container,
    target,
    anonymised: anonymiser !== null,
    startedAt,
    finishedAt: null,
    state: 'running',
    images: selected.rows.length,
    files: 0,
    bytes: 0,
    verified: 0,
    leftOut: selected.leftOut,
    error: null,
  });
  running.add(exportKey);
  saveExport(ctx.db, started);
  return { exportKey, selected, head, anonymiser, started, failure: null };
}

/** Runs the plan, records how it ended, and gives that. Throws DISK_* when not even that can be written down. */
async function carryOut(ctx: EngineContext, prepared: Prepared, handle: ExportHandle): Promise<ExportResult> {
  try {
    const result = await run(ctx, prepared, handle);
    await ctx.commit([{ type: 'export.finished', body: { exportKey: prepared.exportKey, result } }]);
    return result;
  } finally {
    running.delete(prepared.exportKey);
  }
}

async function run(ctx: EngineContext, prepared: Prepared, handle: ExportHandle): Promise<ExportResult> {
  const { head, selected, started, anonymiser } = prepared;
  const { rows } = selected;
  let staged: Staged | null = null;
  try {
    staged = anonymiser
      ? await stageAnonymised(ctx, rows, anonymiser, { handle, name: prepared.exportKey })
      : stagedAsTheyAre(ctx, rows);
    if (staged.rows.length === 0) throw new FieldboxError('EXPORT_NOTHING');
    const asked = staged.asked;
    const plan = makePlan(head, staged.rows, staged.objects);
    const outcome = await runInThread(plan, handle.signal, (progress) => handle.update(progress));
    noteDamage(ctx.db, outcome.leftOut);
    return {
      ...started,
      state: 'proven',
      finishedAt: ctx.now().toISOString(),
      images: outcome.images,
      files: outcome.files,
      bytes: outcome.bytes,
      verified: outcome.verified,
      leftOut: [
        ...selected.leftOut,
        ...staged.leftOut,
        ...outcome.leftOut.map(({ image, code }) => ({ image: asked(image), code })),
      ],
    };
  } catch (thrown) {
    const error = asFieldboxError(thrown);
    prepared.failure = error;
    return {
      ...started,
      state: error.code === 'CANCELLED' ? 'cancelled' : 'failed',
      finishedAt: ctx.now().toISOString(),
      images: 0,
      leftOut: [...selected.leftOut, ...(staged?.leftOut ?? [])],
      error: { code: error.code, details: { ...error.details } },
    };
  } finally {
    await staged?.remove();
  }
}

/** A row that says "running" although this process is not at it was cut off by a crash or a power cut. */
function truthful(result: ExportResult): ExportResult {
  return result.state === 'running' && !running.has(result.exportKey)
    ? { ...result, state: 'interrupted', images: 0 }
    : result;
}
