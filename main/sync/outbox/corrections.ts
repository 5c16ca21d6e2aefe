import type { ImageId, RemoteKey } from '@shared/model/ids';
import { actAs } from '../../archive/actor';
import { type OlderLeft, olderLeft } from '../../archive/outbox/views';
import { HttpFailure } from '../http/trouble';
import type { Outgoing, RemoteConnection } from '../remotes/remote';
import type { WorkerParts } from './worker-parts';

/** Stands in the records as the reason why an older version is not there any more. */
const REASON = 'corrected';

/**
 * What becomes of older versions at one remote once a newer one is proven there. What cannot be taken away now is tried again, also
 * after a start; until then the ledger says that the older version is there.
 */
export class Corrections {
  /** Something may be left to take away, at a start by what a crash has left. */
  private due = true;
  /** When to try next, on the steady clock. */
  private nextTry = 0;
  private failures = 0;
  /** Not to be taken away from there. */
  private readonly kept = new Set<ImageId>();
  /** Failed before; the others come first. */
  private readonly failed = new Set<ImageId>();

  constructor(
    private readonly parts: Pick<WorkerParts, 'ctx' | 'withdraws' | 'backOff' | 'onFault'>,
    private readonly remote: RemoteKey,
  ) {}

  /** When something is to be taken away, on the steady clock; null when nothing is left. */
  get next(): number | null {
    return this.due && this.left().length > 0 ? this.nextTry : null;
  }

  forgetFailures(): void {
    this.failures = 0;
    this.nextTry = 0;
  }

  /** A newer version is proven. `gone`: older ones that the driver has seen to be gone. */
  async proven({ older }: Pick<Outgoing, 'older'>, gone: readonly ImageId[]): Promise<void> {
    for (const { image } of older) {
      if (gone.includes(image)) await this.noteGone(image);
      else this.due = true;
    }
  }

  /** An older version is there that nobody knew of: its newer one may be proven already. */
  look(): void {
    this.due = true;
  }

  /** Takes away what can be. One that fails waits for longer each time, and holds up nothing else. */
  async finish(connected: () => RemoteConnection, signal: AbortSignal): Promise<void> {
    if (!this.due || performance.now() < this.nextTry) return;
    const left = this.left();
    this.due = left.length > 0;
    for (const each of left) {
      if (signal.aborted) return;
      try {
        await this.takeAway(each, connected(), signal);
      } catch (error) {
        this.tryLater(each, error, signal);
        return;
      }
    }
    this.due = false;
    this.failures = 0;
  }

  private left(): readonly OlderLeft[] {
    if (!this.parts.withdraws) return [];
    const left = olderLeft(this.parts.ctx.db, this.remote).filter(({ older }) => !this.kept.has(older));
    return [
      ...left.filter(({ older }) => !this.failed.has(older)),
      ...left.filter(({ older }) => this.failed.has(older)),
    ];
  }

  private async takeAway(
    { older, newer }: OlderLeft,
    connection: RemoteConnection,
    signal: AbortSignal,
  ): Promise<void> {
    if ((await connection.withdrawOlder?.(older, newer, signal)) === true) await this.noteGone(older);
    else this.kept.add(older);
    this.failed.delete(older);
  }

  private tryLater({ older }: OlderLeft, error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (!(error instanceof HttpFailure)) this.parts.onFault(error);
    this.failed.add(older);
    this.failures += 1;
    this.nextTry = performance.now() + this.parts.backOff(this.failures);
  }

  /** Nobody's act: whoever corrected the image and sent it is named there. */
  private async noteGone(image: ImageId): Promise<void> {
    const body = { remote: this.remote, image, reason: REASON };
    await actAs(null, () => this.parts.ctx.commit([{ type: 'remote.withdrawn', by: null, body }]));
  }
}
