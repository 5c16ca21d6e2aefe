import { z } from 'zod';
import type { QueuedItem } from '../../archive/outbox/queue';
import type { DriverMemory } from '../remotes/memory';
import { itemName } from './item-name';

const MEMORY = 'suspects';
/** More are not remembered over a restart. */
const MOST_REMEMBERED = 500;
const Remembered = z.array(z.tuple([z.string(), z.int()]));

/** What is sent next: several at once, or one by itself. */
export interface Choice {
  readonly items: readonly QueuedItem[];
  /** The remote has failed with it before: it goes by itself, so that it is seen what it does. */
  readonly alone: boolean;
}

/**
 * Items during whose sending the remote as such failed: it broke off, fell silent or had a fault of its own. Mostly that is the
 * link's doing; but there are images that a server cannot stand, and those would hold up all others for ever if they were tried
 * first each time. So whatever has not met such a failure goes before, and of the others one at a time; also after a restart.
 */
export class Suspects {
  private readonly met: Map<string, number>;

  constructor(private readonly memory: Pick<DriverMemory, 'remember' | 'recall'>) {
    this.met = new Map(Remembered.parse(JSON.parse(memory.recall(MEMORY) ?? '[]')));
  }

  get size(): number {
    return this.met.size;
  }

  has(item: QueuedItem): boolean {
    return this.met.has(itemName(item));
  }

  /** The remote has failed while this item was under way. */
  add(name: string): void {
    this.met.set(name, (this.met.get(name) ?? 0) + 1);
    this.keep();
  }

  forget(name: string): void {
    if (this.met.delete(name)) this.keep();
  }

  /** Of items in their order: up to `most` that are not under suspicion, else the one with which the remote failed least often. */
  choose(items: readonly QueuedItem[], most: number): Choice {
    const clear = items.filter((item) => !this.has(item));
    if (clear.length > 0) return { items: clear.slice(0, most), alone: false };
    const times = (item: QueuedItem): number => this.met.get(itemName(item)) ?? 0;
    const [first] = [...items].sort((a, b) => times(a) - times(b));
    return { items: first === undefined ? [] : [first], alone: true };
  }

  private keep(): void {
    const last = [...this.met].slice(-MOST_REMEMBERED);
    this.memory.remember(MEMORY, last.length === 0 ? null : JSON.stringify(last));
  }
}
