import { valueOf, type Attribute } from '../data/attributes';

/** Frames per second when the file says nothing. */
export const USUAL_RATE = 15;
export const LEAST_RATE = 1;
export const LARGEST_RATE = 60;

/**
 * The rate a multi-frame file asks for (Cine Module, PS3.3 C.7.6.5): Recommended Display Frame Rate, else Cine Rate, else
 * the reciprocal of Frame Time, else of the mean of Frame Time Vector (both in milliseconds; the vector's first value is
 * 0 and is left out). Null if it does not say.
 */
export function rateOfFile(attributes: readonly Attribute[]): number | null {
  const numbers = (keyword: string): readonly number[] =>
    valueOf(attributes, keyword)
      .split('\\')
      .map((text) => Number.parseFloat(text))
      .filter((value) => Number.isFinite(value) && value > 0);
  const vector = numbers('FrameTimeVector');
  const meanTime = vector.reduce((sum, value) => sum + value, 0) / Math.max(vector.length, 1);
  const candidates = [
    numbers('RecommendedDisplayFrameRate')[0],
    numbers('CineRate')[0],
    reciprocal(numbers('FrameTime')[0]),
    reciprocal(meanTime),
  ];
  const rate = candidates.find((value) => value !== undefined && value > 0);
  return rate === undefined ? null : clampRate(rate);
}

const reciprocal = (milliseconds: number | undefined): number | undefined =>
  milliseconds !== undefined && milliseconds > 0 ? 1000 / milliseconds : undefined;

/** Rates are kept between 1 and 60 a second, to a tenth. */
export function clampRate(rate: number): number {
  return Math.min(Math.max(Math.round(rate * 10) / 10, LEAST_RATE), LARGEST_RATE);
}

/** When which frame of a loop is due. */
export interface CineClock {
  readonly position: number;
  /** The moment, in milliseconds, at which `position` was due. */
  readonly since: number;
}

/**
 * Moves the clock to `now`. Whole frame times are spent, the rest is carried over, so the rate holds on any display; a
 * machine too slow for the rate leaves out frames, and after a stop of more than a second the loop goes on where it was.
 */
export function cineTick(clock: CineClock, now: number, rate: number, loop: { from: number; to: number }): CineClock {
  const time = 1000 / rate;
  const passed = now - clock.since;
  if (passed < time) return clock;
  const count = loop.to - loop.from + 1;
  if (passed > 1000 + time) return { position: loop.from + ((clock.position - loop.from + 1) % count), since: now };
  const steps = Math.floor(passed / time + 1e-6);
  return { position: loop.from + ((clock.position - loop.from + steps) % count), since: clock.since + steps * time };
}
