import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { FieldboxError } from '../../../shared/errors';
import { displayFrame, type DisplayFrame } from '../../../main/dicom/pixels';
import { readDicom } from '../../../main/dicom/reader';
import { type BuilderValue, DataSetBuilder } from '../../../main/dicom/writer';
import { element, EXPLICIT_BIG, joined, numbers, part10, SYNTAX, words } from '../../fixtures/dicom-bytes';
import { jpegLs } from '../../fixtures/dicom-codecs';
import { imageFile, type ImageSpec, samples16 } from '../../fixtures/dicom-images';
import { sample } from '../../fixtures/dicom-samples';

/** The same value for each of the three colours, by keywords of the palette module. */
function threeColours(
  keywordsOf: (colour: string) => Readonly<Record<string, BuilderValue>>,
): Readonly<Record<string, BuilderValue>> {
  return { ...keywordsOf('Red'), ...keywordsOf('Green'), ...keywordsOf('Blue') };
}

const display = (spec: ImageSpec, frame = 0): Promise<DisplayFrame> => displayFrame(imageFile(spec), frame);
const gray8 = (values: readonly number[], more: ImageSpec['more'] = {}): ImageSpec => ({
  rows: 1,
  columns: values.length,
  pixels: Uint8Array.from(values),
  more,
});
const gray16 = (values: readonly number[], more: ImageSpec['more'] = {}, signed = true): ImageSpec => ({
  rows: 1,
  columns: values.length,
  allocated: 16,
  signed,
  pixels: samples16(values),
  more,
});

describe('stored values (PS3.5 8.1.1)', () => {
  const values = async (spec: ImageSpec): Promise<readonly [string, ...number[]]> => {
    const { header, samples } = await display(spec);
    return [header.sampleType, ...samples];
  };

  it('extend the sign from Bits Stored and drop what lies above', async () => {
    expect(await values({ ...gray16([0x0fff, 0xf801, 0x07ff]), stored: 12 })).toEqual(['i16', -1, -2047, 2047]);
    expect(await values({ ...gray16([0x0fff, 0xf801, 0x17ff], {}, false), stored: 12 })).toEqual([
      'u16',
      4095,
      2049,
      2047,
    ]);
    expect(await values({ ...gray8([0xff, 0x7f, 0x80]), signed: true })).toEqual(['i16', -1, 127, -128]);
    expect(await values({ ...gray8([0xff, 0x1f]), stored: 5 })).toEqual(['u8', 31, 31]);
  });

  it('lie below High Bit', async () => {
    expect(await values({ ...gray16([0xfff0, 0x001f], { HighBit: 15 }, false), stored: 12 })).toEqual([
      'u16',
      0xfff,
      1,
    ]);
    expect(await values({ ...gray16([0xfff0, 0x7ff0], { HighBit: 15 }), stored: 12 })).toEqual(['i16', -1, 2047]);
  });

  it('may have 32 bits, with and without sign', async () => {
    const wide = { rows: 1, columns: 2, allocated: 32, pixels: words([0xffffffff, 5], 4) };
    expect(await values(wide)).toEqual(['u32', 0xffffffff, 5]);
    expect(await values({ ...wide, signed: true })).toEqual(['i32', -1, 5]);
  });

  it('may be single bits, or floating point with gaps', async () => {
    expect(await values({ rows: 1, columns: 3, allocated: 1, pixels: Uint8Array.of(0b101, 0) })).toEqual([
      'u8',
      1,
      0,
      1,
    ]);
    const floats = Float32Array.of(0.5, Number.NaN, Number.POSITIVE_INFINITY, -2);
    const file = readDicom(
      new BufferSource(
        part10(
          SYNTAX.explicit,
          joined(
            element(0x00080018, 'UI', '1.2'),
            numbers(0x00280010, 'US', 1),
            numbers(0x00280011, 'US', 4),
            element(0x7fe00008, 'OF', new Uint8Array(floats.buffer)),
          ),
        ),
      ),
    );
    const { header, samples } = await displayFrame(file, 0);
    expect(header).toMatchObject({ sampleType: 'f32', min: -2, max: 0.5 });
    expect([...samples]).toEqual([0.5, Number.NaN, Number.POSITIVE_INFINITY, -2]);
  });

  it('of a codec are the same kind as native ones', async () => {
    const image = {
      width: 4,
      height: 4,
      components: 1,
      bitsPerSample: 8,
      signed: false,
      bytes: Uint8Array.from({ length: 16 }, (_, index) => index * 10),
    };
    const { header, samples } = await display({
      rows: 4,
      columns: 4,
      transferSyntax: '1.2.840.10008.1.2.4.80',
      fragments: [await jpegLs(image)],
    });
    expect(header).toMatchObject({ sampleType: 'u8', min: 0, max: 150 });
    expect(samples).toBeInstanceOf(Uint8Array);
  });
});

describe('gray images', () => {
  it('have the range of their values in modality units (PS3.3 C.11.1)', async () => {
    const { header } = await display(
      gray16([0, 1024, 3000], { RescaleSlope: 2, RescaleIntercept: -1024, Modality: 'CT' }),
    );
    expect(header).toMatchObject({
      kind: 'gray',
      width: 3,
      height: 1,
      slope: 2,
      intercept: -1024,
      unit: 'HU',
      min: -1024,
      max: 4976,
      invert: false,
    });
    expect((await display(gray16([1, 2], { RescaleSlope: -1, RescaleIntercept: 0 }))).header).toMatchObject({
      min: -2,
      max: -1,
    });
    expect((await display(gray16([1, 2], { RescaleSlope: 0 }))).header.slope).toBe(1);
    expect((await display(gray16([1, 2], { RescaleSlope: 1, RescaleType: 'OD' }))).header.unit).toBe('OD');
  });

  it('leave padding out of the range, unless nothing else is there (PS3.3 C.7.5.1.1.2)', async () => {
    expect((await display(gray16([-2000, 5, 90], { PixelPaddingValue: 63_536 }))).header).toMatchObject({
      min: 5,
      max: 90,
    });
    expect(
      (await display(gray8([0, 250, 255, 9, 40], { PixelPaddingValue: 250, PixelPaddingRangeLimit: 255 }))).header,
    ).toMatchObject({ min: 0, max: 40 });
    expect((await display(gray8([0, 9, 9, 0], { PixelPaddingValue: 0 }))).header).toMatchObject({ min: 0, max: 9 });
    expect((await display(gray8([3, 3], { PixelPaddingValue: 3 }))).header).toMatchObject({ min: 3, max: 3 });
  });

  it('are inverted when MONOCHROME1', async () => {
    expect((await display({ ...gray8([1, 2]), photometric: 'MONOCHROME1' })).header.invert).toBe(true);
  });

  it('go through a Modality LUT (PS3.3 C.11.1.1)', async () => {
    const lut = new DataSetBuilder().set('LUTDescriptor', [3, 10, 16]).set('LUTData', samples16([100, 200, 300]), 'OW');
    const { header, samples } = await display(
      gray8([0, 10, 11, 12, 99], { ModalityLUTSequence: [lut], RescaleSlope: 5 }),
    );
    expect([...samples]).toEqual([100, 100, 200, 300, 300]);
    expect(header).toMatchObject({ sampleType: 'u16', slope: 1, intercept: 0, min: 100, max: 300 });
  });

  it('tell their windows with function and explanation (PS3.3 C.11.2)', async () => {
    const { header } = await display(
      gray16([0, 1], {
        WindowCenter: [40, 500, 9],
        WindowWidth: [400, 2000, 0],
        WindowCenterWidthExplanation: ['SOFT', 'BONE'],
      }),
    );
    expect(header.windows).toEqual([
      { center: 40, width: 400, explanation: 'SOFT', function: 'LINEAR' },
      { center: 500, width: 2000, explanation: 'BONE', function: 'LINEAR' },
    ]);
    expect(
      (await display(gray16([0], { WindowCenter: 0.5, WindowWidth: 0.5, VOILUTFunction: 'SIGMOID' }))).header.windows,
    ).toMatchObject([{ width: 0.5, function: 'SIGMOID' }]);
    expect((await display(gray16([0], { WindowCenter: 0.5, WindowWidth: 0.5 }))).header.windows).toEqual([]);
    expect((await display(gray16([0], { WindowCenter: [1, 2], WindowWidth: 7 }))).header.windows).toHaveLength(1);
  });

  it('give a VOI LUT as 8 bits where there is no window (PS3.3 C.11.2.1.1)', async () => {
    const lut = (bits: number, values: readonly number[]): DataSetBuilder =>
      new DataSetBuilder().set('LUTDescriptor', [values.length, 5, bits]).set('LUTData', samples16(values), 'OW');
    expect((await display(gray8([5, 6], { VOILUTSequence: [lut(12, [0, 4095])] }))).header.voiLut).toEqual({
      firstMapped: 5,
      values: [0, 255],
    });
    expect((await display(gray8([5, 6], { VOILUTSequence: [lut(16, [0, 100, 200])] }))).header.voiLut?.values).toEqual([
      0, 128, 255,
    ]);
    expect(
      (await display(gray8([5, 6], { VOILUTSequence: [lut(12, [0, 1])], WindowCenter: 5, WindowWidth: 9 }))).header
        .voiLut,
    ).toBeNull();
    const negative = new DataSetBuilder()
      .set('LUTDescriptor', [2, 65_536 - 4, 8])
      .set('LUTData', Uint8Array.of(1, 255), 'OW');
    expect((await display(gray16([-4, -3], { VOILUTSequence: [negative] }))).header.voiLut).toEqual({
      firstMapped: -4,
      values: [1, 255],
    });
    const rescaled = await display(
      gray8([0, 1], { VOILUTSequence: [negative], RescaleIntercept: -4, RescaleSlope: 1 }),
    );
    expect(rescaled.header.voiLut?.firstMapped).toBe(-4);
  });

  it('take what a frame says of itself before what all share (PS3.3 C.7.6.16)', async () => {
    const voi = (center: number): DataSetBuilder =>
      new DataSetBuilder().set('FrameVOILUTSequence', [
        new DataSetBuilder().set('WindowCenter', center).set('WindowWidth', 10),
      ]);
    const shared = new DataSetBuilder()
      .set('PixelValueTransformationSequence', [new DataSetBuilder().set('RescaleSlope', 3).set('RescaleIntercept', 1)])
      .set('PixelMeasuresSequence', [new DataSetBuilder().set('PixelSpacing', [0.5, 0.25])]);
    const spec = gray8([1, 2, 3, 4], {
      NumberOfFrames: 2,
      PerFrameFunctionalGroupsSequence: [voi(1), voi(2)],
      SharedFunctionalGroupsSequence: [shared],
      WindowCenter: 99,
      WindowWidth: 1,
    });
    const second = await display({ ...spec, columns: 2 }, 1);
    expect(second.header).toMatchObject({
      slope: 3,
      intercept: 1,
      windows: [{ center: 2, width: 10 }],
      spacing: { row: 0.5, column: 0.25, kind: 'patient' },
    });
    expect([...second.samples]).toEqual([3, 4]);
  });
});

describe('the size of a pixel', () => {
  it('comes from the patient, from the detector, or from its shape alone (PS3.3 10.7, C.7.6.3.1.7)', async () => {
    expect((await display(gray8([1], { PixelSpacing: [2, 1], ImagerPixelSpacing: [9, 9] }))).header).toMatchObject({
      spacing: { row: 2, column: 1, kind: 'patient' },
      pixelAspect: 2,
    });
    expect((await display(gray8([1], { ImagerPixelSpacing: [0.2, 0.1] }))).header).toMatchObject({
      spacing: { row: 0.2, column: 0.1, kind: 'imager' },
      pixelAspect: 2,
    });
    expect((await display(gray8([1], { NominalScannedPixelSpacing: [0.1, 0.1] }))).header).toMatchObject({
      spacing: { kind: 'imager' },
      pixelAspect: 1,
    });
    expect((await display(gray8([1], { PixelAspectRatio: [4, 3] }))).header).toMatchObject({
      spacing: null,
      pixelAspect: 4 / 3,
    });
    expect((await display(gray8([1], { PixelSpacing: [0, 0] }))).header).toMatchObject({
      spacing: null,
      pixelAspect: 1,
    });
    expect((await display(gray8([1]))).header).toMatchObject({ spacing: null, pixelAspect: 1 });
  });
});

describe('colour images', () => {
  const rgb = async (
    photometric: string,
    pixel: readonly number[],
    more: Partial<ImageSpec> = {},
  ): Promise<number[]> => {
    const { header, samples } = await display({
      rows: 1,
      columns: 1,
      samples: 3,
      photometric,
      pixels: Uint8Array.from(pixel),
      ...more,
    });
    expect(header).toMatchObject({ kind: 'rgb', sampleType: 'u8', min: 0, max: 255 });
    return [...samples];
  };

  it('RGB stays as it is', async () => {
    expect(await rgb('RGB', [1, 2, 3])).toEqual([1, 2, 3]);
  });

  it.each([
    ['white', [255, 128, 128], [255, 255, 255]],
    ['black', [0, 128, 128], [0, 0, 0]],
    ['red', [76, 85, 255], [254, 0, 0]],
    ['green', [150, 44, 21], [0, 255, 1]],
    ['blue', [29, 255, 107], [0, 0, 254]],
  ])('YBR_FULL: %s (PS3.3 C.7.6.3.1.2)', async (_name, ybr, expected) => {
    for (const [index, value] of (await rgb('YBR_FULL', ybr)).entries())
      expect(Math.abs(value - (expected[index] ?? -9))).toBeLessThanOrEqual(1);
  });

  it('YBR_FULL_422 and YBR_PARTIAL', async () => {
    const { samples } = await display({
      rows: 1,
      columns: 2,
      samples: 3,
      photometric: 'YBR_FULL_422',
      pixels: Uint8Array.of(255, 0, 128, 128),
    });
    expect([...samples]).toEqual([255, 255, 255, 0, 0, 0]);
    expect(await rgb('YBR_PARTIAL_420', [235, 128, 128])).toEqual([255, 255, 255]);
    expect(await rgb('YBR_PARTIAL_420', [16, 128, 128])).toEqual([0, 0, 0]);
  });

  it('16 bits are scaled down', async () => {
    expect(await rgb('RGB', [...samples16([0, 32_767 + 1, 65_535])], { allocated: 16 })).toEqual([0, 128, 255]);
    expect(await rgb('RGB', [...samples16([0, 2048, 4095])], { allocated: 16, stored: 12 })).toEqual([0, 128, 255]);
  });

  it('a fourth sample is left out', async () => {
    const { samples } = await display({
      rows: 1,
      columns: 2,
      samples: 4,
      photometric: 'ARGB',
      pixels: Uint8Array.of(1, 2, 3, 9, 4, 5, 6, 9),
    });
    expect([...samples]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('palettes (PS3.3 C.7.6.3.1.5)', () => {
  const tables = (descriptor: readonly number[], data: Uint8Array): ImageSpec['more'] =>
    threeColours((colour) => ({
      [`${colour}PaletteColorLookupTableDescriptor`]: descriptor,
      [`${colour}PaletteColorLookupTableData`]: data,
    }));
  const colours = async (spec: ImageSpec): Promise<number[]> => {
    const { header, samples } = await display({ photometric: 'PALETTE COLOR', ...spec });
    expect(header.kind).toBe('rgb');
    return [...samples].filter((_, index) => index % 3 === 0);
  };

  it('of 16 bits give their high byte, from the first value mapped to the last', async () => {
    expect(
      await colours(gray8([0, 10, 11, 12, 200], tables([3, 10, 16], samples16([0x1000, 0x80ff, 0xff00])))),
    ).toEqual([0x10, 0x10, 0x80, 0xff, 0xff]);
  });

  it('that call themselves 16 bits but hold bytes are taken as bytes', async () => {
    expect(await colours(gray8([0, 1, 2], tables([3, 0, 16], samples16([1, 128, 255]))))).toEqual([1, 128, 255]);
  });

  it('of 8 bits may be packed or one to a word', async () => {
    expect(await colours(gray8([0, 1, 2, 3], tables([4, 0, 8], Uint8Array.of(9, 8, 7, 6))))).toEqual([9, 8, 7, 6]);
    expect(await colours(gray8([0, 1, 2, 3], tables([4, 0, 8], samples16([9, 8, 7, 6]))))).toEqual([9, 8, 7, 6]);
  });

  it('of 8 bits in big endian are packed the other way round', async () => {
    const table = [0x1201, 0x1202, 0x1203].map((low) =>
      element(0x00280000 + low, 'OW', Uint8Array.of(8, 9, 6, 7), EXPLICIT_BIG),
    );
    const descriptors = [0x1101, 0x1102, 0x1103].map((low) =>
      element(0x00280000 + low, 'US', words([4, 0, 8], 2, EXPLICIT_BIG), EXPLICIT_BIG),
    );
    const file = readDicom(
      new BufferSource(
        part10(
          SYNTAX.big,
          joined(
            element(0x00080018, 'UI', '1.2', EXPLICIT_BIG),
            element(0x00280004, 'CS', 'PALETTE COLOR', EXPLICIT_BIG),
            numbers(0x00280010, 'US', 1, EXPLICIT_BIG),
            numbers(0x00280011, 'US', 4, EXPLICIT_BIG),
            numbers(0x00280100, 'US', 8, EXPLICIT_BIG),
            ...descriptors,
            ...table,
            element(0x7fe00010, 'OB', Uint8Array.of(0, 1, 2, 3), EXPLICIT_BIG),
          ),
        ),
      ),
    );
    expect([...(await displayFrame(file, 0)).samples].filter((_, index) => index % 3 === 0)).toEqual([9, 8, 7, 6]);
  });

  it('may begin below zero for signed pixels', async () => {
    expect(await colours(gray16([-2, -1, 0], tables([3, 65_534, 8], samples16([5, 6, 7]))))).toEqual([5, 6, 7]);
  });

  const segmented = (descriptor: readonly number[], data: readonly number[]): ImageSpec['more'] =>
    threeColours((colour) => ({
      [`${colour}PaletteColorLookupTableDescriptor`]: descriptor,
      [`Segmented${colour}PaletteColorLookupTableData`]: samples16(data),
    }));

  it('in segments are unfolded: discrete, linear and indirect (PS3.3 C.7.9.2)', async () => {
    // Two values, a slope of four to 0xc000, then the slope again from there: byte offset 8 of the data.
    const data = [0, 2, 0x4000, 0x8000, 1, 4, 0xc000, 2, 1, 8, 0];
    expect(await colours(gray8([0, 1, 2, 3, 4, 5, 6, 9], segmented([10, 0, 16], data)))).toEqual([
      0x40, 0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xc0, 0xc0,
    ]);
  });

  it('whose segments refer to themselves are refused', async () => {
    for (const data of [
      [2, 5, 0, 0],
      [0, 1, 7, 2, 9, 6, 0],
      [7, 1, 1, 1],
    ]) {
      await expect(
        display({ ...gray8([0, 1], segmented([4, 0, 16], data)), photometric: 'PALETTE COLOR' }),
      ).rejects.toThrow(FieldboxError);
    }
  });

  it('that are missing make an image that cannot be shown', async () => {
    await expect(display({ ...gray8([0, 1]), photometric: 'PALETTE COLOR' })).rejects.toMatchObject({
      code: 'PIXELS_DAMAGED',
    });
  });

  it('of a real ultrasound give gray and colour', async () => {
    const { header, samples } = await displayFrame(readDicom(new BufferSource(sample('web/US-PAL-8-10x-echo.dcm'))), 0);
    expect(header).toMatchObject({ kind: 'rgb', width: 600, height: 430 });
    let coloured = 0;
    for (let at = 0; at < samples.length; at += 3)
      if (samples[at] !== samples[at + 1] || samples[at] !== samples[at + 2]) coloured += 1;
    expect(coloured).toBeGreaterThan(1000);
    expect(coloured).toBeLessThan(samples.length / 6);
  });
});
