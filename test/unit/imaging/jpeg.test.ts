import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { FieldboxError } from '@shared/errors';
import { stripJpeg } from '../../../main/imaging/jpeg';
import { openSharp } from '../../../main/imaging/sharp';
import { concat, exifBlock, latin, segment, withExif, withSegments } from '../../fixtures/photo-bytes';
import { cmykJpegOf, cornerSamples, grayJpegOf, jpegOf } from '../../fixtures/photos';

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (fault) {
    return fault instanceof FieldboxError ? fault.code : String(fault);
  }
  return 'none';
};

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('stripJpeg', () => {
  let jpeg: Uint8Array;
  let bare: Uint8Array;
  beforeAll(async () => {
    jpeg = await jpegOf(cornerSamples(50, 34));
    bare = stripJpeg(jpeg).bytes;
  });

  it('removes every kind of metadata and keeps the coded bytes', () => {
    const dressed = withSegments(
      jpeg,
      segment(0xe0, 'JFIF\0', Uint8Array.of(1, 2, 1, 0, 72, 0, 72, 1, 1), Uint8Array.of(9, 9, 9)),
      segment(0xe0, 'JFXX\0', Uint8Array.of(0x10, 1, 2, 3)),
      segment(0xe1, 'Exif\0\0', exifBlock({ 0x0112: 1 }, { 0xa431: 'SERIAL-42' }, { 0x0001: 'N' })),
      segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>'),
      segment(0xe2, 'MPF\0', Uint8Array.of(0, 0, 0, 0)),
      segment(0xed, 'Photoshop 3.0\x008BIM'),
      segment(0xfe, 'a comment with a name'),
    );
    const stripped = stripJpeg(concat([dressed, latin('trailing preview with a place')]));
    expect(stripped.trailing).toBe(29);
    for (const word of ['Exif', 'SERIAL', 'xap', 'MPF', '8BIM', 'comment', 'trailing', 'JFXX'])
      expect(text(stripped.bytes)).not.toContain(word);
    const jfif = text(stripped.bytes).indexOf('JFIF\0');
    expect([...stripped.bytes.subarray(jfif + 12, jfif + 14)]).toEqual([0, 0]);
    const scan = text(jpeg).indexOf('\xff\xda');
    expect(text(stripped.bytes).endsWith(text(jpeg.subarray(scan)))).toBe(true);
    expect(stripJpeg(stripped.bytes).bytes).toEqual(stripped.bytes);
  });

  it('keeps the ICC profile and the Adobe marker, for they say what the colours mean', () => {
    const profile = concat([latin('ICC_PROFILE\0'), Uint8Array.of(1, 1), latin('profile data')]);
    const stripped = stripJpeg(
      withSegments(jpeg, segment(0xe2, profile), segment(0xee, 'Adobe', Uint8Array.of(0, 100, 0, 0, 0, 0, 1), 'more')),
    );
    expect(text(stripped.bytes)).toContain('ICC_PROFILE');
    expect(text(stripped.bytes)).not.toContain('more');
    expect(stripped.icc && text(stripped.icc)).toBe('profile data');
    expect(stripped.colour).toBe('ycc');
  });

  it('decodes to the very same samples', async () => {
    const dressed = withExif(jpeg, exifBlock({ 0x010f: 'Acme' }));
    expect(await openSharp(stripJpeg(dressed).bytes).raw().toBuffer()).toEqual(await openSharp(jpeg).raw().toBuffer());
  });

  it('reports what it is', async () => {
    expect(stripJpeg(jpeg)).toMatchObject({
      width: 50,
      height: 34,
      components: 3,
      precision: 8,
      process: 'baseline',
      subsampling: '4:2:0',
      colour: 'ycc',
    });
    expect(stripJpeg(await jpegOf(cornerSamples(), true)).process).toBe('progressive');
    expect(stripJpeg(await grayJpegOf(cornerSamples()))).toMatchObject({
      components: 1,
      subsampling: 'gray',
      colour: 'gray',
    });
    expect(stripJpeg(await cmykJpegOf(cornerSamples()))).toMatchObject({ components: 4, colour: 'cmyk' });
  });

  it('takes a JPEG without JFIF by its Adobe marker or its component names', () => {
    expect(
      stripJpeg(withSegments(bare, segment(0xe0, 'JFIF\0', Uint8Array.of(1, 2, 1, 0, 72, 0, 72, 0, 0)))).colour,
    ).toBe('ycc');
    expect(stripJpeg(withSegments(bare, segment(0xee, 'Adobe', Uint8Array.of(0, 100, 0, 0, 0, 0, 0)))).colour).toBe(
      'rgb',
    );
    expect(stripJpeg(bare).colour).toBe('ycc');
    const named = bare.slice();
    const frame = text(named).indexOf('\xff\xc0');
    [82, 71, 66].forEach((id, index) => (named[frame + 10 + index * 3] = id));
    expect(stripJpeg(named).colour).toBe('rgb');
  });

  it('refuses every truncation', () => {
    for (let length = 0; length < jpeg.length; length += 7)
      expect(codeOf(() => stripJpeg(jpeg.subarray(0, length)))).toBe('PHOTO_DAMAGED');
    expect(codeOf(() => stripJpeg(jpeg.subarray(0, jpeg.length - 2)))).toBe('PHOTO_DAMAGED');
  });

  it('refuses a second frame header, a second start and a picture without scan', () => {
    const at = text(bare).indexOf('\xff\xc0');
    const frame = bare.subarray(at, at + 19);
    expect(codeOf(() => stripJpeg(withSegments(bare, frame)))).toBe('PHOTO_DAMAGED');
    expect(codeOf(() => stripJpeg(withSegments(bare, Uint8Array.of(0xff, 0xd8))))).toBe('PHOTO_DAMAGED');
    expect(codeOf(() => stripJpeg(concat([Uint8Array.of(0xff, 0xd8), frame, Uint8Array.of(0xff, 0xd9)])))).toBe(
      'PHOTO_DAMAGED',
    );
  });

  it('strips the published photo with a place in it', () => {
    const photo = readFileSync(new URL('../../../node_modules/jpeg-exif/test/IMG_0001.JPG', import.meta.url));
    const stripped = stripJpeg(photo);
    expect(stripped).toMatchObject({ width: 2448, height: 2448, process: 'baseline' });
    expect(text(stripped.bytes)).not.toMatch(/Exif\0\0|iPhone|xap\/1\.0/);
  });
});
