import { describe, expect, it } from 'vitest';
import { type DecodedFrame, decodeFrame } from '../../../main/dicom/pixels';
import { toRgb } from '../../../main/dicom/pixels/colour';
import { CodedDataError, decodeJpeg } from '../../../main/dicom/pixels/jpeg';
import { decodeLosslessJpeg } from '../../../main/dicom/pixels/jpeg/lossless';
import { openSharp } from '../../../main/imaging/sharp';
import { fromHex, SYNTAX } from '../../fixtures/dicom-bytes';
import { imageFile, texture } from '../../fixtures/dicom-images';

const WIDTH = 67;
const HEIGHT = 45;
const colour = Uint8Array.from(texture(WIDTH, HEIGHT, 3, 255));
const smooth = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, index) => {
  const pixel = Math.floor(index / 3);
  return [(pixel % WIDTH) * 3, Math.floor(pixel / WIDTH) * 5, 255 - (pixel % WIDTH) * 3][index % 3] ?? 0;
});

interface Coding {
  readonly progressive?: boolean;
  readonly chromaSubsampling?: '4:4:4' | '4:2:0';
  readonly gray?: boolean;
}

async function jpegOf(data: Uint8Array, { gray, ...coding }: Coding): Promise<Uint8Array> {
  const image = openSharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  return new Uint8Array(
    await (gray === true ? image.toColourspace('b-w') : image).jpeg({ quality: 95, ...coding }).toBuffer(),
  );
}

async function referenceOf(jpeg: Uint8Array, channels: 1 | 3): Promise<Uint8Array> {
  const image = openSharp(jpeg).toColourspace(channels === 1 ? 'b-w' : 'srgb');
  return new Uint8Array(await image.raw().toBuffer());
}

function differences(a: ArrayLike<number>, b: ArrayLike<number>): { readonly max: number; readonly mean: number } {
  expect(a.length).toBe(b.length);
  let max = 0;
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) {
    const difference = Math.abs((a[at] ?? 0) - (b[at] ?? 0));
    max = Math.max(max, difference);
    sum += difference;
  }
  return { max, mean: sum / a.length };
}

const CODINGS: readonly (readonly [string, Coding])[] = [
  ['baseline 4:4:4', { chromaSubsampling: '4:4:4' }],
  ['baseline 4:2:0', { chromaSubsampling: '4:2:0' }],
  ['progressive 4:4:4', { chromaSubsampling: '4:4:4', progressive: true }],
  ['progressive 4:2:0', { chromaSubsampling: '4:2:0', progressive: true }],
  ['gray baseline', { gray: true }],
  ['gray progressive', { gray: true, progressive: true }],
];

describe('our own DCT decoder beside libjpeg', () => {
  it.each(CODINGS)('%s', async (_name, coding) => {
    const channels = coding.gray === true ? 1 : 3;
    const jpeg = await jpegOf(smooth, coding);
    const image = decodeJpeg(jpeg);
    expect(image).toMatchObject({ width: WIDTH, height: HEIGHT, precision: 8, components: channels });
    const samples = channels === 3 ? toRgb(Uint8Array.from(image.samples), 'YBR_FULL', 8) : image.samples;
    const { max, mean } = differences(samples, await referenceOf(jpeg, channels));
    // Subsampled chrominance is repeated here and interpolated there.
    expect(mean).toBeLessThan(coding.chromaSubsampling === '4:2:0' ? 2.5 : 0.7);
    expect(max).toBeLessThan(coding.chromaSubsampling === '4:2:0' ? 16 : 4);
  });

  it('agrees on a picture full of detail too', async () => {
    const jpeg = await jpegOf(colour, { chromaSubsampling: '4:4:4' });
    const samples = toRgb(Uint8Array.from(decodeJpeg(jpeg).samples), 'YBR_FULL', 8);
    expect(differences(samples, await referenceOf(jpeg, 3)).max).toBeLessThan(4);
  });
});

describe('JPEG in DICOM', () => {
  const decode = (jpeg: Uint8Array, photometric: string, samples: number): Promise<DecodedFrame> =>
    decodeFrame(
      imageFile({
        rows: HEIGHT,
        columns: WIDTH,
        samples,
        photometric,
        transferSyntax: SYNTAX.jpegBaseline,
        fragments: [jpeg],
      }),
      0,
    );

  it.each(CODINGS)('%s', async (_name, coding) => {
    const channels = coding.gray === true ? 1 : 3;
    const jpeg = await jpegOf(smooth, coding);
    const frame = await decode(jpeg, channels === 1 ? 'MONOCHROME2' : 'YBR_FULL_422', channels);
    expect(frame.photometricInterpretation).toBe(channels === 1 ? 'MONOCHROME2' : 'RGB');
    expect(differences(frame.bytes, await referenceOf(jpeg, channels)).mean).toBeLessThan(1);
  });

  it('takes a JPEG of the wrong kind for what it is: the header of the stream counts', async () => {
    const jpeg = await jpegOf(smooth, { gray: true });
    const lossless = imageFile({
      rows: HEIGHT,
      columns: WIDTH,
      transferSyntax: '1.2.840.10008.1.2.4.70',
      fragments: [jpeg],
    });
    expect((await decodeFrame(lossless, 0)).bytes).toHaveLength(WIDTH * HEIGHT);
  });

  it('refuses a picture that is far larger than the data set says', async () => {
    const jpeg = (await jpegOf(smooth, { gray: true })).slice();
    const frameHeader = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0);
    jpeg.set(fromHex('ffffffff'), frameHeader + 5);
    await expect(decode(jpeg, 'MONOCHROME2', 1)).rejects.toMatchObject({ code: 'PIXELS_DAMAGED' });
  });

  it('shows what there is of a stream that breaks off', async () => {
    const jpeg = await jpegOf(smooth, { gray: true });
    const whole = await decode(jpeg, 'MONOCHROME2', 1);
    const half = await decode(jpeg.subarray(0, jpeg.length / 2), 'MONOCHROME2', 1);
    expect(differences(half.bytes.subarray(0, WIDTH * 8), whole.bytes.subarray(0, WIDTH * 8)).max).toBeLessThanOrEqual(
      1,
    );
    expect(half.bytes).toHaveLength(whole.bytes.length);
  });
});

describe('streams that are no picture', () => {
  it.each([
    '',
    'ffd8',
    'ffd8ffd9',
    'ffd8ffc00011080010001003012200021101031101ffd9',
    'ffd8ffc0000b08000000000101110000ffd9',
    'ffd8ffc9000b080008000801011100ffd9',
  ])('"%s"', (hex) => {
    expect(() => decodeJpeg(fromHex(hex))).toThrow(CodedDataError);
    expect(() => decodeLosslessJpeg(fromHex(hex))).toThrow(CodedDataError);
  });
});
