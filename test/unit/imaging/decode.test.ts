import { beforeAll, describe, expect, it } from 'vitest';
import { FieldboxError } from '@shared/errors';
import { decodePage, readHeader } from '../../../main/imaging/decode';
import type { PhotoKind } from '../../../main/imaging/detect';
import { photoInfo } from '../../../main/imaging/info';
import type { Raster } from '../../../main/imaging/raster';
import { loadSharp, openSharp } from '../../../main/imaging/sharp';
import { thumbnailOfPhoto, thumbnailOfPixels } from '../../../main/imaging/thumbnail';
import { bmpOf, concat, exifBlock, pngWithExif, tiffOf, withExif, withSegments } from '../../fixtures/photo-bytes';
import {
  cornerDifference,
  CORNERS,
  cornerSamples,
  encoded,
  grayRampPng,
  jpegOf,
  storedFor,
  transparentPng,
} from '../../fixtures/photos';

const corners = cornerSamples();
const decode = async (bytes: Uint8Array, kind: PhotoKind): Promise<Raster> =>
  decodePage(bytes, kind, await readHeader(bytes, kind));

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (fault) {
    return fault instanceof FieldboxError ? fault.code : String(fault);
  }
  return 'none';
}

function expectCorners({ data, width, height }: Raster, tolerance: number): void {
  expect(cornerDifference(data, width, height)).toBeLessThanOrEqual(tolerance);
}

describe('sharp', () => {
  it('is the WebAssembly build, in plain Node too', () => {
    expect(loadSharp().versions).toHaveProperty('emscripten');
    expect(JSON.stringify((process.report.getReport() as { sharedObjects: string[] }).sharedObjects)).not.toMatch(
      /sharp|vips/,
    );
  });
});

describe('decodePage', () => {
  it('turns JPEG and PNG upright from each of the eight orientations', async () => {
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const stored = storedFor(corners, orientation);
      const block = exifBlock({ 0x0112: orientation });
      const jpeg = withExif(await jpegOf(stored), block);
      expect(await photoInfo(jpeg, 'jpeg')).toMatchObject({ width: 48, height: 32, orientation, modality: 'XC' });
      const raster = await decode(jpeg, 'jpeg');
      expect([raster.width, raster.height]).toEqual([48, 32]);
      expectCorners(raster, 12);
      const png = await decode(pngWithExif(await encoded(stored, 'png'), block), 'png');
      expect(png).toEqual({ ...corners, data: png.data, channels: 3 });
      expect(Buffer.compare(png.data as Uint8Array, corners.data)).toBe(0);
    }
  });

  it('decodes every other format', async () => {
    expectCorners(await decode(await encoded(corners, 'webp', false), 'webp'), 12);
    expectCorners(await decode(await encoded(corners, 'webp'), 'webp'), 0);
    expectCorners(await decode(await encoded(corners, 'avif'), 'avif'), 12);
    expectCorners(await decode(await encoded(corners, 'gif'), 'gif'), 0);
    expectCorners(await decode(await encoded(corners, 'tiff'), 'tiff'), 0);
    expectCorners(await decode(bmpOf(corners.data, 48, 32), 'bmp'), 0);
  });

  it('keeps 16-bit gray exactly, from PNG and TIFF', async () => {
    const ramp = await decode(await grayRampPng(256, 256, 1), 'png');
    expect(ramp.data).toEqual(Uint16Array.from({ length: 65_536 }, (_, index) => index));
    const data = Uint16Array.from({ length: 64 }, (_, index) => index * 1021);
    const tiff = await decode(tiffOf([{ width: 8, height: 8, data }]), 'tiff');
    expect(tiff).toEqual({ data, width: 8, height: 8, channels: 1 });
  });

  it('turns each page of a TIFF by its own orientation', async () => {
    const page = { width: 2, height: 1, data: Uint8Array.of(10, 200) };
    const tiff = tiffOf([page, { ...page, tags: { 0x0112: 3 } }, { ...page, tags: { 0x0112: 6 } }]);
    const header = await readHeader(tiff, 'tiff');
    expect(header.pages).toBe(3);
    expect([...(await decodePage(tiff, 'tiff', header, 0)).data]).toEqual([10, 200]);
    expect([...(await decodePage(tiff, 'tiff', header, 1)).data]).toEqual([200, 10]);
    expect(await decodePage(tiff, 'tiff', header, 2)).toMatchObject({ width: 1, height: 2 });
  });

  it('lays transparency onto white', async () => {
    const raster = await decode(await transparentPng(corners), 'png');
    expect([...raster.data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect([...raster.data.subarray(47 * 3, 48 * 3)]).toEqual([...CORNERS.topRight]);
  });
});

describe('damage', () => {
  let jpeg: Uint8Array;
  beforeAll(async () => {
    const noise = {
      width: 200,
      height: 150,
      data: Uint8Array.from({ length: 200 * 150 * 3 }, (_, index) => (index * 7919) % 251),
    };
    jpeg = await jpegOf(noise);
  });

  it('puts aside a JPEG whose coded data break off, with or without an end mark', async () => {
    const cut = jpeg.subarray(0, jpeg.length >> 1);
    expect(await codeOf(() => decode(cut, 'jpeg'))).toBe('PHOTO_DAMAGED');
    const closed = concat([cut, Uint8Array.of(0xff, 0xd9)]);
    expect(await codeOf(() => decode(closed, 'jpeg'))).toBe('PHOTO_DAMAGED');
    expect(await codeOf(() => thumbnailOfPhoto(closed, 'jpeg'))).toBe('PHOTO_DAMAGED');
  });

  it('takes a JPEG whose Exif alone is broken', async () => {
    const broken = withSegments(
      jpeg,
      Uint8Array.of(0xff, 0xe1, 0, 20, 69, 120, 105, 102, 0, 0, 73, 73, 42, 0, 255, 255, 255, 255, 1, 2, 3, 4),
    );
    expect(await decode(broken, 'jpeg')).toMatchObject({ width: 200, height: 150 });
  });

  it('puts aside cut files of every other format', async () => {
    for (const format of ['png', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const whole = await encoded(
        { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).map((_, index) => (index * 7919) % 251) },
        format,
      );
      expect(await codeOf(() => decode(whole.subarray(0, whole.length >> 1), format)), format).toBe('PHOTO_DAMAGED');
    }
    expect(await codeOf(() => decode(bmpOf(corners.data, 48, 32).subarray(0, 2000), 'bmp'))).toBe('PHOTO_DAMAGED');
    expect(await codeOf(() => decode(new Uint8Array(100), 'heic'))).toBe('PHOTO_DAMAGED');
  });

  it('refuses a claim of too many pixels before decoding', async () => {
    const bomb = jpeg.slice();
    const frame = Buffer.from(bomb).indexOf(Uint8Array.of(0xff, 0xc0));
    bomb.set([0xff, 0xf0, 0xff, 0xf0], frame + 5);
    const started = Date.now();
    expect(await codeOf(() => decode(bomb, 'jpeg'))).toBe('PHOTO_TOO_LARGE');
    const bitmap = bmpOf(corners.data, 48, 32);
    new DataView(bitmap.buffer).setInt32(18, 60_000, true);
    new DataView(bitmap.buffer).setInt32(22, 60_000, true);
    expect(await codeOf(() => decode(bitmap, 'bmp'))).toBe('PHOTO_TOO_LARGE');
    const pages = Array.from({ length: 2001 }, () => ({ width: 1, height: 1, data: Uint8Array.of(1) }));
    expect(await codeOf(() => readHeader(tiffOf(pages), 'tiff'))).toBe('PHOTO_TOO_LARGE');
    expect(Date.now() - started).toBeLessThan(2000);
  });

  it('says of camera raw files that it cannot read them', async () => {
    const raw = tiffOf([{ width: 1, height: 1, data: Uint8Array.of(1), tags: { 0xc612: 1 } }]);
    expect(await codeOf(() => readHeader(raw, 'tiff'))).toBe('PHOTO_UNSUPPORTED');
  });
});

describe('thumbnails', () => {
  it('are upright JPEGs of at most the asked side', async () => {
    const large = cornerSamples(900, 600);
    const photo = withExif(await jpegOf(storedFor(large, 6)), exifBlock({ 0x0112: 6 }));
    const thumbnail = await thumbnailOfPhoto(photo, 'jpeg');
    const { data, info } = await openSharp(thumbnail).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([256, 171]);
    expectCorners({ data, width: info.width, height: info.height, channels: 3 }, 12);
  });

  it('are made from samples in memory too, and not enlarged', async () => {
    const rgba = new Uint8Array(1000 * 400 * 4).fill(200);
    expect(
      await openSharp(await thumbnailOfPixels({ data: rgba, width: 1000, height: 400 }, 128)).metadata(),
    ).toMatchObject({ format: 'jpeg', width: 128, height: 51 });
    expect(
      await openSharp(await thumbnailOfPixels({ data: rgba.subarray(0, 400), width: 10, height: 10 })).metadata(),
    ).toMatchObject({ width: 10, height: 10 });
  });
});
