import type { FrameHeader, Window } from '@shared/contract/frames';

/** The VOI step of the grayscale chain: a window (PS3.3 C.11.2.1.2, C.11.2.1.3) or the image's own table (C.11.2.1.1). */
export type Voi =
  | { readonly type: 'window'; readonly center: number; readonly width: number; readonly function: Window['function'] }
  | { readonly type: 'table' };

/** The least width a function takes: LINEAR needs 1 (C.11.2.1.2.1), the other two anything above 0 (C.11.2.1.3). */
const LEAST_EXACT_WIDTH = 1e-9;

/**
 * One modality value to display, 0 to 255, not rounded (PS3.3 C.11.2.1.2.1 LINEAR, C.11.2.1.3.1 SIGMOID, C.11.2.1.3.2
 * LINEAR_EXACT, with y from 0 to 255).
 */
export function windowed(x: number, center: number, width: number, shape: Window['function']): number {
  if (shape === 'SIGMOID') return 255 / (1 + Math.exp((-4 * (x - center)) / Math.max(width, LEAST_EXACT_WIDTH)));
  if (shape === 'LINEAR_EXACT') {
    const w = Math.max(width, LEAST_EXACT_WIDTH);
    if (x <= center - w / 2) return 0;
    if (x > center + w / 2) return 255;
    return ((x - center) / w + 0.5) * 255;
  }
  const w = Math.max(width, 1);
  if (x <= center - 0.5 - (w - 1) / 2) return 0;
  if (x > center - 0.5 + (w - 1) / 2) return 255;
  return ((x - (center - 0.5)) / (w - 1) + 0.5) * 255;
}

/** What stands for "not changed" in a colour picture: every byte to itself. */
export const IDENTITY_8BIT: Voi = { type: 'window', center: 127.5, width: 255, function: 'LINEAR_EXACT' };

/** A window that shows everything between two values, ends included. */
export function rangeWindow(min: number, max: number): Voi {
  const width = max - min;
  if (!(width > 0)) return { type: 'window', center: min, width: 1, function: 'LINEAR_EXACT' };
  return { type: 'window', center: min + width / 2, width, function: 'LINEAR_EXACT' };
}

/**
 * How an image is shown before anybody turns a knob: its first window, else its VOI LUT, else everything between its
 * smallest and largest value. `range` is that of the frame shown first, so that a run of frames does not flicker.
 */
export function defaultVoi(header: FrameHeader, range: { min: number; max: number } = header): Voi {
  if (header.kind === 'rgb') return IDENTITY_8BIT;
  const first = header.windows[0];
  if (first) return { type: 'window', center: first.center, width: first.width, function: first.function };
  if (header.voiLut && header.voiLut.values.length > 0) return { type: 'table' };
  return rangeWindow(range.min, range.max);
}

/**
 * A function from modality value to 0..255, rounded, MONOCHROME1 and the person's own inversion applied after the VOI
 * step as a Presentation LUT would be (PS3.3 C.11.6.1.2). Not-a-number shows black.
 */
export function displayFunction(header: FrameHeader, voi: Voi, invert: boolean): (value: number) => number {
  const flip = header.invert !== invert;
  const table = voi.type === 'table' ? header.voiLut : null;
  const plain = table ? lookUp(table.firstMapped, table.values) : windowFunction(voi, header);
  return (value) => {
    if (Number.isNaN(value)) return 0;
    const y = Math.round(plain(value));
    return flip ? 255 - y : y;
  };
}

/** A VOI LUT: values outside map to its first or last entry (PS3.3 C.11.2.1.1). */
function lookUp(firstMapped: number, values: readonly number[]): (value: number) => number {
  const last = values.length - 1;
  return (value) => values[Math.min(Math.max(Math.round(value) - firstMapped, 0), last)] ?? 0;
}

function windowFunction(voi: Voi, header: FrameHeader): (value: number) => number {
  const used = voi.type === 'window' ? voi : rangeWindow(header.min, header.max);
  if (used.type !== 'window') return () => 0;
  const { center, width, function: shape } = used;
  return (value) => windowed(value, center, width, shape);
}

/** Steps in which centre and width move for values that span this range: whole numbers where that is fine enough. */
export function windowStep(range: number): number {
  if (!(range > 0)) return 1;
  if (range >= 100) return 1;
  return 10 ** Math.floor(Math.log10(range / 400));
}

/**
 * A window after a drag by (dx, dy) in CSS pixels: to the right wider, down a higher centre, as radiology viewers do.
 * A thousand pixels cross the whole range of the image; `fine` is a fifth of that.
 */
export function dragWindow(
  start: { center: number; width: number; function: Window['function'] },
  dx: number,
  dy: number,
  range: number,
  fine = false,
): Voi {
  const step = windowStep(range);
  const perPixel = ((range > 0 ? range : 1) / 1000) * (fine ? 0.2 : 1);
  const snap = (value: number): number => Number((Math.round(value / step) * step).toPrecision(12));
  const least = start.function === 'LINEAR' ? Math.max(1, step) : step;
  return {
    type: 'window',
    center: snap(start.center + dy * perPixel),
    width: Math.max(least, snap(start.width + dx * perPixel)),
    function: start.function,
  };
}
