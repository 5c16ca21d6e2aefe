import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { FrameLoader, FrameRef } from './frameLoader';
import { rateOf, type ViewerStore } from './store';
import { cineTick, type CineClock } from '../math/cine';
import { neighbours, type Place } from '../math/stack';

const AHEAD = 8;
const BEHIND = 3;
const CINE_AHEAD = 16;

/** What the session needs of the window: a beat at each screen refresh. */
export interface Beat {
  request(callback: (now: number) => void): number;
  cancel(handle: number): void;
}

const screenBeat: Beat = {
  request: (callback) => requestAnimationFrame(callback),
  cancel: (handle) => {
    cancelAnimationFrame(handle);
  },
};

/** Keeps the frame of the wanted position coming, those around it at hand, and cine in time. */
export class Session {
  readonly #store: ViewerStore;
  readonly #loader: FrameLoader;
  readonly #beat: Beat;
  readonly #unsubscribe: () => void;
  #clock: CineClock | null = null;
  #handle: number | null = null;
  #closed = false;

  constructor(store: ViewerStore, loader: FrameLoader, beat: Beat = screenBeat) {
    this.#store = store;
    this.#loader = loader;
    this.#beat = beat;
    this.#unsubscribe = store.subscribe((state, before) => {
      if (state.position !== before.position) this.#load();
      if (state.playing !== before.playing) this.#playOrStop(state.playing);
    });
    this.#load();
  }

  /** Asks again for the frame that could not be shown. */
  retry(): void {
    this.#load();
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#playOrStop(false);
    this.#loader.close();
  }

  #load(): void {
    const state = this.#store.getState();
    const place = state.stack.at(state.position);
    if (!place) return;
    if (!place.row.hasPixels) {
      state.shownIs({ place, frame: null, error: new FieldboxError('NO_PIXELS') });
      return;
    }
    const ref: FrameRef = { image: place.row.image, frame: place.frame };
    const wanted = this.#loader.want(ref, this.#ahead(place));
    // A frame at hand is shown in the same turn, so that nothing else can come between.
    const ready = this.#loader.peek(ref);
    if (ready) {
      state.shownIs({ place, frame: ready, error: null });
      return;
    }
    wanted.then(
      (frame) => {
        if (this.#isCurrent(place)) this.#store.getState().shownIs({ place, frame, error: null });
      },
      (error: unknown) => {
        // Whoever scrolled on cancelled this; the newer request answers.
        if (!this.#isCurrent(place)) return;
        this.#store.getState().shownIs({ place, frame: null, error: asFieldboxError(error) });
      },
    );
  }

  #isCurrent(place: Place): boolean {
    return !this.#closed && this.#store.getState().position === place.position;
  }

  #ahead(place: Place): readonly FrameRef[] {
    const { stack, direction, playing } = this.#store.getState();
    const positions = playing
      ? loopAhead(place.position, stack.loopAround(place.position), CINE_AHEAD)
      : neighbours(place.position, direction, stack.length, AHEAD, BEHIND);
    return positions.flatMap((position) => {
      const other = stack.at(position);
      return other?.row.hasPixels ? [{ image: other.row.image, frame: other.frame }] : [];
    });
  }

  #playOrStop(playing: boolean): void {
    if (this.#handle !== null) this.#beat.cancel(this.#handle);
    this.#handle = null;
    this.#clock = null;
    if (!playing) return;
    const { stack, position, setPlaying } = this.#store.getState();
    const loop = stack.loopAround(position);
    if (loop.from === loop.to) setPlaying(false);
    else this.#handle = this.#beat.request(this.#tick);
  }

  readonly #tick = (now: number): void => {
    this.#handle = this.#beat.request(this.#tick);
    const state = this.#store.getState();
    const { position, shown, stack } = state;
    // A frame that is still on its way is waited for, never left out; a person who scrolls takes the clock along.
    if (shown?.place.position !== position || this.#clock?.position !== position) {
      this.#clock = { position, since: now };
      return;
    }
    this.#clock = cineTick(this.#clock, now, rateOf(state), stack.loopAround(position));
    if (this.#clock.position !== position) state.goTo(this.#clock.position);
  };
}

/** The next positions of a loop, over its end to its beginning. */
export function loopAhead(position: number, loop: { from: number; to: number }, count: number): readonly number[] {
  const length = loop.to - loop.from + 1;
  const ahead = Math.min(count, length - 1);
  return Array.from({ length: ahead }, (_, step) => loop.from + ((position - loop.from + step + 1) % length));
}
