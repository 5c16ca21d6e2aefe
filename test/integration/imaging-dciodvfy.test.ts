import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PhotoKind } from '../../main/imaging/detect';
import type { PhotoContext } from '../../main/imaging/photo-context';
import { makePdfDicom } from '../../main/imaging/pdf-dicom';
import { bmpOf, exifBlock, pdfBytes, pngWithExif, tiffOf, withExif } from '../fixtures/photo-bytes';
import {
  animatedGif,
  cmykJpegOf,
  cornerSamples,
  encoded,
  grayJpegOf,
  grayRampPng,
  jpegOf,
  storedFor,
  transparentPng,
} from '../fixtures/photos';
import { CONTEXT, photoDicom, PLACE, sha256 } from '../fixtures/photo-context';

/** dciodvfy, of Debian's dicom3tools, checks an object against its IOD of PS3.3. */
describe('dciodvfy', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldbox-dciodvfy-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function errorsOf(part10: Uint8Array): string[] {
    const path = join(folder, 'object.dcm');
    writeFileSync(path, part10);
    const { status, stdout, stderr, error } = spawnSync('dciodvfy', [path], { encoding: 'utf8' });
    if (error)
      throw new Error('dciodvfy is needed for this test; it comes with the Debian package dicom3tools', {
        cause: error,
      });
    const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '');
    expect(lines.length, 'dciodvfy names at least the IOD').toBeGreaterThan(0);
    const errors = lines.filter((line) => line.startsWith('Error'));
    return status === 0 || errors.length > 0 ? errors : lines;
  }

  const upright = cornerSamples(49, 33);
  const anonymous: Partial<PhotoContext> = {
    takenAt: '2024-02-29T10:11:12.345Z',
    cameraName: 'USB Camera',
    laterality: 'L',
    bodyPart: 'EYE',
    operatorName: 'Diallo^Aminata',
  };

  it.each<[string, PhotoKind, () => Promise<Uint8Array>]>([
    ['a baseline JPEG', 'jpeg', () => jpegOf(upright)],
    [
      'a turned JPEG with Exif',
      'jpeg',
      async () =>
        withExif(
          await jpegOf(storedFor(upright, 6)),
          exifBlock({ 0x010f: 'Acme', 0x0112: 6 }, { 0x9003: '2024:02:29 13:14:15' }),
        ),
    ],
    ['a gray JPEG', 'jpeg', () => grayJpegOf(upright)],
    ['a progressive JPEG', 'jpeg', () => jpegOf(upright, true)],
    ['a CMYK JPEG', 'jpeg', () => cmykJpegOf(upright)],
    ['a lossy WebP', 'webp', () => encoded(upright, 'webp', false)],
    ['an AVIF', 'avif', () => encoded(upright, 'avif')],
    ['a PNG', 'png', () => encoded(upright, 'png')],
    ['a PNG with transparency', 'png', () => transparentPng(upright)],
    [
      'a PNG of a camera',
      'png',
      async () =>
        pngWithExif(await encoded(upright, 'png'), exifBlock({ 0x0110: 'Cam' }, { 0x9003: '2024:02:29 13:14:15' })),
    ],
    ['a 16-bit gray PNG', 'png', () => grayRampPng(64, 48, 21)],
    ['a BMP', 'bmp', () => Promise.resolve(bmpOf(upright.data, 49, 33))],
    ['an animation', 'gif', () => animatedGif([10, 100, 200])],
    ['pages of gray', 'tiff', () => Promise.resolve(tiffOf([page(20, 10, 50), page(10, 20, 90)]))],
    ['pages of 16-bit gray', 'tiff', () => Promise.resolve(tiffOf([deepPage(500), deepPage(60_000)]))],
  ])('finds no error in %s', async (_, kind, make) => {
    const bytes = await make();
    expect(errorsOf((await photoDicom(bytes, kind)).part10)).toEqual([]);
    expect(errorsOf((await photoDicom(bytes, kind, anonymous)).part10)).toEqual([]);
  });

  it('finds no error in the published phone photo', async () => {
    const photo = readFileSync(new URL('../../node_modules/jpeg-exif/test/IMG_0001.JPG', import.meta.url));
    expect(errorsOf((await photoDicom(photo, 'jpeg')).part10)).toEqual([]);
  });

  it('finds no error in a PDF', () => {
    const bytes = pdfBytes();
    expect(
      errorsOf(
        makePdfDicom({ bytes, sourceSha256: sha256(bytes), context: CONTEXT, place: PLACE, title: 'A letter' }).part10,
      ),
    ).toEqual([]);
  });

  it('finds an error where there is one', async () => {
    const { part10 } = await photoDicom(await jpegOf(upright), 'jpeg');
    const broken = part10.slice();
    const at = Buffer.from(broken).indexOf('YBR_FULL_422');
    broken.set(Buffer.from('YBR_NONSENSE'), at);
    expect(errorsOf(broken)).not.toEqual([]);
  });
});

function page(width: number, height: number, value: number): { width: number; height: number; data: Uint8Array } {
  return { width, height, data: new Uint8Array(width * height).fill(value) };
}

function deepPage(value: number): { width: number; height: number; data: Uint16Array } {
  return { width: 12, height: 12, data: new Uint16Array(144).fill(value) };
}
