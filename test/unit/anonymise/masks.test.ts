import { describe, expect, it } from 'vitest';
import { anonymise, type Mask } from '../../../main/dicom/anonymise';
import { decodeFrame, describePixels } from '../../../main/dicom/pixels';
import type { ReadResult } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import { imageFile, samples16, texture } from '../../fixtures/dicom-images';
import { SAMPLES, sample } from '../../fixtures/dicom-samples';
import { expectAlike, fileOf, instance, KEY, read } from './support';

const MASK: Mask = { x: 2, y: 1, width: 3, height: 2 };

async function masked(file: ReadResult, masks: readonly Mask[] = [MASK]): Promise<ReadResult> {
  const { part10, result, transferSyntaxUID } = await anonymise(file, { masks }, KEY);
  expectAlike(result, read(part10));
  expect(transferSyntaxUID).toBe('1.2.840.10008.1.2.1');
  const again = read(part10);
  expect(again.warnings).toEqual([]);
  return again;
}

/** Every pixel outside the mask as it was, every one inside as given. */
async function expectMasked(
  before: ReadResult,
  after: ReadResult,
  black: readonly number[],
  mask = MASK,
): Promise<void> {
  const { frames, rows, columns } = describePixels(before);
  expect(describePixels(after)).toMatchObject({ frames, rows, columns });
  for (let frame = 0; frame < frames; frame += 1) {
    const [from, to] = await Promise.all([decodeFrame(before, frame), decodeFrame(after, frame)]);
    expect(to.photometricInterpretation).toBe(from.photometricInterpretation);
    const size = (from.samplesPerPixel * from.bitsAllocated) / 8;
    const expected = Buffer.from(from.bytes.subarray(0, rows * columns * size));
    for (let y = Math.max(0, mask.y); y < Math.min(rows, mask.y + mask.height); y += 1) {
      for (let x = Math.max(0, mask.x); x < Math.min(columns, mask.x + mask.width); x += 1)
        expected.set(black, (y * columns + x) * size);
    }
    expect(Buffer.from(to.bytes).equals(expected)).toBe(true);
  }
}

describe('masks', () => {
  it.each<[string, Parameters<typeof imageFile>[0], readonly number[]]>([
    ['gray of 8 bits', { rows: 5, columns: 7, pixels: Uint8Array.from(texture(7, 5, 1, 255, 1)) }, [0]],
    [
      'inverted gray',
      { rows: 5, columns: 7, stored: 6, photometric: 'MONOCHROME1', pixels: Uint8Array.from(texture(7, 5, 1, 60)) },
      [63],
    ],
    [
      'gray of 12 bits',
      { rows: 5, columns: 7, allocated: 16, stored: 12, pixels: samples16(texture(7, 5, 1, 4000, 1)) },
      [0, 0],
    ],
    [
      'signed gray',
      { rows: 5, columns: 7, allocated: 16, stored: 12, signed: true, pixels: samples16(texture(7, 5, 1, 900, -900)) },
      [0, 0xf8],
    ],
    ['RGB', { rows: 5, columns: 7, samples: 3, pixels: Uint8Array.from(texture(7, 5, 3, 255, 1)) }, [0, 0, 0]],
    [
      'YBR_FULL',
      { rows: 5, columns: 7, samples: 3, photometric: 'YBR_FULL', pixels: Uint8Array.from(texture(7, 5, 3, 255, 1)) },
      [0, 128, 128],
    ],
    [
      'three frames',
      { rows: 5, columns: 7, pixels: Uint8Array.from(texture(7, 15, 1, 255, 1)), more: { NumberOfFrames: '3' } },
      [0],
    ],
  ])('blacken %s and leave the rest', async (_, spec, black) => {
    const before = imageFile(spec);
    const after = await masked(before);
    await expectMasked(before, after, black);
    expect(after.dataset.string(Tags.BurnedInAnnotation)).toBe('NO');
    expect(after.dataset.items(0x00120064).map((code) => code.string(0x00080100))).toEqual(['113100', '113101']);
  });

  it('take the darkest entry of a palette', async () => {
    const words = (values: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
    const table = words([0xffff, 0x8000, 0, 0x4000]);
    const more = {
      RedPaletteColorLookupTableDescriptor: [4, 0, 16],
      GreenPaletteColorLookupTableDescriptor: [4, 0, 16],
      BluePaletteColorLookupTableDescriptor: [4, 0, 16],
      RedPaletteColorLookupTableData: table,
      GreenPaletteColorLookupTableData: table,
      BluePaletteColorLookupTableData: table,
    };
    const before = imageFile({
      rows: 5,
      columns: 7,
      photometric: 'PALETTE COLOR',
      pixels: new Uint8Array(35).fill(1),
      more,
    });
    await expectMasked(before, await masked(before), [2]);
  });

  it('blacken single bits', async () => {
    const before = imageFile({
      rows: 5,
      columns: 7,
      allocated: 1,
      pixels: new Uint8Array(9).fill(255),
      more: { NumberOfFrames: '2' },
    });
    const after = await masked(before);
    expect(describePixels(after).bitsAllocated).toBe(1);
    await expectMasked(before, after, [0]);
  });

  it('may reach out of the picture, and describe nothing that is not so any more', async () => {
    const before = imageFile({
      rows: 5,
      columns: 7,
      pixels: Uint8Array.from(texture(7, 5, 1, 255, 1)),
      more: { SmallestImagePixelValue: 1, LargestImagePixelValue: 255, BurnedInAnnotation: 'YES' },
    });
    const mask: Mask = { x: -4, y: 3, width: 100, height: 100 };
    const after = await masked(before, [mask]);
    await expectMasked(before, after, [0], mask);
    expect(after.dataset.has(Tags.SmallestImagePixelValue)).toBe(false);
    expect(after.dataset.has(Tags.LargestImagePixelValue)).toBe(false);
  });

  it('are not claimed when there are none', async () => {
    const file = imageFile({ rows: 1, columns: 2, pixels: Uint8Array.of(1, 2), more: { BurnedInAnnotation: 'YES' } });
    const { dataset } = read((await anonymise(file, { masks: [] }, KEY)).part10);
    expect(dataset.string(Tags.BurnedInAnnotation)).toBe('YES');
    expect(dataset.items(0x00120064)).toHaveLength(1);
  });

  it('are refused where they are no areas or there is no picture', async () => {
    const file = imageFile({ rows: 1, columns: 2, pixels: Uint8Array.of(1, 2) });
    for (const mask of [
      { ...MASK, width: 0 },
      { ...MASK, x: 0.5 },
      { ...MASK, height: -1 },
    ]) {
      await expect(anonymise(file, { masks: [mask] }, KEY)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    await expect(anonymise(imageFile({ rows: 1, columns: 2 }), { masks: [MASK] }, KEY)).rejects.toMatchObject({
      code: 'NO_PIXELS',
    });
  });

  it('are not needed for an overlay that lies in unused bits of the pixels: it is cleared', async () => {
    const file = imageFile({
      rows: 1,
      columns: 2,
      allocated: 16,
      stored: 12,
      signed: true,
      pixels: samples16([0x1005, 0x1805]),
    });
    const plain = read((await anonymise(file, {}, KEY)).part10);
    expect([...(plain.dataset.bytes(Tags.PixelData) ?? [])]).toEqual([0x05, 0x10, 0x05, 0x18]);
    const overlaid = instance()
      .set('BitsAllocated', 16)
      .set('BitsStored', 12)
      .set('HighBit', 11)
      .set('PixelRepresentation', 1)
      .set(0x60000100, 16, 'US')
      .set(0x60000102, 12, 'US')
      .set('PixelData', samples16([0x1005, 0x1805]));
    const cleared = read((await anonymise(fileOf(overlaid), {}, KEY)).part10);
    expect([...(cleared.dataset.bytes(Tags.PixelData) ?? [])]).toEqual([0x05, 0x00, 0x05, 0xf8]);
  });

  it.each(SAMPLES)('%s: the rest of a real picture stays, coded or not', async (name) => {
    const before = read(sample(name));
    const mask: Mask = { x: 0, y: 0, width: 16, height: 8 };
    const after = await masked(before, [mask]);
    const [from, to] = await Promise.all([decodeFrame(before, 0), decodeFrame(after, 0)]);
    expect(to).toMatchObject({
      width: from.width,
      height: from.height,
      samplesPerPixel: from.samplesPerPixel,
      bitsAllocated: from.bitsAllocated,
    });
    const size = (from.samplesPerPixel * from.bitsAllocated) / 8;
    const below = mask.height * from.width * size;
    const end = from.width * from.height * size;
    expect(Buffer.from(to.bytes.subarray(below)).equals(Buffer.from(from.bytes.subarray(below, end)))).toBe(true);
    const first = Buffer.from(to.bytes.subarray(0, size));
    for (let x = 1; x < mask.width; x += 1)
      expect(Buffer.from(to.bytes.subarray(x * size, (x + 1) * size)).equals(first)).toBe(true);
  });
});
