import { randomUUID } from 'node:crypto';
import { ExportSelection } from '@shared/contract/release';
import { FieldboxError } from '@shared/errors';
import type { AnonymisationWay } from '@shared/model/anonymisation';
import { type ImageId, TransactionKey } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { selectToSend } from '../export/selection';
import { remoteByKey, remotes } from '../outbox/queue';
import { oneAfterTheOther } from '../people/in-turn';
import { dueCorrections, type DueCorrections } from './correcting';
import { dueGatherings, gatheredImages, imagesToTakeAway } from './gathering';

/** All in milliseconds. */
export interface ForwardTimings {
  readonly tick: number;
  /** What a rule has gathered is asked for when no image has joined it for so long. */
  readonly quiet: number;
  /** It is asked for at the latest after this, even when images keep coming. */
  readonly longest: number;
}
export const USUAL_FORWARD_TIMINGS: ForwardTimings = { tick: 1_000, quiet: 30_000, longest: 600_000 };

/**
 * Moves images to the trash. It is only called with images whose delivery is proven and that nobody needs any more. Throws
 * what kept it from being done; it is tried again then.
 */
export type Discard = (images: readonly ImageId[]) => Promise<void>;

/** Images of one transaction at most: one record of the chain holds all of them. */
const ASKED_TOGETHER = 5_000;
const DISCARDED_TOGETHER = 100;

type Asked = ReturnType<typeof gatheredImages>[number];

/** Asks the outbox for what rules have gathered, and takes away what is proven to be elsewhere and is not to be kept. */
export class Forwarder {
  private readonly inTurn = oneAfterTheOther();
  private running: { readonly timer: NodeJS.Timeout; readonly abort: AbortController } | null = null;
  private work: Promise<void> = Promise.resolve();
  private busy = false;
  /** Whether something may have to be corrected: looking for it costs more the more images were ever changed. */
  private mayCorrect = true;

  constructor(
    private readonly ctx: EngineContext,
    private readonly timings: ForwardTimings,
    private readonly discard: Discard,
  ) {}

  start(): void {
    if (this.running) return;
    const abort = new AbortController();
    const timer = setInterval(() => this.tick(abort.signal), this.timings.tick);
    timer.unref();
    this.running = { timer, abort };
  }

  async stop(): Promise<void> {
    if (this.running) {
      clearInterval(this.running.timer);
      this.running.abort.abort();
      this.running = null;
    }
    await this.work;
  }

  /** A version was replaced or has been sent, or a rule was changed. */
  lookForCorrections(): void {
    this.mayCorrect = true;
  }

  /** Does all that can be done now, without waiting for more to gather; for the command line. */
  once(signal: AbortSignal): Promise<void> {
    this.mayCorrect = true;
    return this.run(0, 0, signal);
  }

  private tick(signal: AbortSignal): void {
    if (this.busy) return;
    this.busy = true;
    const { quiet, longest } = this.timings;
    this.work = this.run(quiet, longest, signal)
      .catch((thrown: unknown) => {
        // A full disk, an image that was changed at this moment: nothing has happened, and the next turn tries again.
        if (!(thrown instanceof FieldboxError)) throw thrown;
      })
      .finally(() => (this.busy = false));
  }

  /** One after the other: what is gathered must not be asked for twice. */
  private run(quietMs: number, longestMs: number, signal: AbortSignal): Promise<void> {
    return this.inTurn(async () => {
      await this.askFor(quietMs, longestMs, signal);
      await this.correct(quietMs, signal);
      await this.takeAway(signal);
    });
  }

  /** One commit for each transaction: with it the images are in the outbox and not gathered any more. */
  private async askFor(quietMs: number, longestMs: number, signal: AbortSignal): Promise<void> {
    const { db } = this.ctx;
    const due = dueGatherings(db, this.ctx.now().getTime(), quietMs, longestMs);
    for (const { gathering, rule, remote, anonymise, priority } of due) {
      for (;;) {
        const images = gatheredImages(db, gathering, ASKED_TOGETHER);
        if (images.length === 0 || signal.aborted) break;
        await this.ask({ rule, remote, priority }, images, anonymise);
      }
    }
  }

  /** Asks for newer versions of what was delivered, after the same gate as a person who sends corrections. */
  private async correct(quietMs: number, signal: AbortSignal): Promise<void> {
    if (!this.mayCorrect) return;
    const { db } = this.ctx;
    const { due, waiting } = dueCorrections(db, this.ctx.now(), quietMs);
    for (const corrections of due) {
      const images = this.allowed(corrections);
      for (let at = 0; at < images.length && !signal.aborted; at += ASKED_TOGETHER)
        await this.ask(corrections, images.slice(at, at + ASKED_TOGETHER), null);
    }
    this.mayCorrect = waiting || signal.aborted;
  }

  private allowed({ remote, images }: DueCorrections): readonly Asked[] {
    const { db } = this.ctx;
    const recipient = remoteByKey(db, remote)?.name ?? '';
    const selection = ExportSelection.parse({ images: [...images] });
    return selectToSend(db, selection, { purpose: 'send', recipient, person: null }).rows;
  }

  private async ask(
    { rule, remote, priority }: Pick<DueCorrections, 'rule' | 'remote' | 'priority'>,
    images: readonly Asked[],
    anonymise: AnonymisationWay | null,
  ): Promise<void> {
    await this.ctx.commit([
      {
        type: 'send.requested',
        body: {
          transaction: TransactionKey.parse(randomUUID()),
          remote,
          images: [...images],
          anonymise,
          priority,
          cause: { type: 'rule', reference: rule },
        },
      },
    ]);
  }

  private async takeAway(signal: AbortSignal): Promise<void> {
    const { ctx } = this;
    const provable = remotes(ctx.db).filter(({ settings }) => ctx.proofsOf(settings).length > 0);
    const keys = provable.map(({ remote }) => remote);
    for (;;) {
      const images = imagesToTakeAway(ctx.db, keys, DISCARDED_TOGETHER);
      if (images.length === 0 || signal.aborted) return;
      await this.discard(images);
    }
  }
}
