import type { Database } from 'better-sqlite3';
import { statement } from '../../archive/index-writer/statements';

/** How many images of a transaction have come, and how many of them were new. */
export interface Counts {
  readonly received: number;
  readonly added: number;
}

/** Transactions whose counts are kept in memory. */
const KEPT = 64;

/**
 * Counts of transactions that images come for at the moment: counted once in the database and carried on from there, since counting
 * them all after every image would cost the more the longer the transaction is.
 */
export class IncomingCounters {
  private readonly kept = new Map<number, Counts>();

  constructor(private readonly db: Database) {}

  of(id: number): Counts {
    const known = this.kept.get(id);
    if (known !== undefined) return known;
    const counts = statement(
      this.db,
      'SELECT count(*) AS received, coalesce(sum(is_new), 0) AS added FROM local_incoming_image WHERE incoming = ?',
    ).get(id) as Counts;
    this.keep(id, counts);
    return counts;
  }

  /** An image has been booked: what was known of it before, and whether it is new now. */
  count(id: number, before: { readonly isNew: number } | undefined, isNew: number): Counts {
    const { received, added } = this.of(id);
    const counts = {
      received: received + (before === undefined ? 1 : 0),
      added: added + Math.max(isNew, before?.isNew ?? 0) - (before?.isNew ?? 0),
    };
    this.keep(id, counts);
    return counts;
  }

  forget(id: number): void {
    this.kept.delete(id);
  }

  forgetAll(): void {
    this.kept.clear();
  }

  private keep(id: number, counts: Counts): void {
    const [oldest] = this.kept.keys();
    if (!this.kept.has(id) && this.kept.size >= KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(id, counts);
  }
}
