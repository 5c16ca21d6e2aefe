import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import type { DicomFile } from '../../../main/dicom/model';
import { decodeFrame } from '../../../main/dicom/pixels';
import { readDicom } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import { type PlainTransferSyntax, transcoded } from '../../../main/dicom/transcode';
import { DataSetBuilder, part10Header } from '../../../main/dicom/writer';
import { htj2k, jpeg2000, jpegLs, type PlainImage, rle } from '../../fixtures/dicom-codecs';
import { imageFile, samples16, texture } from '../../fixtures/dicom-images';

const EXPLICIT: PlainTransferSyntax = '1.2.840.10008.1.2.1';
const IMPLICIT: PlainTransferSyntax = '1.2.840.10008.1.2';
const LOSSY_IMAGE_COMPRESSION = 0x00282110;

async function written(file: DicomFile, to: PlainTransferSyntax): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of transcoded(file, to)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function plain(file: DicomFile, to: PlainTransferSyntax = EXPLICIT) {
  return readDicom(new BufferSource(await written(file, to)));
}

const gray: PlainImage = {
  width: 24,
  height: 16,
  components: 1,
  bitsPerSample: 12,
  signed: false,
  bytes: samples16(texture(24, 16, 1, 4095)),
};
const colour: PlainImage = {
  width: 24,
  height: 16,
  components: 3,
  bitsPerSample: 8,
  signed: false,
  bytes: Uint8Array.from(texture(24, 16, 3, 255)),
};

/** Lossless codings of two frames of the same picture. */
const lossless: readonly {
  readonly name: string;
  readonly syntax: string;
  readonly image: PlainImage;
  readonly photometric?: string;
  readonly code: (image: PlainImage) => Promise<Uint8Array>;
}[] = [
  { name: 'JPEG-LS', syntax: '1.2.840.10008.1.2.4.80', image: gray, code: (image) => jpegLs(image) },
  { name: 'JPEG 2000', syntax: '1.2.840.10008.1.2.4.90', image: gray, code: jpeg2000 },
  {
    name: 'JPEG 2000 in colour',
    syntax: '1.2.840.10008.1.2.4.90',
    image: colour,
    photometric: 'YBR_RCT',
    code: jpeg2000,
  },
  { name: 'high-throughput JPEG 2000', syntax: '1.2.840.10008.1.2.4.201', image: gray, code: htj2k },
  { name: 'JPEG-LS in colour', syntax: '1.2.840.10008.1.2.4.80', image: colour, code: (image) => jpegLs(image, 0, 2) },
  {
    name: 'RLE',
    syntax: '1.2.840.10008.1.2.5',
    image: colour,
    code: ({ bytes }) => Promise.resolve(rle(bytes, 3, 1)),
  },
];

describe('decoding for a peer that takes no compression', () => {
  for (const { name, syntax, image, photometric, code } of lossless) {
    it(`gives exactly the pixels that were coded in ${name}`, async () => {
      const coded = await code(image);
      const file = imageFile({
        rows: image.height,
        columns: image.width,
        samples: image.components,
        allocated: image.bitsPerSample > 8 ? 16 : 8,
        stored: image.bitsPerSample,
        transferSyntax: syntax,
        fragments: [coded, coded],
        more: {
          NumberOfFrames: '2',
          SOPInstanceUID: '1.2.3.4',
          ...(photometric && { PhotometricInterpretation: photometric }),
        },
      });
      for (const to of [EXPLICIT, IMPLICIT]) {
        const result = await plain(file, to);
        expect(result.transferSyntaxUID).toBe(to);
        expect(result.warnings).toEqual([]);
        const { dataset } = result;
        expect(Buffer.from(dataset.bytes(Tags.PixelData) ?? [])).toEqual(Buffer.concat([image.bytes, image.bytes]));
        expect(dataset.element(Tags.PixelData)?.fragments).toBeUndefined();
        expect(dataset.string(Tags.SOPInstanceUID)).toBe('1.2.3.4');
        expect(dataset.string(Tags.PhotometricInterpretation)).toBe(image.components === 3 ? 'RGB' : 'MONOCHROME2');
        expect(dataset.number(Tags.BitsStored)).toBe(image.bitsPerSample);
        expect(dataset.number(Tags.HighBit)).toBe(image.bitsPerSample - 1);
        if (image.components === 3) expect(dataset.number(Tags.PlanarConfiguration)).toBe(0);
        expect(dataset.string(LOSSY_IMAGE_COMPRESSION)).toBeUndefined();
      }
    });
  }

  it('goes on saying that an image has lost something', async () => {
    const coded = await jpegLs(gray, 3);
    const file = imageFile({
      rows: 16,
      columns: 24,
      allocated: 16,
      stored: 12,
      transferSyntax: '1.2.840.10008.1.2.4.81',
      fragments: [coded],
    });
    const { dataset } = await plain(file);
    expect(dataset.string(LOSSY_IMAGE_COMPRESSION)).toBe('01');
    expect(Number(dataset.string(0x00282112))).toBeCloseTo((24 * 16 * 2) / coded.length, 1);
    expect(dataset.string(0x00282114)).toBe('ISO_14495_1');
    expect(Buffer.from(dataset.bytes(Tags.PixelData) ?? [])).toEqual(Buffer.from((await decodeFrame(file, 0)).bytes));

    const told = imageFile({
      rows: 16,
      columns: 24,
      allocated: 16,
      stored: 12,
      transferSyntax: '1.2.840.10008.1.2.4.81',
      fragments: [coded],
      more: {
        LossyImageCompression: '01',
        LossyImageCompressionRatio: '7.5',
        LossyImageCompressionMethod: 'ISO_10918_1',
      },
    });
    const kept = (await plain(told)).dataset;
    expect(kept.string(0x00282112)).toBe('7.5');
    expect(kept.string(0x00282114)).toBe('ISO_10918_1');
  });

  it('leaves out what only the coded bytes had', async () => {
    const coded = await jpegLs(gray);
    const icon = new DataSetBuilder()
      .set('Rows', 1)
      .set('Columns', 1)
      .setFragments({ fragments: [coded] });
    const file = imageFile({
      rows: 16,
      columns: 24,
      allocated: 16,
      stored: 12,
      transferSyntax: '1.2.840.10008.1.2.4.80',
      fragments: [coded],
      more: { IconImageSequence: [icon], DigitalSignaturesSequence: [new DataSetBuilder().set('MACIDNumber', 1)] },
    });
    const { dataset } = await plain(file);
    for (const tag of [0x00880200, 0xfffafffa, Tags.ExtendedOffsetTable]) expect(dataset.has(tag)).toBe(false);
  });

  it('refuses what it cannot decode', async () => {
    const file = imageFile({
      rows: 16,
      columns: 24,
      transferSyntax: '1.2.840.10008.1.2.4.102',
      fragments: [Uint8Array.of(1, 2, 3, 4)],
    });
    await expect(written(file, EXPLICIT)).rejects.toMatchObject({ code: 'PIXELS_UNSUPPORTED' });
    const damaged = imageFile({
      rows: 16,
      columns: 24,
      transferSyntax: '1.2.840.10008.1.2.4.80',
      fragments: [Uint8Array.of(0xff, 0xd8, 3, 4)],
    });
    await expect(written(damaged, EXPLICIT)).rejects.toMatchObject({ code: 'PIXELS_DAMAGED' });
  });
});

describe('native images in another encoding', () => {
  const dataset = new DataSetBuilder()
    .set('SpecificCharacterSet', 'ISO_IR 192')
    .set('SOPClassUID', '1.2.840.10008.5.1.4.1.1.7')
    .set('SOPInstanceUID', '1.2.3')
    .set('PatientName', 'Müller^Jürgen')
    .set('ReferencedStudySequence', [
      new DataSetBuilder()
        .set('ReferencedSOPInstanceUID', '1.2.9')
        .set('PurposeOfReferenceCodeSequence', [new DataSetBuilder().set('CodeValue', '121311')]),
    ])
    .set('Rows', 2)
    .set('Columns', 2)
    .set('BitsAllocated', 16)
    .set('PixelRepresentation', 1)
    .set('SmallestImagePixelValue', 65535)
    .set('RescaleSlope', '1.5')
    .set('PixelData', samples16([-1, 2, 300, -400]), 'OW');
  const meta = { sopClassUID: '1.2.840.10008.5.1.4.1.1.7', sopInstanceUID: '1.2.3' };
  const explicit = Buffer.concat([part10Header({ ...meta, transferSyntaxUID: EXPLICIT }), dataset.toBytes('explicit')]);
  const implicit = Buffer.concat([part10Header({ ...meta, transferSyntaxUID: IMPLICIT }), dataset.toBytes('implicit')]);

  it('are the same after going there and back', async () => {
    const there = await written(readDicom(new BufferSource(explicit)), IMPLICIT);
    expect(there.equals(implicit)).toBe(true);
    const back = await plain(readDicom(new BufferSource(there)), EXPLICIT);
    expect(back.dataset.string(Tags.PatientName)).toBe('Müller^Jürgen');
    expect(back.dataset.numbers(Tags.SmallestImagePixelValue)).toEqual([-1]);
    expect(back.dataset.items(0x00081110)[0]?.items(0x0040a170)[0]?.string(0x00080100)).toBe('121311');
    expect(Buffer.from(back.dataset.bytes(Tags.PixelData) ?? [])).toEqual(Buffer.from(samples16([-1, 2, 300, -400])));
  });
});
