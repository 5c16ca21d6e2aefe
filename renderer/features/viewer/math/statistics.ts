import type { FrameHeader } from '@shared/contract/frames';
import type { Samples } from '../data/frameCodec';

const BINS = 4096;
/** At most this many samples are looked at; more would not move a percentile that the eye could tell. */
const ENOUGH = 1_000_000;

/**
 * Modality values between which the middle of the picture lies: 1st to 99th percentile (by histogram of 4096 bins
 * between min and max of the header; padding, which lies outside, is left out).
 */
export function percentileRange(
  header: FrameHeader,
  samples: Samples,
  low = 0.01,
  high = 0.99,
): { min: number; max: number } {
  const { slope, intercept, min, max } = header;
  const span = max - min;
  if (!(span > 0)) return { min, max };
  const histogram = new Uint32Array(BINS);
  const step = Math.max(1, Math.floor(samples.length / ENOUGH));
  let counted = 0;
  for (let i = 0; i < samples.length; i += step) {
    const value = Number(samples[i]) * slope + intercept;
    if (!(value >= min && value <= max)) continue;
    const bin = Math.min(BINS - 1, Math.floor(((value - min) / span) * BINS));
    histogram[bin] = (histogram[bin] ?? 0) + 1;
    counted += 1;
  }
  if (counted === 0) return { min, max };
  const edge = (share: number): number => {
    let seen = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      seen += histogram[bin] ?? 0;
      if (seen >= share * counted) return bin;
    }
    return BINS - 1;
  };
  const from = min + (edge(low) / BINS) * span;
  const to = min + ((edge(high) + 1) / BINS) * span;
  return { min: from, max: Math.min(max, to) };
}
