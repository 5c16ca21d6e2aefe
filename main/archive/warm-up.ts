import { AnonymisationProfile } from '@shared/model/anonymisation';
import type { WorkerPool } from '../workers/pool';
import type { TaskInput } from '../workers/tasks';

export interface WarmUpTimings {
  /** How long the archive has been open before it begins, milliseconds. */
  readonly afterOpening: number;
  /** How long is waited between two pieces, and until the workers are asked again when they have something else to do. */
  readonly pause: number;
  readonly whenBusy: number;
}

const USUAL_TIMINGS: WarmUpTimings = { afterOpening: 5000, pause: 20, whenBusy: 1000 };

/** Pieces, each of some ten milliseconds. After so many the JavaScript engine has compiled nearly all it ever will. */
const PIECES = 40;
const PATIENTS_IN_A_PIECE = 5;
/** Behind everything that anybody waits for. */
const LAST = -10;

/** As the workers get it of a real image (anonymisation/anonymiser.ts): what is compiled fits objects of this shape. */
const MADE_UP: TaskInput<'warmUp'> = {
  patients: PATIENTS_IN_A_PIECE,
  options: { ...AnonymisationProfile.parse({}), masks: [] },
  key: {
    secret: new Uint8Array(32),
    values: { patientName: 'ANON', patientID: 'ANON', dateShiftDays: -30, extra: [] },
    variant: '',
  },
};

/**
 * Lets the first worker start and compile its code while nothing happens (decision 35): what is read, anonymised or written first
 * would have to wait for it. Only made-up instances in memory are used; nothing depends on it.
 */
export class WarmUp {
  /** Fulfilled when there is nothing more to make ready, or it was stopped. */
  readonly ended: Promise<void>;
  private end: () => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private pieces = 0;

  constructor(
    private readonly pool: Pick<WorkerPool, 'isIdle' | 'run'>,
    private readonly timings: WarmUpTimings = USUAL_TIMINGS,
  ) {
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  start(): void {
    if (this.timer === undefined && !this.stopped) this.schedule(this.timings.afterOpening);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.end();
  }

  private schedule(after: number): void {
    this.timer = setTimeout(() => void this.goOn(), after);
    this.timer.unref();
  }

  private async goOn(): Promise<void> {
    if (!this.pool.isIdle) {
      this.schedule(this.timings.whenBusy);
      return;
    }
    try {
      await this.pool.run('warmUp', MADE_UP, { priority: LAST });
    } catch {
      // The archive is being closed, or the worker has died: whoever needs one next gets another, or hears why not.
      this.stop();
    }
    this.pieces += 1;
    if (this.pieces >= PIECES) this.stop();
    if (!this.stopped) this.schedule(this.timings.pause);
  }
}
