import { describe, expect, it } from 'vitest';
import type { FrameHeader } from '@shared/contract/frames';
import type { Samples } from '../../../renderer/features/viewer/data/frameCodec';
import { buildTable, rasterSize, rowPainter, stepFor } from '../../../renderer/features/viewer/math/raster';
import { percentileRange } from '../../../renderer/features/viewer/math/statistics';
import { displayFunction, IDENTITY_8BIT, type Voi } from '../../../renderer/features/viewer/math/voi';
import { grayHeader } from './frames';

const VOIS: readonly Voi[] = [
  { type: 'window', center: 40, width: 400, function: 'LINEAR' },
  { type: 'window', center: 100, width: 1, function: 'LINEAR' },
  { type: 'window', center: 0, width: 3000, function: 'SIGMOID' },
  { type: 'window', center: 12.5, width: 777, function: 'LINEAR_EXACT' },
  { type: 'table' },
];

function paint(header: FrameHeader, samples: Samples, voi: Voi, invert = false, step = 1): Uint8Array {
  const { width, height } = rasterSize(header, step);
  const out = new Uint32Array(width * height);
  rowPainter(header, samples, voi, invert)(out, step, 0, height);
  return new Uint8Array(out.buffer);
}

describe('buildTable', () => {
  it('equals the direct computation for every stored value', () => {
    for (const sampleType of ['u8', 'u16', 'i16'] as const) {
      for (const voi of VOIS) {
        const header: FrameHeader = {
          ...grayHeader(1, 1),
          sampleType,
          slope: 1.5,
          intercept: -1024,
          invert: sampleType === 'u16',
          voiLut: { firstMapped: -100, values: Array.from({ length: 300 }, (_, i) => (i * 7) % 256) },
        };
        const made = buildTable(header, voi, false);
        const show = displayFunction(header, voi, false);
        expect(made).not.toBeNull();
        const { table, offset } = made ?? { table: new Uint8Array(), offset: 0 };
        const expected = Uint8Array.from(table, (_, i) => show((i - offset) * 1.5 - 1024));
        expect(table).toEqual(expected);
      }
    }
  });

  it('is not made for samples of more than 16 bits', () => {
    for (const sampleType of ['u32', 'i32', 'f32', 'f64'] as const) {
      expect(buildTable({ ...grayHeader(1, 1), sampleType }, IDENTITY_8BIT, false)).toBeNull();
    }
  });
});

describe('rowPainter', () => {
  const voi: Voi = { type: 'window', center: 0, width: 200, function: 'LINEAR_EXACT' };

  it('paints opaque gray pixels, the same from all sample types', () => {
    const values = [-100, -50, 0, 50, 100, 120];
    const makers = {
      i16: Int16Array,
      i32: Int32Array,
      f32: Float32Array,
      f64: Float64Array,
    } as const;
    for (const sampleType of ['i16', 'i32', 'f32', 'f64'] as const) {
      const samples = makers[sampleType].from(values);
      const out = paint({ ...grayHeader(3, 2), sampleType }, samples, voi);
      const expected = [0, 64, 128, 191, 255, 255].flatMap((v) => [v, v, v, 255]);
      expect([...out]).toEqual(expected);
    }
  });

  it('applies slope and intercept and both inversions', () => {
    const header: FrameHeader = { ...grayHeader(2, 1), sampleType: 'u8', slope: 2, intercept: -100 };
    expect(paint(header, Uint8Array.of(0, 100), voi)[4]).toBe(255);
    expect(paint({ ...header, invert: true }, Uint8Array.of(0, 100), voi)[4]).toBe(0);
    expect(paint({ ...header, invert: true }, Uint8Array.of(0, 100), voi, true)[4]).toBe(255);
  });

  it('leaves colours untouched until a window is set, and inverts them', () => {
    const header: FrameHeader = { ...grayHeader(2, 1), kind: 'rgb', sampleType: 'u8' };
    const samples = Uint8Array.of(1, 2, 3, 250, 128, 0);
    expect([...paint(header, samples, IDENTITY_8BIT)]).toEqual([1, 2, 3, 255, 250, 128, 0, 255]);
    expect([...paint(header, samples, IDENTITY_8BIT, true)]).toEqual([254, 253, 252, 255, 5, 127, 255, 255]);
  });

  it('takes every n-th pixel of both directions for previews', () => {
    const header: FrameHeader = { ...grayHeader(5, 5), sampleType: 'u8' };
    const samples = Uint8Array.from({ length: 25 }, (_, i) => i);
    const out = paint(header, samples, IDENTITY_8BIT, false, 2);
    expect([...out].filter((_, i) => i % 4 === 0)).toEqual([0, 2, 4, 10, 12, 14, 20, 22, 24]);
    expect(rasterSize(header, 2)).toEqual({ width: 3, height: 3 });
  });

  it('can be cut into rows', () => {
    const header: FrameHeader = { ...grayHeader(7, 9), sampleType: 'u16' };
    const samples = Uint16Array.from({ length: 63 }, (_, i) => i * 65);
    const out = new Uint32Array(63);
    const painter = rowPainter(header, samples, { ...voi, center: 2048, width: 4096 }, false);
    for (let row = 0; row < 9; row += 2) painter(out, 1, row, Math.min(row + 2, 9));
    expect(new Uint8Array(out.buffer)).toEqual(paint(header, samples, { ...voi, center: 2048, width: 4096 }));
  });

  it('finds the step at which a preview is small enough', () => {
    expect(stepFor(grayHeader(512, 512), 1_000_000)).toBe(1);
    expect(stepFor(grayHeader(3000, 3000), 1_000_000)).toBe(3);
    expect(stepFor(grayHeader(20_000, 20_000), 1_000_000)).toBe(20);
  });
});

describe('percentileRange', () => {
  it('leaves out the outermost hundredths and padding', () => {
    const samples = new Int16Array(10_000);
    for (let i = 0; i < samples.length; i += 1) samples[i] = i < 50 ? 4000 : i < 100 ? -32768 : i % 1000;
    const header: FrameHeader = { ...grayHeader(100, 100), sampleType: 'i16', min: 0, max: 4000 };
    const { min, max } = percentileRange(header, samples);
    expect(min).toBeGreaterThanOrEqual(0);
    expect(min).toBeLessThan(20);
    expect(max).toBeGreaterThan(970);
    expect(max).toBeLessThan(1010);
  });

  it('keeps to the header for flat pictures', () => {
    expect(percentileRange({ ...grayHeader(2, 1), min: 3, max: 3 }, Uint16Array.of(3, 3))).toEqual({ min: 3, max: 3 });
  });
});
