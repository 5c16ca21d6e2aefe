import { GROUP_BYTES, GROUP_IMAGES } from '../../boxes/group';
import { FAST_CONNECTIONS } from '../../boxes/protocol';
import { troubleOf } from '../../http/trouble';
import type { SendOutcome } from '../remote';
import { type Leaver, stillLeaving, type Waiting } from '../waiting';

/** Groups at once: while one is stored there, others are read, sent and taken apart. */
const GROUPS = 3;
/** As many requests for single images a group stands for. */
const PLACES_OF_GROUP = FAST_CONNECTIONS / GROUPS;
/** Images that may wait here for a request, so that there are always some to go together. */
export const WAITING = (GROUPS + 1) * GROUP_IMAGES;

/** How images go. */
export interface RowHands {
  /** Requests at once. */
  places(): number;
  /** Whether an image may go together with others. */
  mayJoin(image: Leaver): boolean;
  /** Throws HttpFailure. */
  send(image: Leaver): Promise<SendOutcome>;
  /** What became of each; null where it is to go by itself. Throws HttpFailure. */
  sendGroup(images: readonly Leaver[]): Promise<readonly (SendOutcome | null)[]>;
}

/** Images on their way to a Fieldbox: so many requests at once, and what waits at the same moment and is small goes in one. */
export class PushRow {
  private readonly waiting: Waiting[] = [];
  private places = 0;
  private groups = 0;
  private isPlanned = false;

  constructor(private readonly hands: RowHands) {}

  send(image: Leaver): Promise<SendOutcome> {
    return new Promise((resolve) => {
      this.waiting.push({ ...image, alone: false, resolve });
      this.plan();
    });
  }

  /** What is handed in one after the other without waiting goes together. */
  private plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      for (let next = this.next(); next.length > 0; next = this.next()) {
        this.waiting.splice(0, next.length);
        const images = stillLeaving(next);
        if (images.length > 0) void this.go(images);
      }
    });
  }

  /** The first of those that wait, as many as go together; none when they have to wait still. */
  private next(): readonly Waiting[] {
    const group: Waiting[] = [];
    let bytes = 0;
    for (const one of this.waiting) {
      bytes += one.item.bytes;
      if (group.length === GROUP_IMAGES || bytes > GROUP_BYTES || one.alone || !this.hands.mayJoin(one)) break;
      group.push(one);
    }
    const isWhole = group.length < this.waiting.length || group.length === GROUP_IMAGES;
    if (group.length < 2) return this.hasRoomFor(1) ? this.waiting.slice(0, 1) : [];
    // While others are under way more may come that go with these.
    return this.hasRoomFor(PLACES_OF_GROUP) && (isWhole || this.groups === 0) ? group : [];
  }

  private hasRoomFor(places: number): boolean {
    return this.places === 0 || this.places + places <= this.hands.places();
  }

  private async go(images: readonly Waiting[]): Promise<void> {
    const isGroup = images.length > 1;
    const places = isGroup ? PLACES_OF_GROUP : 1;
    this.places += places;
    if (isGroup) this.groups += 1;
    try {
      const outcomes = isGroup ? await this.hands.sendGroup(images) : await this.sendOne(images);
      const again = images.filter((_, at) => (outcomes[at] ?? null) === null);
      images.forEach(({ resolve }, at) => {
        const outcome = outcomes[at] ?? null;
        if (outcome !== null) resolve(outcome);
      });
      this.waiting.unshift(...again.map((one) => ({ ...one, alone: true })));
    } catch (error) {
      for (const { resolve } of images) resolve({ kind: 'later', whole: true, trouble: troubleOf(error) });
    } finally {
      this.places -= places;
      if (isGroup) this.groups -= 1;
      this.plan();
    }
  }

  private sendOne(images: readonly Leaver[]): Promise<readonly SendOutcome[]> {
    return Promise.all(images.map((image) => this.hands.send(image)));
  }
}
