import dicomParser from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { stripJpeg } from '../../../main/imaging/jpeg';
import { openSharp } from '../../../main/imaging/sharp';
import { readOrigin } from '../../../main/imaging/origin';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { readDicom } from '../../../main/dicom/reader';
import {
  animatedGif,
  cmykJpegOf,
  cornerDifference,
  cornerSamples,
  encoded,
  grayJpegOf,
  grayRampPng,
  jpegOf,
  storedFor,
} from '../../fixtures/photos';
import {
  bmpOf,
  concat,
  exifBlock,
  pngWithExif,
  segment,
  tiffOf,
  withExif,
  withSegments,
} from '../../fixtures/photo-bytes';
import { photoDicom, sha256 } from '../../fixtures/photo-context';

const corners = cornerSamples();
const utf8 = new TextDecoder();

function read(part10: Uint8Array): {
  text: (tag: string) => string | undefined;
  words: (tag: string) => number | undefined;
  data: dicomParser.DataSet;
} {
  const data = dicomParser.parseDicom(part10);
  const text = (tag: string): string | undefined => {
    const element = data.elements[tag];
    return (
      element &&
      utf8
        .decode(data.byteArray.subarray(element.dataOffset, element.dataOffset + element.length))
        .replace(/[\0 ]+$/, '')
    );
  };
  return { data, text, words: (tag) => data.uint16(tag) };
}

function frames(data: dicomParser.DataSet): Uint8Array[] {
  const element = data.elements['x7fe00010'];
  const fragments = element?.fragments ?? [];
  return fragments.map((fragment) => data.byteArray.slice(fragment.position, fragment.position + fragment.length));
}

describe('makePhotoDicom of a camera picture', () => {
  it('keeps the coded bytes of an upright baseline JPEG and nothing of its metadata', async () => {
    const jpeg = await jpegOf(corners);
    const dressed = withExif(
      jpeg,
      exifBlock(
        { 0x010f: 'Acme', 0x0110: 'Snap 3', 0x0112: 1 },
        { 0x9003: '2024:02:29 13:14:15', 0x9011: '+05:30', 0xa431: 'SERIAL-42' },
        { 0x001d: '2024:02:29' },
      ),
    );
    const made = await photoDicom(dressed, 'jpeg');
    expect(made).toMatchObject({
      sopClassUID: '1.2.840.10008.5.1.4.1.1.77.1.4',
      transferSyntaxUID: '1.2.840.10008.1.2.4.50',
      modality: 'XC',
      width: 48,
      height: 32,
      frames: 1,
      notes: [],
    });
    const { data, text, words } = read(made.part10);
    const [frame = new Uint8Array()] = frames(data);
    const wanted = stripJpeg(jpeg).bytes;
    expect(frame.subarray(0, wanted.length)).toEqual(wanted);
    expect(Buffer.from(made.part10).toString('latin1')).not.toMatch(/Exif\0\0|SERIAL-42/);
    expect([words('x00280010'), words('x00280011'), words('x00280002')]).toEqual([32, 48, 3]);
    expect(text('x00280004')).toBe('YBR_FULL_422');
    expect([text('x00282110'), text('x00282114')]).toEqual(['01', 'ISO_10918_1']);
    expect(Number(text('x00282112'))).toBeCloseTo((48 * 32 * 3) / wanted.length, 1);
    expect([text('x00080070'), text('x00081090')]).toEqual(['Acme', 'Snap 3']);
    expect([text('x0008002a'), text('x00080023'), text('x00080033'), text('x00080201')]).toEqual([
      '20240229131415+0530',
      '20240229',
      '131415',
      '+0530',
    ]);
    expect(text('x00080008')).toBe('ORIGINAL\\PRIMARY');
  });

  it('says whose it is and where it was taken, in UTF-8', async () => {
    const { text } = read((await photoDicom(await jpegOf(corners), 'jpeg')).part10);
    expect(text('x00080005')).toBe('ISO_IR 192');
    expect(text('x00100010')).toBe('Nguyễn^Thị Hoa=阮氏花');
    expect([text('x00100020'), text('x00100021'), text('x00100030'), text('x00100040'), text('x00101010')]).toEqual([
      'A-17',
      'CAMP',
      '19890704',
      'F',
      '034Y',
    ]);
    expect([text('x00080080'), text('x00080081')]).toEqual(['Camp de chirurgie – Bénin', 'Parakou']);
    expect([text('x00081010'), text('x00081040')]).toEqual(['Salle de consult', 'Salle de consultation n° 3']);
    expect([text('x0008103e'), text('x00080060'), text('x00200010'), text('x00200011'), text('x00200013')]).toEqual([
      'Headshot',
      'XC',
      '7',
      '2',
      '5',
    ]);
  });

  it('turns a photo upright from each orientation and says so', async () => {
    for (let orientation = 2; orientation <= 8; orientation += 1) {
      const photo = withExif(await jpegOf(storedFor(corners, orientation)), exifBlock({ 0x0112: orientation }));
      const made = await photoDicom(photo, 'jpeg');
      expect([made.width, made.height]).toEqual([48, 32]);
      const { data, text } = read(made.part10);
      expect(text('x00080008')).toBe('DERIVED\\PRIMARY');
      expect(text('x00082111')).toContain(`Exif orientation ${orientation}`);
      expect(text('x00282114')).toBe('ISO_10918_1\\ISO_10918_1');
      const jpeg = stripJpeg(frames(data)[0] ?? new Uint8Array());
      expect(jpeg).toMatchObject({ process: 'baseline', subsampling: '4:4:4', width: 48, height: 32 });
      const pixels = await openSharp(jpeg.bytes).raw().toBuffer();
      expect(cornerDifference(pixels, 48, 32)).toBeLessThan(16);
    }
  });

  it('recodes what no DICOM reader must know: progressive, CMYK, RGB in a JPEG, WebP, AVIF', async () => {
    const rgb = withSegments(await jpegOf(corners), segment(0xee, 'Adobe', Uint8Array.of(0, 100, 0, 0, 0, 0, 0)));
    const sources = [
      ['jpeg', await jpegOf(corners, true)],
      ['jpeg', await cmykJpegOf(corners)],
      ['jpeg', rgb],
      ['webp', await encoded(corners, 'webp', false)],
      ['avif', await encoded(corners, 'avif')],
    ] as const;
    for (const [kind, bytes] of sources) {
      const made = await photoDicom(bytes, kind);
      expect(made).toMatchObject({ modality: 'XC', transferSyntaxUID: '1.2.840.10008.1.2.4.50' });
      const { data, text } = read(made.part10);
      expect(stripJpeg(frames(data)[0] ?? new Uint8Array()).process).toBe('baseline');
      expect(text('x00280004')).toBe('YBR_FULL_422');
      expect(made.notes.join(' ')).toContain('baseline JPEG');
    }
  });

  it('keeps a gray JPEG gray', async () => {
    const { text, words } = read((await photoDicom(await grayJpegOf(corners), 'jpeg')).part10);
    expect([text('x00280004'), words('x00280002')]).toEqual(['MONOCHROME2', 1]);
  });

  it('takes the moment and camera of the capture before those of the file', async () => {
    const photo = withExif(await jpegOf(corners), exifBlock({}, { 0x9003: '2001:01:01 00:00:00' }));
    const { text } = read(
      (await photoDicom(photo, 'jpeg', { takenAt: '2024-02-29T10:11:12.345Z', cameraName: 'USB Camera' })).part10,
    );
    expect([text('x0008002a'), text('x00081090')]).toEqual(['20240229101112.345+0000', 'USB Camera']);
  });

  it('cuts and cleans what does not fit into its attribute', async () => {
    const { text } = read(
      (await photoDicom(await jpegOf(corners), 'jpeg', { kind: 'a\\b\u0007c', clinicName: 'é'.repeat(200) })).part10,
    );
    expect(text('x0008103e')).toBe('a b c');
    expect(text('x00080080')).toBe('é'.repeat(64));
  });

  it('makes the same bytes again from the same input', async () => {
    const photo = withExif(await jpegOf(storedFor(corners, 6)), exifBlock({ 0x0112: 6 }));
    expect(sha256((await photoDicom(photo, 'jpeg')).part10)).toBe(sha256((await photoDicom(photo, 'jpeg')).part10));
  });
});

describe('makePhotoDicom of screenshots and scans', () => {
  it('keeps PNG, BMP, GIF, lossless WebP and TIFF without loss as Secondary Capture', async () => {
    const large = cornerSamples(300, 200);
    const sources = [
      ['png', await encoded(large, 'png')],
      ['bmp', bmpOf(large.data, 300, 200)],
      ['gif', await encoded(large, 'gif')],
      ['webp', await encoded(large, 'webp')],
      ['tiff', await encoded(large, 'tiff')],
    ] as const;
    for (const [kind, bytes] of sources) {
      const made = await photoDicom(bytes, kind);
      expect(made, kind).toMatchObject({
        sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
        modality: 'OT',
        transferSyntaxUID: '1.2.840.10008.1.2.5',
        notes: [],
      });
      expect(read(made.part10).text('x00282110')).toBe('00');
      expect(made.part10.length).toBeLessThan(large.data.length / 4);
    }
  });

  it('stores samples that do not shrink as they are', async () => {
    const noise = {
      width: 40,
      height: 30,
      data: Uint8Array.from({ length: 3600 }, (_, index) => (index * 7919) % 251),
    };
    const made = await photoDicom(await encoded(noise, 'png'), 'png');
    expect(made.transferSyntaxUID).toBe('1.2.840.10008.1.2.1');
    const { data } = read(made.part10);
    const element = data.elements['x7fe00010'];
    expect(data.byteArray.subarray(element?.dataOffset, (element?.dataOffset ?? 0) + 3600)).toEqual(noise.data);
  });

  it('keeps 16-bit gray at 16 bits', async () => {
    const made = await photoDicom(await grayRampPng(64, 64, 997), 'png');
    const { data, words } = read(made.part10);
    expect([words('x00280100'), words('x00280101'), words('x00280102')]).toEqual([16, 16, 15]);
    const element = data.elements['x7fe00010'];
    const stored = new DataView(data.byteArray.buffer, data.byteArray.byteOffset + (element?.dataOffset ?? 0));
    expect([0, 1, 2, 70].map((index) => stored.getUint16(index * 2, true))).toEqual([
      0,
      997,
      1994,
      (70 * 997) % 65_536,
    ]);
  });

  it('calls a PNG of a named camera a photograph', async () => {
    const png = pngWithExif(
      await encoded(corners, 'png'),
      exifBlock({ 0x010f: 'Acme', 0x0110: 'Cam' }, { 0x9003: '2024:02:29 13:14:15' }),
    );
    expect(await photoDicom(png, 'png')).toMatchObject({
      modality: 'XC',
      sopClassUID: '1.2.840.10008.5.1.4.1.1.77.1.4',
    });
  });

  it('makes every page of a TIFF a frame, of one size and type', async () => {
    const page = (width: number, height: number, value: number): Parameters<typeof tiffOf>[0][number] => ({
      width,
      height,
      data: new Uint8Array(width * height).fill(value),
    });
    const made = await photoDicom(tiffOf([page(20, 10, 50), page(10, 20, 90), page(20, 20, 7)]), 'tiff');
    expect(made).toMatchObject({ sopClassUID: '1.2.840.10008.5.1.4.1.1.7.2', frames: 3, width: 20, height: 20 });
    const { data, text } = read(made.part10);
    expect([text('x00280008'), text('x00182001')]).toEqual(['3', '1\\2\\3']);
    expect(frames(data)).toHaveLength(3);
    expect(made.notes.join(' ')).toContain('white sheet');
    const deep = tiffOf([
      { width: 4, height: 4, data: new Uint16Array(16).fill(900) },
      { width: 4, height: 4, data: new Uint8Array(16).fill(3) },
    ]);
    expect(await photoDicom(deep, 'tiff')).toMatchObject({ sopClassUID: '1.2.840.10008.5.1.4.1.1.7.3', frames: 2 });
    const mixed = tiffOf([
      { width: 4, height: 4, data: new Uint8Array(16).fill(3) },
      { width: 4, height: 4, data: new Uint8Array(48).fill(9) },
    ]);
    expect(await photoDicom(mixed, 'tiff')).toMatchObject({ sopClassUID: '1.2.840.10008.5.1.4.1.1.7.4', frames: 2 });
  });

  it('keeps every frame of an animation and how long it lasts', async () => {
    const made = await photoDicom(await animatedGif([10, 100, 200]), 'gif');
    expect(made).toMatchObject({ frames: 3, width: 16, height: 16, sopClassUID: '1.2.840.10008.5.1.4.1.1.7.4' });
    expect(read(made.part10).text('x00181065')).toBe('0\\100\\100');
  });
});

describe('the origin', () => {
  it('can be read back from the object alone', async () => {
    const bytes = await jpegOf(corners);
    const made = await photoDicom(bytes, 'jpeg');
    expect(readOrigin(readDicom(new BufferSource(made.part10)))).toEqual({
      sourceSha256: sha256(bytes),
      sourceForm: 'jpeg',
      kind: 'Headshot',
      keys: {
        patient: '11111111-1111-4111-8111-111111111111',
        clinic: '22222222-2222-4222-8222-222222222222',
        station: null,
        kind: '44444444-4444-4444-8444-444444444444',
      },
      birthDateEstimated: true,
    });
  });

  it('is found where another program has moved the block to, and nowhere in other objects', async () => {
    const made = await photoDicom(await jpegOf(corners), 'jpeg');
    const moved = made.part10.slice();
    for (let at = 132; at + 4 < moved.length; at += 1) {
      if (moved[at] !== 0x1b || moved[at + 1] !== 0x0f) continue;
      if (moved[at + 2] === 0x10 && moved[at + 3] === 0) moved[at + 2] = 0x44;
      else if (moved[at + 3] === 0x10) moved[at + 3] = 0x44;
    }
    expect(readOrigin(readDicom(new BufferSource(moved)))?.kind).toBe('Headshot');
    const other = concat([made.part10]);
    const creator = Buffer.from(other).indexOf('FIELDBOX 1.0');
    other[creator] = 0x58;
    expect(readOrigin(readDicom(new BufferSource(other)))).toBeNull();
  });
});
