import { setImmediate as nextTurn } from 'node:timers/promises';
import { FieldboxError } from '@shared/errors';

/** Work at a stretch, in milliseconds, before others have their turn. */
const STRETCH_MS = 4;

/** Lets long work in the engine's own thread make room for everything else, and ends it when asked to. */
export class Breath {
  private since = performance.now();

  constructor(readonly signal: AbortSignal) {}

  /** Gives others a turn when it is time. Throws CANCELLED. */
  async take(): Promise<void> {
    if (performance.now() - this.since >= STRETCH_MS) {
      await nextTurn();
      this.since = performance.now();
    }
    if (this.signal.aborted) throw new FieldboxError('CANCELLED');
  }
}
