import type { Handlers } from '@shared/contract';
import type { EngineContext } from './context';
import { createForwarding, type Forwarding } from './forwarding';
import { type Discard, type ForwardTimings, USUAL_FORWARD_TIMINGS } from './forwarding/forwarder';
import { WarmUp, type WarmUpTimings } from './warm-up';
import { createWatching, type Watching } from './watching';
import { USUAL_TIMINGS, type WatchTimings } from './watching/watcher';

export interface BackgroundTimings {
  readonly watch?: WatchTimings;
  readonly forward?: ForwardTimings;
  readonly warmUp?: WarmUpTimings;
}

/** Whoever shows these is told at most this often, milliseconds. */
const TELL_EVERY_MS = 500;

/**
 * What the archive does by itself: it watches folders, asks the outbox for what is to be forwarded, and makes a worker ready. Nothing of
 * it runs until it is started.
 */
export class Background {
  readonly watching: Watching;
  readonly forwarding: Forwarding;
  readonly warmUp: WarmUp;
  private readonly told = new Map<'watch' | 'forward', NodeJS.Timeout>();

  constructor(
    private readonly ctx: EngineContext,
    timings: BackgroundTimings,
    discard: Discard,
  ) {
    this.watching = createWatching(ctx, timings.watch ?? USUAL_TIMINGS, () => this.tell('watch'));
    this.forwarding = createForwarding(ctx, timings.forward ?? USUAL_FORWARD_TIMINGS, discard, () =>
      this.tell('forward'),
    );
    this.warmUp = new WarmUp(ctx.pool, timings.warmUp);
  }

  get verbs(): Handlers<keyof Watching['verbs'] | keyof Forwarding['verbs']> {
    return { ...this.watching.verbs, ...this.forwarding.verbs };
  }

  start(): void {
    this.watching.start();
    this.forwarding.start();
    this.warmUp.start();
  }

  async stop(): Promise<void> {
    this.warmUp.stop();
    await Promise.all([this.watching.stop(), this.forwarding.stop()]);
    for (const timer of this.told.values()) clearTimeout(timer);
    this.told.clear();
  }

  private tell(what: 'watch' | 'forward'): void {
    if (this.told.has(what)) return;
    const timer = setTimeout(() => {
      this.told.delete(what);
      this.ctx.emit('sources.changed', { what });
    }, TELL_EVERY_MS);
    timer.unref();
    this.told.set(what, timer);
  }
}
