import { describe, expect, it } from 'vitest';
import {
  boxShrink,
  flattenRgba,
  onSheet,
  toEightBits,
  toRgb,
  turnUpright,
  type Raster,
} from '../../../main/imaging/raster';
import { toOrientation } from '../../../main/imaging/exif';
import { cornerSamples, storedFor } from '../../fixtures/photos';

const gray = (data: number[], width: number): Raster => ({
  data: Uint8Array.from(data),
  width,
  height: data.length / width,
  channels: 1,
});

describe('turnUpright', () => {
  it('undoes each of the eight orientations', () => {
    const upright = cornerSamples(7, 4);
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const turned = turnUpright({ ...storedFor(upright, orientation), channels: 3 }, toOrientation(orientation));
      expect(turned, `orientation ${orientation}`).toEqual({ ...upright, channels: 3 });
    }
  });

  it('keeps 16-bit samples', () => {
    const raster: Raster = { data: Uint16Array.of(1, 2, 3, 40_000, 50_000, 60_000), width: 3, height: 2, channels: 1 };
    expect(turnUpright(raster, 6)).toEqual({
      data: Uint16Array.of(40_000, 1, 50_000, 2, 60_000, 3),
      width: 2,
      height: 3,
      channels: 1,
    });
  });
});

describe('samples', () => {
  it('lays what is transparent onto white', () => {
    const flat = flattenRgba(Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128), 3, 1);
    expect([...flat.data]).toEqual([10, 20, 30, 255, 255, 255, 127, 127, 127]);
  });

  it('shrinks each box to its mean and leaves small pictures alone', () => {
    const raster = gray([0, 10, 100, 100, 20, 30, 100, 100], 4);
    expect(boxShrink(raster, 2)).toEqual(gray([15, 100], 2));
    expect(boxShrink(raster, 4)).toBe(raster);
    const strip: Raster = { data: new Uint8Array(3000).fill(9), width: 1000, height: 1, channels: 3 };
    expect(boxShrink(strip, 100)).toMatchObject({ width: 100, height: 1 });
  });

  it('spreads 16-bit gray over 8 bits for pictures of it', () => {
    const raster: Raster = { data: Uint16Array.of(1000, 2000, 3000), width: 3, height: 1, channels: 1 };
    expect([...toEightBits(raster).data]).toEqual([0, 128, 255]);
    expect([...toEightBits({ ...raster, data: Uint16Array.of(5, 5, 5) }).data]).toEqual([0, 0, 0]);
    expect([...toRgb(gray([7], 1)).data]).toEqual([7, 7, 7]);
  });

  it('lays a small page onto a larger white sheet', () => {
    expect([...onSheet(gray([1, 2], 1), 2, 3).data]).toEqual([1, 255, 2, 255, 255, 255]);
  });
});
