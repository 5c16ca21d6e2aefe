import type { HttpAnswer } from '../http/client';
import { troubleOf } from '../http/trouble';
import type { Outgoing, SendHooks, SendOutcome } from './remote';
import { type Leaver, stillLeaving, type Waiting } from './waiting';

/** Requests at once. */
const REQUESTS = 3;
/** Small images in one request, at most so many and so many bytes. */
const MOST_TOGETHER = 16;
const MOST_BYTES = 4 * 1024 * 1024;
/** Images that may wait here for a request, so that there are some to go together. */
export const WAITING = REQUESTS * MOST_TOGETHER;

/** What the answer to a request says. */
export interface Told {
  /** It is about the server as such, whatever was sent. */
  readonly isTrouble: boolean;
  /** What it says of an image by its name; null when it does not name it. */
  named(item: Outgoing): SendOutcome | null;
  /** What it means for an image that was sent by itself, or for each of several where it is about the server. */
  outcome(item: Outgoing): SendOutcome;
}

/** How a kind of server is sent several images at once. */
export interface SendsTogether {
  /** What tells an image from others there: two of the same never go in one request. */
  name(item: Outgoing): string;
  /** One image, or several small ones that are held in memory. Throws HttpFailure. */
  ask(group: readonly [Leaver, ...Leaver[]]): Promise<HttpAnswer>;
  read(answer: HttpAnswer): Told;
}

/**
 * Small images that wait at the same moment go in one request to servers whose answer names each of them. One that it does not name
 * is sent again by itself, and a server that refuses a request of several as a whole gets single ones from then on.
 */
export class Together {
  private readonly waiting: Waiting[] = [];
  private underWay = 0;
  private together = MOST_TOGETHER;
  private isPlanned = false;

  constructor(private readonly server: SendsTogether) {}

  store(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    return new Promise((resolve) => {
      this.waiting.push({ item, hooks, alone: false, resolve });
      this.plan();
    });
  }

  /** What is handed in one after the other without waiting goes together. */
  private plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      while (this.underWay < REQUESTS) {
        const first = this.waiting.shift();
        if (first === undefined) return;
        const [leaver, ...others] = stillLeaving([first, ...this.othersWith(first)]);
        if (leaver !== undefined) void this.send([leaver, ...others]);
      }
    });
  }

  /** Those that wait behind an image and go in its request. */
  private othersWith(first: Waiting): readonly Waiting[] {
    if (!joins(first)) return [];
    const others: Waiting[] = [];
    const names = new Set([this.server.name(first.item)]);
    let bytes = first.item.bytes;
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const name = this.server.name(next.item);
      bytes += next.item.bytes;
      if (others.length + 1 >= this.together || !joins(next) || names.has(name) || bytes > MOST_BYTES) break;
      others.push(next);
      names.add(name);
      this.waiting.shift();
    }
    return others;
  }

  private async send(group: readonly [Waiting, ...Waiting[]]): Promise<void> {
    this.underWay += 1;
    try {
      this.take(group, this.server.read(await this.server.ask(group)));
    } catch (error) {
      for (const { resolve } of group) resolve({ kind: 'later', whole: true, trouble: troubleOf(error) });
    } finally {
      this.underWay -= 1;
      this.plan();
    }
  }

  private take(group: readonly Waiting[], told: Told): void {
    if (group.length === 1 || told.isTrouble) {
      for (const { item, resolve } of group) resolve(told.outcome(item));
      return;
    }
    const again = group.filter(({ item, resolve }) => {
      const outcome = told.named(item);
      if (outcome !== null) resolve(outcome);
      return outcome === null;
    });
    if (again.length === group.length) this.together = 1;
    this.waiting.unshift(...again.map((one) => ({ ...one, alone: true })));
  }
}

function joins({ alone, item }: Waiting): boolean {
  return !alone && (item.held ?? null) !== null;
}
