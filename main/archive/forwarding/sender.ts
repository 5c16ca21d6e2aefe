import { setMaxListeners } from 'node:events';
import { asFieldboxError, type ErrorCode, FieldboxError } from '@shared/errors';
import type { DestinationKey, ImageId } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { select, type SelectedRow } from '../export/selection';
import { destinationType, type Outcome } from './destination-types';
import {
  closeGathered,
  type DueForward,
  dueForwards,
  finishForward,
  imagesToDiscard,
  itemDone,
  itemFailed,
  nextItem,
  noteDiscarded,
  outcomeOf,
  postponeForward,
  resumeSending,
  setSending,
  stateOf,
} from './queue';
import { destinations } from './rules';

/** All in milliseconds. */
export interface ForwardTimings {
  readonly tick: number;
  /** A delivery is sent when no image has joined it for so long. */
  readonly quiet: number;
  /** It is sent at the latest after this, even when images keep coming. */
  readonly longest: number;
}
export const USUAL_FORWARD_TIMINGS: ForwardTimings = { tick: 1_000, quiet: 30_000, longest: 600_000 };

/**
 * Moves images to the trash. It is only called with images whose delivery is proven and that no other delivery needs. Throws
 * what kept it from being done; it is tried again then.
 */
export type Discard = (images: readonly ImageId[]) => Promise<void>;

const DISCARD_TOGETHER = 100;

/** Sends what is due, one delivery at a time to each destination. */
export class Sender {
  private readonly sending = new Map<DestinationKey, Promise<void>>();
  private readonly abort = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private discarding: Promise<void> = Promise.resolve();
  private discardsBusy = false;

  constructor(
    private readonly ctx: EngineContext,
    private readonly timings: ForwardTimings,
    private readonly discard: Discard | null,
    private readonly onChange: () => void,
  ) {
    setMaxListeners(0, this.abort.signal);
  }

  start(): void {
    resumeSending(this.ctx.db);
    this.timer = setInterval(() => this.tick(), this.timings.tick);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.abort.abort();
    await Promise.all(this.sending.values());
    await this.discarding;
  }

  /** Sends all that is queued and due now, without waiting for more to gather; for the command line. */
  async once(signal: AbortSignal): Promise<void> {
    resumeSending(this.ctx.db);
    const now = this.now();
    closeGathered(this.ctx.db, now, 0, 0);
    const stop = (): void => this.abort.abort();
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted && dueForwards(this.ctx.db, this.now()).length > 0) {
      this.begin();
      await Promise.all(this.sending.values());
    }
    signal.removeEventListener('abort', stop);
    await this.discardDelivered();
  }

  private now(): number {
    return this.ctx.now().getTime();
  }

  private tick(): void {
    const { quiet, longest } = this.timings;
    if (closeGathered(this.ctx.db, this.now(), quiet, longest) > 0) this.onChange();
    this.begin();
    if (!this.discardsBusy) this.discarding = this.discardDelivered();
  }

  private begin(): void {
    for (const forward of dueForwards(this.ctx.db, this.now())) {
      if (this.sending.has(forward.destination)) continue;
      const work = this.send(forward).finally(() => this.sending.delete(forward.destination));
      this.sending.set(forward.destination, work);
    }
  }

  /** Never throws: what goes wrong stands in the queue. */
  private async send(forward: DueForward): Promise<void> {
    const { db } = this.ctx;
    setSending(db, forward.id);
    this.onChange();
    try {
      for (let item = nextItem(db, forward.id); item !== null; item = nextItem(db, forward.id)) {
        if (stateOf(db, forward.id) !== 'sending') return;
        if (this.abort.signal.aborted) throw new FieldboxError('CANCELLED');
        const outcome = await this.sendImage(forward, item.image);
        if (outcome.kind === 'retry') throw new FieldboxError(outcome.code, outcome.details);
        if (outcome.kind === 'done') itemDone(db, forward.id, item.id, outcome, this.now());
        else itemFailed(db, item.id, outcome, this.now());
        this.onChange();
      }
      if (stateOf(db, forward.id) === 'sending') await this.finish(forward);
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      const closing = this.abort.signal.aborted || error.code === 'ARCHIVE_CLOSED';
      postponeForward(db, forward, closing ? null : { code: error.code, details: error.details }, this.now());
    }
    this.onChange();
  }

  private async sendImage(forward: DueForward, image: ImageId): Promise<Outcome> {
    const { ctx } = this;
    const destination = destinations(ctx.db).find((row) => row.destination === forward.destination);
    if (!destination) return { kind: 'refused', code: 'NOT_FOUND', details: { what: 'destination' } };
    const asked = this.ask(image, destination.name);
    if (asked.row === null) return { kind: 'refused', code: asked.code, details: { what: 'image' } };
    const { row } = asked;
    return destinationType(destination.type).send(
      ctx,
      destination.settings,
      {
        image: row,
        path: ctx.objects.path(row.object),
        sourcePath: row.sourceObject === null ? null : ctx.objects.path(row.sourceObject),
      },
      this.abort.signal,
    );
  }

  /** The image, when the gate lets it out to this destination; else why it stays. */
  private ask(image: ImageId, recipient: string): { row: SelectedRow } | { row: null; code: ErrorCode } {
    const wanted = { patients: [], studies: [], series: [], images: [image], clinicDays: [] };
    try {
      const { rows, leftOut } = select(this.ctx.db, wanted, 'originals', { purpose: 'send', recipient, person: null });
      return rows[0] ? { row: rows[0] } : { row: null, code: leftOut[0]?.code ?? 'NOT_FOUND' };
    } catch (thrown) {
      if (!(thrown instanceof FieldboxError) || thrown.code !== 'NOT_FOUND') throw thrown;
      return { row: null, code: thrown.code };
    }
  }

  private async finish(forward: DueForward): Promise<void> {
    const { ctx } = this;
    const finished = outcomeOf(ctx.db, forward.id);
    const { images, sent, code } = finished;
    await ctx.commit([
      {
        type: 'log.noted',
        body:
          code === null
            ? { code: 'FORWARDED', details: { images }, about: {} }
            : { code: 'FORWARD_NOT_DONE', details: { images, sent, reason: code }, about: {} },
      },
    ]);
    finishForward(ctx.db, forward, finished, this.now());
  }

  private async discardDelivered(): Promise<void> {
    if (this.discard === null) return;
    this.discardsBusy = true;
    try {
      for (;;) {
        const images = imagesToDiscard(this.ctx.db, DISCARD_TOGETHER);
        if (images.length === 0 || this.abort.signal.aborted) return;
        await this.discard(images);
        noteDiscarded(this.ctx.db, images);
        this.onChange();
      }
    } catch (thrown) {
      if (!(thrown instanceof FieldboxError)) throw thrown;
      // The images stay marked; the next turn tries again.
    } finally {
      this.discardsBusy = false;
    }
  }
}
