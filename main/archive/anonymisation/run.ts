import { availableParallelism } from 'node:os';
import type { AnonymisationRequest, AnonymisationResult } from '@shared/contract/anonymisation';
import { asFieldboxError, FieldboxError, type ErrorCode } from '@shared/errors';
import type { AnonymisationKeyId, AnonymisationRunId, ImageId, PatientKey } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { imagesOf } from '../export/selection';
import { statement } from '../index-writer/statements';
import { CommitBatcher } from '../ingest/commit-batcher';
import type { JobHandle } from '../jobs/job-board';
import { forgetUnused } from '../maintenance/remains';
import type { NewRecord } from '../records/record';
import { Anonymiser, anonymisingInTurn, type Done, isFaultOfImage, type Task } from './anonymiser';
import { subjectById, type Subject } from './images';
import { inParallel } from './in-parallel';
import type { SetAside } from './set-aside';

/** What a run needs of the job it runs in; the command line passes its own. */
export type RunHandle = Pick<JobHandle, 'signal' | 'update'>;

/** An act that was checked and can begin. */
export interface Prepared {
  readonly run: AnonymisationRunId;
  readonly request: AnonymisationRequest;
  readonly ids: readonly number[];
  readonly anonymiser: Anonymiser;
}

/**
 * Checks everything that can be checked before anything is done. Throws NOT_FOUND, ANONYMISE_NOTHING, ANONYMISE_TAG_PATH,
 * ANONYMISE_ONE_NUMBER, ANONYMISE_NAME_TAKEN, ANONYMISE_AREA_OUTSIDE.
 */
export function prepareRun(
  ctx: EngineContext,
  request: AnonymisationRequest,
  run: AnonymisationRunId,
  setAside: SetAside,
): Prepared {
  if (request.mode === 'replace') setAside([], 'anonymised');
  const ids = imagesOf(ctx.db, request.selection);
  if (ids.length === 0) throw new FieldboxError('ANONYMISE_NOTHING');
  const anonymiser = new Anonymiser(ctx, request);
  anonymiser.requireDistinct(ids);
  return { run, request, ids, anonymiser };
}

/**
 * Anonymises the images into the archive, each in one commit: what its key remembers of it, then the copy, then, when it stands in
 * the place of the original, what sets that aside. What was made stays when it is cancelled or fails; doing it again completes it. How it
 * ended is recorded and given. Throws DISK_* when not even that can be written down.
 */
export async function carryOutRun(
  ctx: EngineContext,
  prepared: Prepared,
  handle: RunHandle,
  setAside: SetAside,
): Promise<{ readonly result: AnonymisationResult; readonly failure: FieldboxError | null }> {
  const work = new Run(ctx, prepared, handle, setAside);
  return anonymisingInTurn(ctx)(() => work.carryOut());
}

/** What a worker gets at once: enough that handing it over counts for little, and little enough that others get their turn. */
const PORTION = { images: 96, bytes: 8 * 1024 * 1024 } as const;

/** Images that are looked up, and get their keys, together; of the first ones as many as a worker gets, so that it can begin. */
const PREPARED_AT_ONCE = { first: PORTION.images, later: 3 * PORTION.images } as const;

/** Portions with a worker, waiting for one, or being stored: few enough to keep memory flat. */
const PORTIONS_UNDER_WAY = 8;

/**
 * Workers that small images without areas use at once: the index has about as much to do with them in this thread, and one more
 * worker than there are cores left would only be in its way. Each has its next portion before it has finished one.
 */
const WORKERS_FOR_SMALL = Math.max(1, availableParallelism() - 1);

function* inPortions(tasks: readonly Task[]): Generator<readonly Task[]> {
  let portion: Task[] = [];
  let bytes = 0;
  for (const task of tasks) {
    portion.push(task);
    bytes += task.subject.bytes;
    if (portion.length < PORTION.images && bytes < PORTION.bytes) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (portion.length > 0) yield portion;
}

/** Whether their pixels are only copied, and are few. */
function areSmall(tasks: readonly Task[]): boolean {
  const bytes = tasks.reduce((sum, { subject }) => sum + subject.bytes, 0);
  return bytes < PORTION.bytes && tasks.every(({ areas }) => areas.length === 0);
}

class Run {
  private readonly batcher: CommitBatcher;
  private readonly startedAt: string;
  private readonly leftOut: { image: ImageId; code: ErrorCode }[] = [];
  private readonly keys = new Set<AnonymisationKeyId>();
  private readonly patients = new Map<AnonymisationKeyId, PatientKey>();
  private made = 0;
  private alreadyThere = 0;

  constructor(
    private readonly ctx: EngineContext,
    private readonly prepared: Prepared,
    private readonly handle: RunHandle,
    private readonly setAside: SetAside,
  ) {
    this.batcher = new CommitBatcher(ctx);
    this.startedAt = ctx.now().toISOString();
  }

  async carryOut(): Promise<{ readonly result: AnonymisationResult; readonly failure: FieldboxError | null }> {
    let failure: FieldboxError | null = null;
    this.tell();
    try {
      await inParallel(this.portions(), PORTIONS_UNDER_WAY, (tasks) =>
        this.ctx.arrivals.during(() => this.anonymise(tasks)),
      );
    } catch (error) {
      failure = asFieldboxError(error);
    }
    const { run, request, ids } = this.prepared;
    const result: AnonymisationResult = {
      run,
      mode: request.mode,
      state: failure === null ? 'done' : failure.code === 'CANCELLED' ? 'cancelled' : 'failed',
      startedAt: this.startedAt,
      finishedAt: this.ctx.now().toISOString(),
      images: ids.length,
      made: this.made,
      alreadyThere: this.alreadyThere,
      leftOut: this.leftOut,
      patients: [...this.patients.values()],
      keys: [...this.keys],
    };
    try {
      await this.ctx.commit([{ type: 'anonymisation.finished', body: result }]);
    } catch (error) {
      // When the disk is full the end cannot be written either; the act has then failed for that reason already.
      if (failure === null) throw error;
    }
    if (request.mode === 'replace') await forgetUnused(this.ctx);
    return { result, failure };
  }

  /**
   * The images, in the portions in which workers get them. What has an earlier result here, or cannot be done, is dealt with on the
   * way.
   */
  private async *portions(): AsyncGenerator<readonly Task[]> {
    const { ids, anonymiser } = this.prepared;
    for (let at = 0; at < ids.length;) {
      this.throwIfCancelled();
      const together = ids.slice(at, at + (at === 0 ? PREPARED_AT_ONCE.first : PREPARED_AT_ONCE.later));
      at += together.length;
      const subjects = together.flatMap((id) => subjectById(this.ctx.db, id) ?? []);
      const outcomes = await anonymiser.prepareTogether(subjects);
      const tasks = outcomes.flatMap((outcome, index) => {
        if (!(outcome instanceof FieldboxError)) return [outcome];
        this.leaveOut(subjects[index], outcome);
        return [];
      });
      await this.keepEarlier(tasks.filter((task) => task.earlier?.isHere));
      this.tell();
      yield* inPortions(tasks.filter((task) => !task.earlier?.isHere));
    }
  }

  /** Images whose results of an earlier time are here: only what sets the original aside is still to be done. */
  private async keepEarlier(tasks: readonly Task[]): Promise<void> {
    const records = tasks.flatMap(({ subject }) => this.aside(subject));
    if (records.length > 0) await this.batcher.add(records, []);
    for (const task of tasks) if (task.earlier) this.note(task, task.earlier.anonymous);
    this.alreadyThere += tasks.length;
  }

  private async anonymise(tasks: readonly Task[]): Promise<void> {
    const { paths } = this.ctx;
    const outcomes = await this.prepared.anonymiser.carryOutTogether(
      tasks,
      this.prepared.request.mode,
      { folder: paths.incoming, objects: paths.objects },
      this.handle.signal,
      areSmall(tasks) ? WORKERS_FOR_SMALL : undefined,
    );
    const made: { readonly task: Task; readonly done: Done }[] = [];
    const faults: FieldboxError[] = [];
    tasks.forEach((task, at) => {
      const outcome = outcomes[at] ?? new FieldboxError('INTERNAL');
      if (!(outcome instanceof FieldboxError)) made.push({ task, done: outcome });
      else if (isFaultOfImage(outcome)) this.leaveOut(task.subject, outcome);
      else faults.push(outcome);
    });
    await this.store(made);
    for (const { task, done } of made) this.note(task, done.image);
    this.made += made.length;
    this.tell();
    if (faults[0]) throw faults[0];
  }

  private async store(made: readonly { readonly task: Task; readonly done: Done }[]): Promise<void> {
    if (made.length === 0) return;
    await this.batcher.add(
      made.flatMap(({ task, done }) => this.recordsOf(task, done)),
      made.map(({ done: { image, output } }) => ({
        sha256: image,
        bytes: output.bytes,
        role: 'instance',
        attributes: output.attributes,
      })),
    );
  }

  private recordsOf({ subject }: Task, { image, output, record }: Done): readonly NewRecord[] {
    const stored: NewRecord = {
      type: 'object.stored',
      body: {
        image,
        bytes: output.bytes,
        sourceObject: null,
        source: 'anonymisation',
        session: null,
        path: '',
        entry: '',
        patient: null,
        clinic: null,
        station: null,
        kind: subject.kind,
        takenAt: this.prepared.request.profile.dates === 'full' ? subject.takenAt : null,
      },
    };
    return [...(record === null ? [] : [record]), stored, ...this.aside(subject)];
  }

  private leaveOut(subject: Subject | undefined, { code }: FieldboxError): void {
    if (subject) this.leftOut.push({ image: subject.image, code });
  }

  private throwIfCancelled(): void {
    if (this.handle.signal.aborted) throw new FieldboxError('CANCELLED');
  }

  private aside(subject: Subject): readonly NewRecord[] {
    return this.prepared.request.mode === 'replace' ? this.setAside([subject.image], 'anonymised') : [];
  }

  /** Remembers whose copies there are now. */
  private note({ key }: Task, image: ImageId): void {
    this.keys.add(key.key);
    if (this.patients.has(key.key)) return;
    const row = statement(
      this.ctx.db,
      'SELECT patient.key FROM image JOIN patient ON patient.id = image.patient_id WHERE image.object = +?',
    ).get(image) as { key: PatientKey } | undefined;
    if (row) this.patients.set(key.key, row.key);
  }

  private tell(): void {
    const rejected = this.leftOut.length;
    this.handle.update({
      phase: 'anonymising',
      done: this.made + this.alreadyThere + rejected,
      total: this.prepared.ids.length,
      added: this.made,
      alreadyStored: this.alreadyThere,
      rejected,
    });
  }
}
