import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { asFieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import {
  hasResumePlaces,
  keepResumePlace,
  type QueuedItem,
  type Remote,
  resumePlace,
} from '../../archive/outbox/queue';
import type { Delivery } from '../../archive/records/bodies/outbox';
import { HttpFailure } from '../http/trouble';
import type { Outgoing, RemoteConnection, SendOutcome } from '../remotes/remote';
import { itemName } from './item-name';
import { prepare, type Prepared, type Refused, refusalNow } from './outgoing';
import { MOST_HELD, ReadAhead } from './read-ahead';
import { Turns } from './turns';
import type { WorkerParts } from './worker-parts';

/**
 * What becomes of items within so long is written down together: at first so that it shows at once, then for longer, since each record
 * keeps this thread from sending for a moment.
 */
const GATHERED_MS = 20;
const MOST_GATHERED_MS = 160;
/** Lanes that begin without others getting their turn in this thread. */
const OPENED_AT_ONCE = 16;

/** An item is to be tried again. */
export type Later = Extract<SendOutcome, { kind: 'later' }>;
type Settled = Exclude<SendOutcome, Later>;

/** What a round asks and tells the worker it belongs to. */
export interface RoundHands {
  readonly remote: Remote;
  readonly signal: AbortSignal;
  connected(): RemoteConnection;
  /** Whether to begin with another item. */
  goesOn(): boolean;
  begun(item: QueuedItem): void;
  moved(bytes: number): void;
  /** The remote has answered: an item is to be tried again, or has moved on. */
  putOff(item: QueuedItem, outcome: Later): void;
  settled(outcome: Settled): void;
  /** It is written down that an item is proven; `gone`: older versions that are seen to be gone there. */
  proven(item: Outgoing, gone: readonly ImageId[]): Promise<void>;
  /** It is written down that an image is there that was replaced here. */
  olderFound(): void;
  /** It is written down that an item has moved on, or that has failed. */
  ended(item: QueuedItem, failed: boolean): void;
}

/** An item that is next. */
interface Ready {
  readonly queued: QueuedItem;
  readonly prepared: Prepared;
}

/**
 * Sends items over a few lanes at once. In each lane, while one image is sent the next one is made ready and what became of the last
 * one is written down, together with what came from the others: none of them waits for the disk.
 */
export class Round {
  private readonly queue: QueuedItem[];
  private lanes = 0;
  private readonly work: Promise<void>[] = [];
  private readonly notes: Promise<void>[] = [];
  private readonly unwritten: Delivery[] = [];
  private writing: Promise<void> | null = null;
  private gathering = GATHERED_MS;
  /** Aborted when nothing more is to be gathered. */
  private readonly over = new AbortController();
  /** Large files are hashed or anonymised when they are made ready: where many small ones may wait, only few of those are, long before their turn. */
  private readonly large: Turns;
  private readonly small: ReadAhead;
  /** Whether places to go on from were kept before: mostly there are none, and nothing has to be asked for each item. */
  private readonly resumes: boolean;
  /** Items of which a place to go on from is kept. */
  private readonly placed = new Set<QueuedItem>();

  constructor(
    items: readonly QueuedItem[],
    private readonly parts: Pick<WorkerParts, 'ctx' | 'makeAnonymous' | 'note' | 'throttles' | 'onFault' | 'parallel'>,
    private readonly hands: RoundHands,
  ) {
    this.queue = [...items];
    this.resumes = hasResumePlaces(parts.ctx.db);
    this.large = new Turns(2 * parts.parallel); // one that is sent and one that is made ready
    this.small = new ReadAhead(parts.ctx);
  }

  /**
   * Gives how many items moved on, when all of it is written down. `lanes`: how many there may be, asked again after each item, since
   * more may be known of the other side by then. Throws what kept it from being written down.
   */
  async run(lanes: () => number): Promise<number> {
    this.open(lanes);
    for (const work of this.work) await work.catch(() => undefined); // what is begun meanwhile comes behind
    this.over.abort();
    for (const end of await Promise.allSettled([...this.work, ...this.notes]))
      if (end.status === 'rejected') throw end.reason;
    return this.notes.length;
  }

  /** A few at a time: those that are open begin to send while the others are made ready. */
  private open(lanes: () => number): void {
    const most = Math.max(1, lanes());
    for (let opened = 0; this.lanes < most && this.queue.length > 0; opened += 1) {
      if (opened === OPENED_AT_ONCE) {
        this.work.push(nextTurn().then(() => this.open(lanes)));
        return;
      }
      this.lanes += 1;
      this.work.push(this.lane(lanes));
    }
  }

  private async lane(lanes: () => number): Promise<void> {
    let making = this.makeNext();
    try {
      while (making !== undefined) {
        const ready: Ready = await making;
        if (!this.hands.goesOn()) {
          await tidied(ready);
          return;
        }
        const sending = this.sendOne(ready);
        sending.catch(() => undefined); // heard below
        await nextTurn(); // this one is on its way before anything is done for the next
        making = this.makeNext();
        await sending;
        this.open(lanes);
      }
    } catch (error) {
      await making?.then(tidied, () => undefined); // the fault is told already
      throw error;
    }
  }

  private makeNext(): Promise<Ready> | undefined {
    const queued = this.queue.shift();
    if (queued === undefined) return undefined;
    const ready = this.makeReady(queued);
    ready.catch(() => undefined); // the lane hears of it, once it has sent the one before
    return ready;
  }

  private async makeReady(queued: QueuedItem): Promise<Ready> {
    if (!this.isWorkToPrepare(queued)) return { queued, prepared: await this.prepared(queued) };
    const giveBack = await this.large.take();
    try {
      const prepared = await this.prepared(queued);
      if (prepared.kind === 'ready')
        return { queued, prepared: { ...prepared, done: () => prepared.done().finally(giveBack) } };
      giveBack();
      return { queued, prepared };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /** Whether it is read or made anew before it is sent, and large: what the other side compares is only looked up. */
  private isWorkToPrepare({ bytes, anonymise, attachment }: QueuedItem): boolean {
    const isCompared = this.hands.connected().compares === true && anonymise === null && attachment === null;
    return bytes > MOST_HELD && !isCompared;
  }

  private prepared(queued: QueuedItem): Promise<Prepared> {
    const { ctx, makeAnonymous, throttles } = this.parts;
    const { remote } = this.hands;
    const isCapped = throttles.of(remote) !== null;
    const isCompared = this.hands.connected().compares === true;
    if (!isCapped) this.small.look(this.queue, isCompared);
    return prepare(ctx, queued, remote, makeAnonymous, {
      through: (bytes) => throttles.slowed(remote, bytes),
      ahead: true,
      isCapped,
      isCompared,
      wasRead: (item) => this.small.take(item, isCompared),
    });
  }

  private async sendOne({ queued, prepared }: Ready): Promise<void> {
    this.hands.begun(queued);
    const outcome = await this.tryToSend(queued, prepared);
    if (outcome.kind === 'later') {
      this.hands.putOff(queued, outcome);
      return;
    }
    this.hands.settled(outcome);
    const noting = this.noteDown(queued, prepared, outcome);
    noting.catch(() => undefined); // heard at the end of the round
    this.notes.push(noting);
  }

  private async tryToSend(queued: QueuedItem, prepared: Prepared): Promise<SendOutcome> {
    const { ctx, onFault } = this.parts;
    const name = itemName(queued);
    try {
      if (prepared.kind === 'refused') return await this.stayingOf(queued, prepared);
      const staying = this.hands.connected().asksInTurn === true ? null : this.stayingNow(queued);
      if (staying !== null) return await staying;
      this.hands.connected().announce?.([prepared.item]);
      const resume = this.resumes ? resumePlace(ctx.db, name) : null;
      if (resume !== null) this.placed.add(queued);
      return await this.hands.connected().send(prepared.item, {
        signal: this.hands.signal,
        staying: () => this.stayingNow(queued),
        progress: (bytes) => this.hands.moved(bytes),
        resume,
        keepPlace: (token) => {
          this.placed.add(queued);
          keepResumePlace(ctx.db, name, token);
        },
      });
    } catch (error) {
      onFault(error);
      return { kind: 'later', whole: false, trouble: { code: 'INTERNAL' } };
    } finally {
      if (prepared.kind === 'ready') await prepared.done();
    }
  }

  /** What becomes of an item that may not leave any more; null when it may. Of what fails the lane hears. */
  private stayingNow(queued: QueuedItem): Promise<SendOutcome> | null {
    try {
      const refused = refusalNow(this.parts.ctx, queued, this.hands.remote.name);
      return refused === null ? null : this.stayingOf(queued, refused);
    } catch (error) {
      return Promise.reject(asFieldboxError(error));
    }
  }

  /** What may not leave any more, such as an image that was corrected, may be there all the same: then it has arrived. */
  private async stayingOf({ image, attachment }: QueuedItem, refused: Refused): Promise<SendOutcome> {
    try {
      const isThere =
        attachment === null && (await this.hands.connected().isThere?.(image, this.hands.signal)) === true;
      return isThere ? { kind: 'arrived', proof: null } : refused;
    } catch (error) {
      if (error instanceof HttpFailure) return { kind: 'later', whole: true, trouble: error.trouble };
      throw error;
    }
  }

  /** Written down with what else comes within a moment: one flush for all of it. */
  private writeDown(delivery: Delivery): Promise<void> {
    this.unwritten.push(delivery);
    this.writing ??= this.gathered();
    return this.writing;
  }

  private async gathered(): Promise<void> {
    await wait(this.gathering, undefined, { signal: this.over.signal }).catch(() => undefined); // it is over
    this.gathering = Math.min(2 * this.gathering, MOST_GATHERED_MS);
    this.writing = null;
    await this.parts.note(this.unwritten.splice(0));
  }

  private async noteDown(queued: QueuedItem, prepared: Prepared, outcome: Settled): Promise<void> {
    try {
      await this.writeDown(deliveryOf(queued, outcome));
      if (prepared.kind === 'ready' && outcome.kind === 'arrived' && outcome.proof !== null)
        await this.hands.proven(prepared.item, outcome.gone ?? []);
      if (prepared.kind === 'refused' && outcome.kind === 'arrived') this.hands.olderFound();
      if (this.placed.has(queued) || outcome.kind !== 'arrived')
        keepResumePlace(this.parts.ctx.db, itemName(queued), null);
    } catch (error) {
      this.hands.ended(queued, true);
      throw error;
    }
    this.hands.ended(queued, false);
  }
}

async function tidied({ prepared }: Ready): Promise<void> {
  if (prepared.kind === 'ready') await prepared.done();
}

function deliveryOf({ transaction, position }: QueuedItem, outcome: Settled): Delivery {
  if (outcome.kind === 'arrived') {
    const { proof } = outcome;
    return { transaction, position, state: proof === null ? 'arrived' : 'proven', fault: null, proof };
  }
  const fault = { code: outcome.code, details: { ...outcome.details } };
  return { transaction, position, state: outcome.kind, fault, proof: null };
}
