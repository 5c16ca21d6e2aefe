import { describe, expect, it } from 'vitest';
import { readHeif } from '../../../main/imaging/heif';
import { box, exifBlock, heifBoxes, numbers } from '../../fixtures/photo-bytes';

const irot = (quarters: number): Uint8Array => box('irot', numbers([quarters, 1]));
const imir = (axis: number): Uint8Array => box('imir', numbers([axis, 1]));
const orientation = (...transforms: Uint8Array[]): number | undefined =>
  readHeif(heifBoxes(40, 30, transforms, new Uint8Array()))?.orientation;

describe('readHeif', () => {
  it('reads the size of the primary picture and its Exif', () => {
    const exif = exifBlock({ 0x0112: 6 });
    const facts = readHeif(heifBoxes(40, 30, [irot(3)], exif));
    expect(facts).toMatchObject({ width: 40, height: 30, orientation: 6 });
    expect(facts?.exif).toEqual(exif);
  });

  it('names turns and mirrors as Exif does', () => {
    expect(orientation()).toBe(1);
    expect([0, 1, 2, 3].map((quarters) => orientation(irot(quarters)))).toEqual([1, 8, 3, 6]);
    expect(orientation(imir(1))).toBe(2);
    expect(orientation(imir(0))).toBe(4);
    expect(orientation(irot(1), imir(1))).toBe(7);
    expect(orientation(imir(1), irot(1))).toBe(5);
    expect(orientation(irot(2), imir(0))).toBe(2);
  });

  it('never throws on spoilt or cut boxes', () => {
    const whole = heifBoxes(40, 30, [irot(1)], exifBlock({ 0x0112: 8 }));
    for (let at = 0; at < whole.length; at += 1) {
      const spoilt = whole.slice();
      spoilt[at] = 0xff;
      expect(() => readHeif(spoilt)).not.toThrow();
      expect(() => readHeif(whole.subarray(0, at))).not.toThrow();
    }
  });
});
