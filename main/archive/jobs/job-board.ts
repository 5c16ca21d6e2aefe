import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { z } from 'zod';
import type { Job as JobSchema } from '@shared/contract/archive';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import { JobId } from '@shared/model/ids';

export type Job = z.infer<typeof JobSchema>;
export type JobUpdate = Partial<Omit<Job, 'job' | 'type' | 'state' | 'startedAt' | 'error'>>;

/** What a running task holds: it reports progress and watches for cancelling. */
export interface JobHandle {
  readonly job: JobId;
  readonly signal: AbortSignal;
  update(changes: JobUpdate): void;
}

const FINISHED_KEPT = 50;
/** Progress goes out at most this often. */
const EVENT_INTERVAL_MS = 150;

/** Long tasks: started, shown, cancelled, remembered for a while. */
export class JobBoard {
  private readonly jobs = new Map<
    JobId,
    { job: Job; abort: AbortController; settled: Promise<void>; lastEvent: number }
  >();

  private closed = false;

  constructor(
    private readonly emit: (job: Job) => void,
    private readonly now: () => Date,
  ) {}

  /**
   * Starts a task. It may throw: FieldboxError CANCELLED ends it as cancelled, everything else as failed. Both are shown to
   * the person, so nothing is lost by not awaiting.
   */
  start(type: Job['type'], run: (handle: JobHandle) => Promise<void>, first: JobUpdate = {}): JobId {
    const id = JobId.parse(randomUUID());
    const abort = new AbortController();
    if (this.closed) abort.abort();
    setMaxListeners(0, abort.signal); // every file on its way listens
    const job: Job = {
      job: id,
      type,
      state: 'running',
      startedAt: this.now().toISOString(),
      done: 0,
      total: 0,
      bytesDone: 0,
      bytesTotal: 0,
      added: 0,
      alreadyStored: 0,
      rejected: 0,
      phase: 'reading',
      importSession: null,
      exportKey: null,
      anonymisationRun: null,
      error: null,
      ...first,
    };
    const entry = { job, abort, settled: Promise.resolve(), lastEvent: Number.NEGATIVE_INFINITY };
    this.jobs.set(id, entry);
    this.emit(job);
    const handle: JobHandle = { job: id, signal: abort.signal, update: (changes) => this.update(id, changes) };
    entry.settled = run(handle).then(
      () => this.finish(id, 'done', null),
      (thrown: unknown) => {
        const error = asFieldboxError(thrown);
        if (error.code === 'CANCELLED') this.finish(id, 'cancelled', null);
        else this.finish(id, 'failed', { code: error.code, details: { ...error.details } }, error);
      },
    );
    return id;
  }

  list(): Job[] {
    return [...this.jobs.values()].map((entry) => entry.job);
  }

  /** Asks a job to stop. Throws NOT_FOUND. */
  cancel(id: JobId): void {
    const entry = this.jobs.get(id);
    if (!entry) throw new FieldboxError('NOT_FOUND', { what: id });
    entry.abort.abort();
  }

  /** Waits for a job and gives its end state. Throws NOT_FOUND. */
  async settled(id: JobId): Promise<Job> {
    const entry = this.jobs.get(id);
    if (!entry) throw new FieldboxError('NOT_FOUND', { what: id });
    await entry.settled;
    return entry.job;
  }

  /** Cancels everything and waits until all have ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const entry of this.jobs.values()) entry.abort.abort();
    await Promise.all([...this.jobs.values()].map((entry) => entry.settled));
  }

  private update(id: JobId, changes: JobUpdate): void {
    const entry = this.jobs.get(id);
    if (!entry || entry.job.state !== 'running') return;
    entry.job = { ...entry.job, ...changes };
    const at = performance.now();
    if (at - entry.lastEvent >= EVENT_INTERVAL_MS) {
      entry.lastEvent = at;
      this.emit(entry.job);
    }
  }

  private finish(id: JobId, state: Job['state'], error: Job['error'], cause?: FieldboxError): void {
    const entry = this.jobs.get(id);
    if (!entry) return;
    entry.job = { ...entry.job, state, error };
    this.failures.set(id, cause);
    this.emit(entry.job);
    const finished = [...this.jobs.entries()].filter(([, other]) => other.job.state !== 'running');
    for (const [old] of finished.slice(0, Math.max(0, finished.length - FINISHED_KEPT))) {
      this.jobs.delete(old);
      this.failures.delete(old);
    }
  }

  private readonly failures = new Map<JobId, FieldboxError | undefined>();

  /** The error a failed job ended with, with its technical cause, for the log and the command line. */
  failureOf(id: JobId): FieldboxError | undefined {
    return this.failures.get(id);
  }
}
