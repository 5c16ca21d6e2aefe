import { actingUser } from '../actor';
import type { EngineContext, IncomingObject } from '../context';
import type { NewRecord } from '../records/record';

/** A commit takes more on until it has this many records. */
const BATCH_RECORDS = 512;

interface Pending {
  readonly records: readonly NewRecord[];
  readonly incoming: readonly IncomingObject[];
  resolve(): void;
  reject(error: unknown): void;
}

/** Commits that are under way: while one is applied to the index the files of the next are flushed. */
const UNDER_WAY = 2;

/**
 * Many small arrivals share a flush: while commits are on their way to the disk the next ones gather (group commit). Each
 * caller is answered only when its own records are durable.
 */
export class CommitBatcher {
  private readonly pending: Pending[] = [];
  private underWay = 0;

  constructor(private readonly ctx: Pick<EngineContext, 'commit'>) {}

  add(records: readonly NewRecord[], incoming: readonly IncomingObject[]): Promise<void> {
    const by = actingUser(); // the flush may run on behalf of somebody else
    const signed = records.map((record) => (record.by === undefined ? { ...record, by } : record));
    return new Promise((resolve, reject) => {
      this.pending.push({ records: signed, incoming, resolve, reject });
      if (this.underWay >= UNDER_WAY) return;
      this.underWay += 1;
      setImmediate(() => void this.drain());
    });
  }

  private async drain(): Promise<void> {
    while (this.pending.length > 0) {
      const batch = this.nextBatch();
      try {
        await this.ctx.commit(
          batch.flatMap((one) => one.records),
          batch.flatMap((one) => one.incoming),
        );
        for (const one of batch) one.resolve();
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    this.underWay -= 1;
  }

  private nextBatch(): readonly Pending[] {
    let records = 0;
    const end = this.pending.findIndex((one) => (records += one.records.length) >= BATCH_RECORDS);
    return this.pending.splice(0, end === -1 ? this.pending.length : end + 1);
  }
}
