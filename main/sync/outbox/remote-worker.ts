import { setMaxListeners } from 'node:events';
import type { RemoteActivity } from '@shared/contract/sync';
import { type QueuedItem, type Remote, unprovenItems, waitingAmount, waitingItems } from '../../archive/outbox/queue';
import { DriverMemory } from '../remotes/memory';
import type { RemoteConnection, Trouble } from '../remotes/remote';
import { Corrections } from './corrections';
import { Ending } from './ending';
import { onNetwork, untilOpen } from './hours';
import { itemName } from './item-name';
import { Pace } from './pace';
import { Prover } from './prover';
import { type Later, Round, type RoundHands } from './round';
import { Suspects } from './suspects';
import type { WorkerParts } from './worker-parts';

/** A round of sending ends after so many items or so long, and proof is sought for what has arrived; then the next one begins. */
const ROUND_ITEMS = 1024;
const ROUND_MS = 30_000;
/** A connection that is not used is closed after this. */
const LINGER_MS = 5_000;
/** Hours and networks are looked at again at least this often. */
const LOOK_AGAIN_MS = 60_000;
const HOURS_LIMIT_MS = 3_600_000;

/**
 * Sends what waits for one remote, for ever: one of these a remote, so that a dead or slow one never holds up another. It
 * sleeps without costing anything while nothing waits.
 */
export class RemoteWorker {
  readonly inFlight = new Set<string>();
  readonly attempts = new Map<string, number>();
  /** Why items wait that were tried and put off. */
  readonly troubles = new Map<string, Trouble>();
  private readonly notBefore = new Map<string, number>();
  private readonly suspects: Suspects;
  private readonly ending: Ending;
  private readonly corrections: Corrections;
  private readonly pace = new Pace();
  private readonly prover: Prover;
  private connection: RemoteConnection | null = null;
  private failures = 0;
  private trouble: Trouble | null = null;
  /** The remote has failed in the present round. */
  private broken = false;
  private nextTry: number | null = null;
  /** From when on items may go that have nothing to do with the failure, although the next try is later. */
  private nextClear: number | null = null;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private atOnce = false;
  private readonly stopping = new AbortController();

  constructor(
    private remote: Remote,
    private readonly parts: WorkerParts,
  ) {
    this.corrections = new Corrections(parts, remote.remote);
    this.prover = new Prover(parts, this.corrections);
    this.ending = new Ending(parts.ctx);
    this.suspects = new Suspects(new DriverMemory(parts.ctx.db, remote.remote));
    setMaxListeners(0, this.stopping.signal); // each image under way listens
  }

  /** Looks whether there is something to do. */
  wake(): void {
    if (this.stopping.signal.aborted) return;
    if (this.running !== null) {
      this.again = true;
      return;
    }
    this.clearTimer();
    this.running = this.run().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        this.wake();
      }
    });
  }

  /** Tries at once, whatever the hour and however often it failed. */
  now(): void {
    this.atOnce = true;
    this.forgetTrouble();
    this.wake();
  }

  /** The link may be back (the machine woke up, a network appeared): waiting ends, nothing is promised. */
  hint(): void {
    this.forgetTrouble();
    this.wake();
  }

  /** Looks at once for proof of what has arrived, whether anything can be sent now or not; ends when no more is found. */
  async seekProof(): Promise<void> {
    await this.settled();
    this.prover.forgetFailures();
    const seeking = this.proveAll().finally(() => {
      this.running = null;
    });
    this.running = seeking;
    await seeking;
    if (this.again) {
      this.again = false;
      this.wake();
    }
  }

  /** Takes over changed settings or policy. */
  async change(remote: Remote): Promise<void> {
    this.remote = remote;
    await this.disconnect();
    this.hint();
  }

  /** Stops; what is under way is broken off and stays in the queue. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.clearTimer();
    await this.running;
    await this.disconnect();
  }

  /** Waits until nothing more can be done now, for the command line and tests. */
  async settled(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  get activity(): RemoteActivity {
    const bytesWaiting = waitingAmount(this.parts.ctx.db, this.remote.remote).bytes;
    const { bytesPerSecond } = this.pace;
    const now = performance.now();
    const trouble = this.shownTrouble();
    return {
      condition: this.condition(),
      fault: trouble === null ? null : { code: trouble.code, details: { ...trouble.details } },
      nextTryMs: this.nextTry === null ? null : Math.max(0, Math.round(this.nextTry - now)),
      bytesPerSecond,
      bytesWaiting,
      remainingMs:
        bytesPerSecond === null || bytesPerSecond === 0 ? null : Math.round((bytesWaiting / bytesPerSecond) * 1000),
    };
  }

  private condition(): RemoteActivity['condition'] {
    if (this.remote.policy.paused) return 'paused';
    if (this.inFlight.size > 0 && this.trouble === null) return 'sending';
    if (this.shownTrouble() !== null) return 'blocked';
    if (waitingAmount(this.parts.ctx.db, this.remote.remote).items === 0) return 'idle';
    if (!onNetwork(this.remote.policy.network)) return 'otherNetwork';
    return untilOpen(this.remote.policy.hours, this.parts.ctx.now()) > 0 ? 'outsideHours' : 'idle';
  }

  private shownTrouble(): Trouble | null {
    if (this.parts.served === null) return this.trouble;
    return waitingAmount(this.parts.ctx.db, this.remote.remote).items === 0 ? null : this.parts.served();
  }

  private forgetTrouble(): void {
    this.failures = 0;
    this.trouble = null;
    this.nextTry = null;
    this.prover.forgetFailures();
    this.corrections.forgetFailures();
    this.notBefore.clear();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    try {
      while (!signal.aborted && this.mayGoOn()) {
        this.broken = false;
        const sent = await this.sendRound();
        if (!this.hasFailed()) await this.finishEnded();
        const proven = this.hasFailed() ? 0 : await this.proveBatch();
        this.parts.changed();
        if (sent + proven === 0) break;
      }
    } catch (error) {
      this.parts.onFault(error);
      this.fail({ code: 'INTERNAL' });
    }
    this.atOnce = false;
    this.sleep();
    this.parts.changed();
  }

  private mayGoOn(): boolean {
    if (this.remote.policy.paused || this.parts.served !== null) return false;
    if (!this.isTimeToTry()) return false;
    if (this.atOnce) return true;
    return onNetwork(this.remote.policy.network) && untilOpen(this.remote.policy.hours, this.parts.ctx.now()) === 0;
  }

  private isTimeToTry(): boolean {
    const now = performance.now();
    if (this.nextTry !== null && now >= this.nextTry) this.nextTry = null;
    if (this.nextTry === null) return true;
    return this.nextClear !== null && now >= this.nextClear && (this.hasClear() || this.prover.next <= now);
  }

  /** Whether something waits that the remote has not failed with. */
  private hasClear(): boolean {
    const order = this.order();
    const first = waitingItems(
      this.parts.ctx.db,
      this.remote.remote,
      order,
      this.notBefore.size + this.suspects.size + 1,
    );
    return first.some((item) => this.isDue(item) && !this.suspects.has(item));
  }

  private isDue(item: QueuedItem): boolean {
    return (this.notBefore.get(itemName(item)) ?? 0) <= performance.now();
  }

  private order(): 'small' | 'asked' {
    return this.remote.policy.smallFirst ? 'small' : 'asked';
  }

  /** In this round; asked again after every step, since each may fail. */
  private hasFailed(): boolean {
    return this.broken;
  }

  /** Sets the next look: after a failure, when an item may be tried again, when the hours begin, or never. */
  private sleep(): void {
    if (this.stopping.signal.aborted || this.remote.policy.paused || this.parts.served !== null) return;
    const { db } = this.parts.ctx;
    const now = performance.now();
    const waits: number[] = [];
    const waiting = waitingAmount(db, this.remote.remote).items > 0;
    const unproven = this.parts.provable && unprovenItems(db, this.remote.remote, 0, 1).length > 0;
    const older = this.corrections.next;
    if (this.nextTry !== null && (waiting || unproven || older !== null)) {
      waits.push(this.nextTry - now);
      if (this.nextClear !== null) {
        if (unproven) waits.push(Math.max(this.nextClear, this.prover.next) - now);
        if (this.nextClear > now && this.hasClear()) waits.push(this.nextClear - now);
      }
    } else if (waiting || unproven || older !== null) {
      const closed = untilOpen(this.remote.policy.hours, this.parts.ctx.now());
      const due = [
        ...(waiting ? this.notBefore.values() : []),
        ...(unproven ? [this.prover.next] : []),
        ...(older === null ? [] : [older]),
      ];
      if (closed > 0) waits.push(Math.min(closed, HOURS_LIMIT_MS));
      else if (!onNetwork(this.remote.policy.network)) waits.push(LOOK_AGAIN_MS);
      else waits.push(...due.map((at) => at - now));
    }
    if (waits.length > 0) {
      this.clearTimer();
      this.timer = setTimeout(() => this.wake(), Math.max(50, Math.min(...waits)));
    }
    if (this.connection !== null && this.inFlight.size === 0) {
      const idle = setTimeout(() => {
        if (this.running === null) void this.disconnect();
      }, LINGER_MS);
      idle.unref();
    }
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private async disconnect(): Promise<void> {
    const { connection } = this;
    this.connection = null;
    await connection?.close();
  }

  private connected(): RemoteConnection {
    return (this.connection ??= this.parts.connect());
  }

  /** Sends for a round; gives how many items moved on. */
  private async sendRound(): Promise<number> {
    const { db } = this.parts.ctx;
    const most = ROUND_ITEMS + this.notBefore.size + this.suspects.size;
    const next = waitingItems(db, this.remote.remote, this.order(), most).filter((item) => this.isDue(item));
    const { items, alone } = this.suspects.choose(next, ROUND_ITEMS);
    if (items.length === 0 || (alone && this.nextTry !== null)) return 0;
    const trouble = await this.connected().probe(this.stopping.signal);
    if (trouble !== null) {
      this.fail(trouble);
      return 0;
    }
    const round = new Round(items, this.parts, this.handsOfRound());
    return round.run(() => this.connection?.parallel ?? this.parts.parallel);
  }

  private handsOfRound(): RoundHands {
    const { signal } = this.stopping;
    const until = performance.now() + ROUND_MS;
    return {
      remote: this.remote,
      signal,
      connected: () => this.connected(),
      goesOn: () => !signal.aborted && !this.hasFailed() && !this.remote.policy.paused && performance.now() < until,
      begun: (item) => {
        this.inFlight.add(itemName(item));
        this.ending.touch(item.number);
        this.parts.changed();
      },
      moved: (bytes) => this.pace.note(bytes),
      proven: (item, gone) => this.corrections.proven(item, gone),
      olderFound: () => this.corrections.look(),
      putOff: (item, outcome) => this.tryLater(item, outcome),
      settled: ({ kind }) => {
        if (kind === 'arrived') this.forgetFailure();
      },
      ended: (item, failed) => this.end(itemName(item), failed),
    };
  }

  private tryLater(item: QueuedItem, { whole, trouble }: Later): void {
    const name = itemName(item);
    this.inFlight.delete(name);
    if (this.stopping.signal.aborted) return;
    const again = this.suspects.has(item);
    this.troubles.set(name, trouble);
    this.putOff(name, whole && !again ? 0 : (trouble.afterMs ?? null));
    if (whole) this.fail(trouble, again);
    if (whole) this.suspects.add(name);
  }

  /** It is written down what became of an item, or that has failed: then it is sent again. */
  private end(name: string, failed: boolean): void {
    this.inFlight.delete(name);
    if (failed) {
      this.broken = true;
      return;
    }
    this.attempts.delete(name);
    this.troubles.delete(name);
    this.notBefore.delete(name);
    this.suspects.forget(name);
  }

  private forgetFailure(): void {
    this.failures = 0;
    this.trouble = null;
    this.nextTry = null;
  }

  /**
   * The remote as such is in trouble: it is left alone for a while. Where it was so with one item by itself, and not for the first
   * time, the others do not wait longer than after a first failure.
   */
  private fail(trouble: Trouble, withSuspect = false): void {
    if (this.stopping.signal.aborted) return;
    this.nextClear = withSuspect ? performance.now() + this.parts.backOff(1) : null;
    this.failures += 1;
    this.trouble = trouble;
    this.broken = !withSuspect;
    this.nextTry =
      performance.now() + (trouble.afterMs ?? this.parts.backOff(trouble.person ? this.failures + 5 : this.failures));
    void this.disconnect();
  }

  private async finishEnded(): Promise<void> {
    const trouble = await this.ending.finish(this.remote, () => this.connected(), this.stopping.signal);
    if (trouble !== null) this.fail(trouble);
  }

  /** Seeks proof for what has arrived; gives how many items moved on. */
  private async proveBatch(): Promise<number> {
    if (!this.parts.provable) return 0;
    const found = await this.prover.batch(this.remote, () => this.connected(), this.stopping.signal);
    for (const item of found.sentAgain) this.putOff(itemName(item), null);
    await this.corrections.finish(() => this.connected(), this.stopping.signal);
    return found.moved;
  }

  private async proveAll(): Promise<void> {
    try {
      while (!this.stopping.signal.aborted && (await this.proveBatch()) > 0) this.parts.changed();
    } catch (error) {
      this.parts.onFault(error);
    }
  }

  /** Lets an item wait for a while: as long as the remote said, else longer with each try. */
  private putOff(name: string, afterMs: number | null): void {
    const tries = (this.attempts.get(name) ?? 0) + 1;
    this.attempts.set(name, tries);
    this.notBefore.set(name, performance.now() + (afterMs ?? this.parts.backOff(tries)));
  }
}
