import { createHash } from 'node:crypto';
import type { Outgoing } from '../remote';

/** Sums that are remembered: proof of what was sent is sought soon after. */
const MOST = 4096;

/** MD5 of small files that were sent a moment ago, so that they need not be read once more to be compared. */
export class Sums {
  private readonly known = new Map<string, string>();

  note({ sha256, held = null }: Pick<Outgoing, 'sha256' | 'held'>): void {
    if (held === null) return;
    const [oldest] = this.known.keys();
    if (this.known.size >= MOST && oldest !== undefined) this.known.delete(oldest);
    this.known.set(sha256, createHash('md5').update(held).digest('hex'));
  }

  of({ sha256 }: Pick<Outgoing, 'sha256'>): string | undefined {
    return this.known.get(sha256);
  }
}
