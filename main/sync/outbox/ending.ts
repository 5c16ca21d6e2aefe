import { endedTransactions, type Remote, transactionStand } from '../../archive/outbox/queue';
import type { EngineContext } from '../../archive/context';
import type { RemoteConnection, Trouble } from '../remotes/remote';

/** Ends transactions of one remote of which nothing waits any more, also those that a crash has left so. */
export class Ending {
  /** Numbers of transactions of which items were sent, and that are not ended yet. */
  private readonly touched = new Set<number>();
  private lookedBack = false;

  constructor(private readonly ctx: Pick<EngineContext, 'db'>) {}

  /** An item of a transaction is being sent. */
  touch(number: number): void {
    this.touched.add(number);
  }

  /** Gives why it cannot be said now; null when everything is said. */
  async finish({ remote }: Remote, connected: () => RemoteConnection, signal: AbortSignal): Promise<Trouble | null> {
    const { db } = this.ctx;
    if (!this.lookedBack) for (const { number } of endedTransactions(db, remote)) this.touched.add(number);
    this.lookedBack = true;
    for (const number of [...this.touched]) {
      const stand = transactionStand(db, remote, number);
      if (stand !== undefined && stand.waiting > 0) continue;
      const ended = stand === undefined ? null : connected().finish?.(stand, signal);
      const trouble = (await ended) ?? null;
      if (trouble !== null) return trouble;
      this.touched.delete(number);
    }
    return null;
  }
}
