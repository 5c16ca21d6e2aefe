import { Worker, type Transferable } from 'node:worker_threads';
import { FieldboxError, fromWire } from '@shared/errors';
import { workerUrl } from '../platform/worker-url';
import type { TaskReply, TaskRequest } from './protocol';
import type { TaskInput, TaskName, TaskOutput } from './tasks';

export interface RunOptions {
  /** Higher goes first: what a person looks at before what runs in the background. Default 0. */
  readonly priority?: number;
  /** The worker is ended and the task fails with TIMED_OUT after this long. Default two minutes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * What a raised signal does to a task that runs already: 'stop' ends its worker (the default, for what may take long),
   * 'finish' lets it come to its end, because a new worker would cost more than a short task.
   */
  readonly whenAborted?: 'stop' | 'finish';
  readonly transfer?: readonly Transferable[];
  /**
   * At most so many workers do tasks of this name at once. Each of them is sent one more before it has finished, and begins it
   * without waiting for this thread. For short tasks that may be begun twice: one that was sent ahead to a worker that dies goes
   * to another. Once sent such a task comes to its end, as with `whenAborted: 'finish'`.
   */
  readonly most?: number;
}

interface Waiting {
  readonly request: TaskRequest;
  readonly options: RunOptions;
  readonly order: number;
  resolve(output: unknown): void;
  reject(error: Error): void;
}

interface Seat {
  worker: Worker;
  running: { task: Waiting; timer: NodeJS.Timeout } | null;
  /** What was sent to the worker ahead: it begins it when it has finished what runs. */
  next: Waiting | null;
}

const DEFAULT_TIMEOUT_MS = 120_000;
/** Heap of one worker; a file that makes its reader want more is put aside, the app lives on. */
const MAX_OLD_GENERATION_MB = 1024;

/**
 * A few worker threads that touch untrusted bytes. A worker that dies, runs out of memory or takes too long is replaced;
 * only the task it had fails (WORKER_DIED, TIMED_OUT). Workers start when first needed.
 */
export class WorkerPool {
  private readonly seats: Seat[] = [];
  private readonly waiting: Waiting[] = [];
  private nextId = 1;
  private closed = false;

  constructor(private readonly size: number) {}

  /** Runs one task. Throws the FieldboxError of the task, WORKER_DIED, TIMED_OUT or CANCELLED. */
  run<N extends TaskName>(task: N, input: TaskInput<N>, options: RunOptions = {}): Promise<TaskOutput<N>> {
    if (this.closed) return Promise.reject(new FieldboxError('ARCHIVE_CLOSED'));
    if (options.signal?.aborted) return Promise.reject(new FieldboxError('CANCELLED'));
    const id = this.nextId++;
    return new Promise<TaskOutput<N>>((resolve, reject) => {
      const waiting: Waiting = {
        request: { id, task, input },
        options,
        order: id,
        // The worker answers with the output of the task it was sent; the registry ties the two types together.
        resolve: (output) => {
          options.signal?.removeEventListener('abort', cancel);
          resolve(output as TaskOutput<N>);
        },
        reject: (error) => {
          options.signal?.removeEventListener('abort', cancel);
          reject(error);
        },
      };
      const cancel = (): void => this.cancel(waiting);
      options.signal?.addEventListener('abort', cancel, { once: true });
      this.enqueue(waiting);
      this.dispatch();
    });
  }

  /** Whether nobody waits for a task and none runs. */
  get isIdle(): boolean {
    return this.waiting.length === 0 && this.seats.every(({ running }) => running === null);
  }

  /** Ends all workers; waiting tasks fail with ARCHIVE_CLOSED. */
  async close(): Promise<void> {
    this.closed = true;
    for (const waiting of this.waiting.splice(0)) waiting.reject(new FieldboxError('ARCHIVE_CLOSED'));
    await Promise.all(
      this.seats.splice(0).map(async (seat) => {
        if (seat.running) {
          clearTimeout(seat.running.timer);
          seat.running.task.reject(new FieldboxError('ARCHIVE_CLOSED'));
          seat.running = null;
        }
        seat.next?.reject(new FieldboxError('ARCHIVE_CLOSED'));
        seat.next = null;
        await seat.worker.terminate();
      }),
    );
  }

  private enqueue(task: Waiting): void {
    const priority = task.options.priority ?? 0;
    const at = this.waiting.findIndex((other) => (other.options.priority ?? 0) < priority);
    if (at === -1) this.waiting.push(task);
    else this.waiting.splice(at, 0, task);
  }

  private dispatch(): void {
    for (let at = 0; at < this.waiting.length;) {
      const task = this.waiting[at];
      const seat = task && this.seatFor(task);
      if (seat) {
        this.waiting.splice(at, 1);
        seat.worker.ref();
        seat.worker.postMessage(task.request, task.options.transfer);
        if (seat.running === null) this.begin(seat, task);
        else seat.next = task;
      } else if (task?.options.most === undefined) return;
      else at += 1; // there may be room for others
    }
  }

  private seatFor({ request, options }: Waiting): Seat | null {
    if (options.most !== undefined) {
      const same = this.seats.filter(({ running }) => running?.task.request.task === request.task);
      if (same.length >= options.most) return same.find(({ next }) => next === null) ?? null;
    }
    return this.seats.find(({ running }) => running === null) ?? this.openSeat();
  }

  private begin(seat: Seat, task: Waiting): void {
    const timer = setTimeout(
      () => this.fail(seat, new FieldboxError('TIMED_OUT')),
      task.options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
    seat.running = { task, timer };
  }

  private openSeat(): Seat | null {
    if (this.seats.length >= this.size) return null;
    const seat: Seat = { worker: this.startWorker(), running: null, next: null };
    this.listen(seat);
    this.seats.push(seat);
    return seat;
  }

  private startWorker(): Worker {
    const worker = new Worker(workerUrl('task'), { resourceLimits: { maxOldGenerationSizeMb: MAX_OLD_GENERATION_MB } });
    worker.unref();
    return worker;
  }

  private listen(seat: Seat): void {
    const { worker } = seat;
    worker.on('message', (reply: TaskReply) => this.finish(seat, reply));
    worker.on('error', (error: Error) => {
      if (seat.worker === worker) this.fail(seat, new FieldboxError('WORKER_DIED', {}, error));
    });
    worker.on('exit', () => {
      if (seat.worker === worker && !this.closed) this.fail(seat, new FieldboxError('WORKER_DIED'));
    });
  }

  private finish(seat: Seat, reply: TaskReply): void {
    const { running } = seat;
    if (!running || running.task.request.id !== reply.id) return;
    clearTimeout(running.timer);
    const { next } = seat;
    seat.running = null;
    seat.next = null;
    if (next) this.begin(seat, next);
    else seat.worker.unref();
    if (reply.ok) running.task.resolve(reply.output);
    else running.task.reject(Object.assign(fromWire(reply.error), { trace: reply.trace }));
    this.dispatch();
  }

  /** The worker of this seat is no longer to be trusted: its task fails and a new worker takes the seat. */
  private fail(seat: Seat, error: FieldboxError): void {
    const { running, next, worker } = seat;
    if (running) {
      clearTimeout(running.timer);
      running.task.reject(error);
    }
    if (next) this.waiting.unshift(next);
    seat.running = null;
    seat.next = null;
    worker.removeAllListeners();
    worker.on('error', () => undefined); // a dying worker may still report; its task has been answered
    void worker.terminate();
    const index = this.seats.indexOf(seat);
    if (index !== -1) this.seats.splice(index, 1);
    if (!this.closed) this.dispatch();
  }

  private cancel(task: Waiting): void {
    const at = this.waiting.indexOf(task);
    if (at !== -1) {
      this.waiting.splice(at, 1);
      task.reject(new FieldboxError('CANCELLED'));
      return;
    }
    if (task.options.whenAborted === 'finish' || task.options.most !== undefined) return;
    const seat = this.seats.find((s) => s.running?.task === task);
    if (seat) this.fail(seat, new FieldboxError('CANCELLED'));
  }
}
