import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readExif } from '../../../main/imaging/exif';
import { exifBlock, heifBoxes, numbers, box, pngWithExif, tiffOf, withExif } from '../../fixtures/photo-bytes';
import { cornerSamples, encoded, jpegOf } from '../../fixtures/photos';

const sample = (path: string): Uint8Array => readFileSync(new URL(`../../../node_modules/${path}`, import.meta.url));
const MAIN = { 0x010f: 'Acme', 0x0110: 'Snap 3', 0x0112: 6 };
const EXIF = { 0x9003: '2024:02:29 13:14:15', 0x9011: '+05:30', 0xa431: 'SERIAL-42' };
const WANTED = { orientation: 6, takenAt: '2024-02-29T13:14:15+05:30', make: 'Acme', model: 'Snap 3' };

describe('readExif', () => {
  let jpeg: Uint8Array;
  beforeAll(async () => {
    jpeg = await jpegOf(cornerSamples());
  });

  it('reads a JPEG, a PNG, a TIFF and a HEIC alike', async () => {
    const block = exifBlock(MAIN, EXIF);
    expect(readExif(withExif(jpeg, block))).toEqual(WANTED);
    expect(readExif(pngWithExif(await encoded(cornerSamples(), 'png'), block))).toEqual(WANTED);
    expect(readExif(heifBoxes(4, 4, [box('irot', numbers([1, 1]))], block))).toEqual(WANTED);
    const tiff = tiffOf([{ width: 1, height: 1, data: Uint8Array.of(7), tags: { 0x0112: 3, 0x010f: 'Acme' } }]);
    expect(readExif(tiff)).toEqual({ orientation: 3, make: 'Acme' });
  });

  it('reads all eight orientations and takes any other number for upright', () => {
    for (let value = 1; value <= 8; value += 1)
      expect(readExif(withExif(jpeg, exifBlock({ 0x0112: value }))).orientation).toBe(value);
    for (const value of [0, 9, 65_535])
      expect(readExif(withExif(jpeg, exifBlock({ 0x0112: value }))).orientation).toBe(1);
  });

  it('takes no moment that the calendar does not have, and no offset that no clock has', () => {
    const at = (taken: string, offset = ''): string | undefined =>
      readExif(withExif(jpeg, exifBlock({}, { 0x9003: taken, 0x9011: offset }))).takenAt;
    expect(at('0000:00:00 00:00:00')).toBeUndefined();
    expect(at('2023:02:29 10:00:00')).toBeUndefined();
    expect(at('2023:02:28 24:00:00')).toBeUndefined();
    expect(at('    :  :     :  :  ')).toBeUndefined();
    expect(at('2023:02:28 23:59:59', '+99:00')).toBe('2023-02-28T23:59:59');
    expect(at('2023:02:28 23:59:59', '-08:00')).toBe('2023-02-28T23:59:59-08:00');
  });

  it('cleans and bounds what the camera calls itself', () => {
    const { make, model } = readExif(withExif(jpeg, exifBlock({ 0x010f: ' Acme\u0007\n ', 0x0110: 'x'.repeat(500) })));
    expect(make).toBe('Acme');
    expect(model).toBe('x'.repeat(64));
  });

  it('exposes neither places nor serial numbers', () => {
    const facts = readExif(withExif(jpeg, exifBlock(MAIN, EXIF, { 0x0001: 'N', 0x001d: '2024:02:29' })));
    expect(Object.keys(facts).sort()).toEqual(['make', 'model', 'orientation', 'takenAt']);
  });

  it('never throws, whatever byte of the block is spoilt or wherever it breaks off', () => {
    const photo = withExif(jpeg, exifBlock(MAIN, EXIF));
    const end = 2 + 4 + 6 + exifBlock(MAIN, EXIF).length;
    for (let at = 2; at < end; at += 1) {
      for (const value of [0, 0x7f, 0xff]) {
        const spoilt = photo.slice();
        spoilt[at] = value;
        expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(readExif(spoilt).orientation);
      }
      expect(() => readExif(photo.subarray(0, at))).not.toThrow();
    }
  });

  it('keeps what is sound when one entry lies outside of the block', () => {
    const block = exifBlock(MAIN, EXIF);
    const make = 8 + 2 + 8;
    new DataView(block.buffer).setUint32(make, 0xfffffff0, true);
    expect(readExif(withExif(jpeg, block))).toEqual({ orientation: 6, takenAt: WANTED.takenAt, model: 'Snap 3' });
  });

  it('reads the published samples as other readers do', () => {
    expect(readExif(sample('jpeg-exif/test/IMG_0001.JPG'))).toEqual({
      orientation: 6,
      takenAt: '2016-03-24T14:49:51',
      make: 'Apple',
      model: 'iPhone 6 Plus',
    });
    expect(readExif(sample('exif/test/right.jpg')).orientation).toBe(8);
    expect(readExif(sample('exif/test/down-mirrored.jpg')).orientation).toBe(4);
    expect(readExif(sample('exif-parser/test/starfish.jpg'))).toEqual({
      orientation: 1,
      takenAt: '2013-05-10T15:21:35',
      make: 'Nokia',
      model: 'Lumia 820',
    });
  });

  it('survives every sample of the exif package, the evil ones too', () => {
    const folder = new URL('../../../node_modules/exif/test/', import.meta.url);
    const names = readdirSync(folder).filter((name) => name.endsWith('.jpg'));
    expect(names).toContain('evil1.jpg');
    for (const name of names) expect(() => readExif(readFileSync(new URL(name, folder))), name).not.toThrow();
  });
});
