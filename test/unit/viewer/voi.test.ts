import { describe, expect, it } from 'vitest';
import type { FrameHeader } from '@shared/contract/frames';
import {
  defaultVoi,
  displayFunction,
  dragWindow,
  IDENTITY_8BIT,
  rangeWindow,
  windowed,
  windowStep,
} from '../../../renderer/features/viewer/math/voi';
import { grayHeader } from './frames';

/** The pseudo code of PS3.3 C.11.2.1.2.1, word for word, with ymin 0 and ymax 255. */
function standardLinear(x: number, c: number, w: number): number {
  if (x <= c - 0.5 - (w - 1) / 2) return 0;
  if (x > c - 0.5 + (w - 1) / 2) return 255;
  return ((x - (c - 0.5)) / (w - 1) + 0.5) * (255 - 0) + 0;
}

describe('windowed', () => {
  it('is the LINEAR function of the standard', () => {
    for (const [c, w] of [
      [40, 400],
      [2048, 4096],
      [0, 2],
      [-600.5, 1500.25],
    ] as const) {
      for (let x = -3000; x <= 5000; x += 37) expect(windowed(x, c, w, 'LINEAR')).toBe(standardLinear(x, c, w));
    }
  });

  it('gives the examples of the standard: 8 and 12 bits whole, and others', () => {
    // PS3.3 C.11.2.1.2.1: c=2048, w=4096 is x=0 -> ymin, x=4095 -> ymax.
    expect(windowed(0, 2048, 4096, 'LINEAR')).toBe(0);
    expect(windowed(4095, 2048, 4096, 'LINEAR')).toBeCloseTo(255, 9);
    expect(windowed(1, 2048, 4096, 'LINEAR')).toBeCloseTo(255 / 4095, 9);
    // c=0, w=100: from -50 to 49.
    expect(windowed(-50, 0, 100, 'LINEAR')).toBe(0);
    expect(windowed(49, 0, 100, 'LINEAR')).toBeCloseTo(255, 9);
    expect(windowed(-0.5, 0, 100, 'LINEAR')).toBeCloseTo(127.5, 9);
  });

  it('makes a threshold of width 1', () => {
    // c=2048, w=1: black up to 2047, white from 2048 on.
    expect(windowed(2047, 2048, 1, 'LINEAR')).toBe(0);
    expect(windowed(2047.5, 2048, 1, 'LINEAR')).toBe(0);
    expect(windowed(2048, 2048, 1, 'LINEAR')).toBe(255);
    // Widths below what the standard allows act as 1.
    expect(windowed(2048, 2048, 0, 'LINEAR')).toBe(255);
    expect(windowed(2047, 2048, -5, 'LINEAR')).toBe(0);
  });

  it('is the LINEAR_EXACT function of the standard', () => {
    expect(windowed(0, 50, 100, 'LINEAR_EXACT')).toBe(0);
    expect(windowed(100, 50, 100, 'LINEAR_EXACT')).toBe(255);
    expect(windowed(100.01, 50, 100, 'LINEAR_EXACT')).toBe(255);
    expect(windowed(50, 50, 100, 'LINEAR_EXACT')).toBe(127.5);
    expect(windowed(25, 50, 100, 'LINEAR_EXACT')).toBeCloseTo(63.75, 9);
    expect(windowed(0.35, 0.5, 0.6, 'LINEAR_EXACT')).toBeCloseTo(63.75, 9);
    expect(windowed(5, 5, 0, 'LINEAR_EXACT')).toBe(127.5);
    expect(windowed(5.001, 5, 0, 'LINEAR_EXACT')).toBe(255);
  });

  it('is the SIGMOID function of the standard', () => {
    for (const x of [-200, -10, 0, 40, 41, 300]) {
      expect(windowed(x, 40, 80, 'SIGMOID')).toBeCloseTo(255 / (1 + Math.exp((-4 * (x - 40)) / 80)), 9);
    }
    expect(windowed(40, 40, 80, 'SIGMOID')).toBe(127.5);
  });
});

describe('the window an image starts with', () => {
  const window = { center: 40, width: 400, explanation: 'A', function: 'SIGMOID' } as const;
  const voiLut = { firstMapped: 10, values: [0, 100, 255] };

  it('is its first window, else its table, else its range', () => {
    const both: FrameHeader = { ...grayHeader(2, 2), windows: [window], voiLut };
    expect(defaultVoi(both)).toEqual({ type: 'window', center: 40, width: 400, function: 'SIGMOID' });
    expect(defaultVoi({ ...both, windows: [] })).toEqual({ type: 'table' });
    expect(defaultVoi({ ...both, windows: [], voiLut: null, min: -10, max: 30 })).toEqual(rangeWindow(-10, 30));
  });

  it('keeps the range of the first frame of a run', () => {
    expect(defaultVoi({ ...grayHeader(2, 2), min: 5, max: 6 }, { min: 0, max: 100 })).toEqual(rangeWindow(0, 100));
  });

  it('leaves colours as they are', () => {
    const show = displayFunction({ ...grayHeader(1, 1), kind: 'rgb' }, IDENTITY_8BIT, false);
    for (let v = 0; v < 256; v += 1) expect(show(v)).toBe(v);
  });

  it('shows the ends of a range black and white, and a flat picture without a fault', () => {
    const show = displayFunction(grayHeader(1, 1), rangeWindow(-1000, 3000), false);
    expect([show(-1000), show(1000), show(3000)]).toEqual([0, 128, 255]);
    expect(displayFunction(grayHeader(1, 1), rangeWindow(7, 7), false)(7)).toBe(128);
  });
});

describe('displayFunction', () => {
  it('inverts MONOCHROME1, and inverts it back', () => {
    const header = { ...grayHeader(1, 1), invert: true };
    expect(displayFunction(header, rangeWindow(0, 255), false)(0)).toBe(255);
    expect(displayFunction(header, rangeWindow(0, 255), true)(0)).toBe(0);
    expect(displayFunction({ ...header, invert: false }, rangeWindow(0, 255), true)(255)).toBe(0);
  });

  it('looks up a VOI LUT and holds its ends', () => {
    const header = { ...grayHeader(1, 1), voiLut: { firstMapped: -5, values: [3, 90, 250] } };
    const show = displayFunction(header, { type: 'table' }, false);
    expect([-100, -5, -4, -3, 100].map(show)).toEqual([3, 3, 90, 250, 250]);
  });

  it('shows what is not a number black', () => {
    expect(displayFunction(grayHeader(1, 1), rangeWindow(0, 1), false)(Number.NaN)).toBe(0);
  });
});

describe('dragWindow', () => {
  const start = { center: 40, width: 400, function: 'LINEAR' } as const;

  it('widens to the right and raises the centre downwards, in proportion to the range', () => {
    expect(dragWindow(start, 100, 0, 4000)).toMatchObject({ center: 40, width: 800 });
    expect(dragWindow(start, 0, 50, 4000)).toMatchObject({ center: 240, width: 400 });
    expect(dragWindow(start, 100, 0, 4000, true)).toMatchObject({ width: 480 });
  });

  it('never goes below a width the function takes', () => {
    expect(dragWindow(start, -9999, 0, 4000)).toMatchObject({ width: 1 });
    expect(dragWindow({ center: 1, width: 2, function: 'LINEAR_EXACT' }, -9999, 0, 5)).toMatchObject({ width: 0.01 });
  });

  it('moves in steps fine enough for small ranges', () => {
    expect(windowStep(4096)).toBe(1);
    expect(windowStep(5)).toBe(0.01);
    expect(windowStep(0)).toBe(1);
    expect(dragWindow({ center: 2, width: 4, function: 'LINEAR_EXACT' }, 0, 10, 5)).toMatchObject({ center: 2.05 });
  });
});
