import { rm } from 'node:fs/promises';
import { join } from 'node:path';
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
import { Anonymiser, anonymisingInTurn, type Done, IN_FLIGHT, isFaultOfImage, type Task } from './anonymiser';
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
 * Anonymises the images into the archive, each in one commit: the key's record, then the copy, then, when it stands in the place
 * of the original, what sets that aside. What was made stays when it is cancelled or fails; doing it again completes it. How it
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
      await inParallel(this.prepared.ids, IN_FLIGHT, (id) => this.image(id));
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

  private async image(id: number): Promise<void> {
    if (this.handle.signal.aborted) throw new FieldboxError('CANCELLED');
    const subject = subjectById(this.ctx.db, id);
    if (!subject) return;
    try {
      await this.anonymise(subject);
    } catch (error) {
      if (!isFaultOfImage(error)) throw error;
      this.leftOut.push({ image: subject.image, code: error.code });
    }
    this.tell();
  }

  private async anonymise(subject: Subject): Promise<void> {
    const { anonymiser } = this.prepared;
    const task = await anonymiser.prepare(subject);
    const { paths } = this.ctx;
    if (task.earlier?.isHere) {
      const records = this.aside(subject);
      if (records.length > 0) await this.batcher.add(records, []);
      this.note(task, task.earlier.anonymous);
      this.alreadyThere += 1;
      return;
    }
    const done = await anonymiser.carryOut(
      task,
      this.prepared.request.mode,
      { folder: paths.incoming, objects: paths.objects },
      this.handle.signal,
    );
    await this.store(task, done);
    this.note(task, done.image);
    this.made += 1;
  }

  private async store({ subject }: Task, { image, output, record }: Done): Promise<void> {
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
    const records = [...(record === null ? [] : [record]), stored, ...this.aside(subject)];
    try {
      await this.batcher.add(records, [
        { sha256: image, bytes: output.bytes, role: 'instance', attributes: output.attributes },
      ]);
    } catch (error) {
      if (!(await this.ctx.objects.exists(image))) await rm(join(this.ctx.paths.incoming, image), { force: true });
      throw error;
    }
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
      'SELECT patient.key FROM image JOIN patient ON patient.id = image.patient_id WHERE image.object = ?',
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
