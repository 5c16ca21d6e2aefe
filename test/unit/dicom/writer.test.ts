import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import type { DataSetView } from '../../../main/dicom/model';
import { readDicom, type ReadResult } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../../../main/dicom/uids';
import { DataSetBuilder, headerFor, part10Header, writePart10 } from '../../../main/dicom/writer';
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  fromHex,
  IMPLICIT_LITTLE,
  joined,
  sampleDataSet,
  SYNTAX,
} from '../../fixtures/dicom-bytes';

const META = {
  sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
  sopInstanceUID: '1.2.3.4',
  transferSyntaxUID: SYNTAX.explicit,
};
const read = (bytes: Uint8Array): ReadResult => readDicom(new BufferSource(bytes));
const roundTrip = (dataset: DataSetBuilder): DataSetView => {
  const file = read(writePart10(META, dataset.set('SOPInstanceUID', META.sopInstanceUID)));
  expect(file.warnings).toEqual([]);
  expect(file.cut).toBeNull();
  return file.dataset;
};
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the data set', () => {
  it('gives back what was set, for every kind of VR', () => {
    const dataset = roundTrip(
      new DataSetBuilder()
        .set('SpecificCharacterSet', 'ISO_IR 192')
        .set('PatientName', '山田^太郎=やまだ^たろう')
        .set('PatientID', 'P-1')
        .set('OtherPatientNames', ['A^B', 'علي^محمد'])
        .set('ImageType', ['ORIGINAL', 'PRIMARY', '', 'X'])
        .set('PatientComments', 'one\\two')
        .set('Rows', 65_535)
        .set('TagAngleSecondAxis', -32_768)
        .set('PixelSpacing', [0.5, 0.25])
        .set('SeriesNumber', 12)
        .set('ReferencePixelX0', -5)
        .set('EventTimeOffset', 1.25)
        .set('SelectorUVValue', 2 ** 40)
        .set('SelectorSVValue', -(2 ** 40))
        .set('FrameIncrementPointer', [0x00181063, 0x00181065])
        .set('SelectorFLValue', [0.5, -2])
        .set('EncapsulatedDocument', Uint8Array.of(1, 2, 3))
        .set('AccessionNumber', '')
        .set('RetrieveURI', 'https://x.test/a')
        .set(0x00091001, 'private', 'UT')
        .set(0x00090010, 'FIELDBOX'),
    );
    expect(dataset.string(Tags.PatientName)).toBe('山田^太郎=やまだ^たろう');
    expect(dataset.strings(0x00101001)).toEqual(['A^B', 'علي^محمد']);
    expect(dataset.strings(Tags.ImageType)).toEqual(['ORIGINAL', 'PRIMARY', '', 'X']);
    expect(dataset.strings(0x00104000)).toEqual(['one\\two']);
    expect(dataset.number(Tags.Rows)).toBe(65_535);
    expect(dataset.number(0x00189219)).toBe(-32_768);
    expect(dataset.numbers(Tags.PixelSpacing)).toEqual([0.5, 0.25]);
    expect(dataset.strings(Tags.SeriesNumber)).toEqual(['12']);
    expect(dataset.number(0x00186020)).toBe(-5);
    expect(dataset.number(0x00720083)).toBe(2 ** 40);
    expect(dataset.number(0x00720082)).toBe(-(2 ** 40));
    expect(dataset.numbers(0x00280009)).toEqual([0x00181063, 0x00181065]);
    expect(dataset.numbers(0x00720076)).toEqual([0.5, -2]);
    expect(dataset.bytes(0x00420011)).toEqual(Uint8Array.of(1, 2, 3, 0));
    expect(dataset.element(0x00080050)).toMatchObject({ vr: 'SH', length: 0 });
    expect(dataset.string(0x0040e010)).toBe('https://x.test/a');
    expect(dataset.element(0x00090010)?.vr).toBe('LO');
    expect(dataset.string(0x00091001)).toBe('private');
  });

  it('writes elements in the order of their tags (PS3.5 7.1), sorting tags above 8000 last', () => {
    const dataset = roundTrip(
      new DataSetBuilder()
        .set(0xfffcfffc, Uint8Array.of(0, 0), 'OB')
        .set('Rows', 1)
        .set('PatientID', 'x')
        .set('Modality', 'OT'),
    );
    expect([...dataset.elements.keys()]).toEqual([0x00080018, 0x00080060, 0x00100020, 0x00280010, 0xfffcfffc]);
  });

  it('pads to even lengths as PS3.5 6.2 says', () => {
    const bytes = new DataSetBuilder()
      .set('SOPInstanceUID', '1.2')
      .set('PatientID', 'abc')
      .set(0x00091001, Uint8Array.of(9), 'UN')
      .toBytes();
    expect(hex(bytes)).toBe(
      [
        '08001800' + '5549' + '0400' + '312e3200',
        '09000110' + '554e0000' + '02000000' + '0900',
        '10002000' + '4c4f' + '0400' + '61626320',
      ].join(''),
    );
  });

  it('writes sequences in items of defined length, nested and empty', () => {
    const inner = new DataSetBuilder().set('CodeValue', 'T-04000').set('CodeMeaning', 'Sein');
    const item = new DataSetBuilder().set('CodeValue', 'X').set('AnatomicRegionModifierSequence', [inner]);
    const dataset = roundTrip(
      new DataSetBuilder()
        .set('AnatomicRegionSequence', [item, new DataSetBuilder()])
        .set('RequestAttributesSequence', []),
    );
    const [first, second] = dataset.items(0x00082218);
    expect(first?.items(0x00082220)[0]?.string(0x00080104)).toBe('Sein');
    expect(second?.elements.size).toBe(0);
    expect(dataset.element(0x00400275)).toMatchObject({ vr: 'SQ', length: 0 });
    expect(dataset.element(0x00082218)?.undefinedLength).toBe(false);
  });

  it('replaces what is set twice', () => {
    const builder = new DataSetBuilder().set('PatientID', 'one').set('PatientID', 'two');
    expect(roundTrip(builder).string(Tags.PatientID)).toBe('two');
    expect(builder.has(Tags.PatientID)).toBe(true);
    expect(builder.has(Tags.PatientName)).toBe(false);
  });

  it('refuses what cannot be written', () => {
    expect(() => new DataSetBuilder().set('NoSuchKeyword', 'x')).toThrow(RangeError);
    expect(() => new DataSetBuilder().set('PatientID', 'x'.repeat(70_000)).toBytes()).toThrow(RangeError);
  });
});

describe('encapsulated pixel data (PS3.5 A.4)', () => {
  it('writes one frame without an offset table', () => {
    const bytes = new DataSetBuilder().setFragments({ fragments: [Uint8Array.of(1, 2, 3)] }).toBytes();
    expect(hex(bytes)).toBe(
      'e07f10004f420000ffffffff' + 'feff00e000000000' + 'feff00e00400000001020300' + 'feffdde000000000',
    );
  });

  it('writes several frames with the offset of each', () => {
    const { dataset } = read(
      writePart10(
        META,
        new DataSetBuilder().setFragments({
          fragments: [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5), Uint8Array.of(6)],
        }),
      ),
    );
    const pixels = dataset.element(Tags.PixelData);
    const [table, ...frames] = pixels?.fragments ?? [];
    expect(frames.map((one) => one.length)).toEqual([4, 2, 2]);
    const offsets = new DataView(dataset.source.bytes(table?.offset ?? 0, table?.length ?? 0).slice().buffer);
    expect([0, 4, 8].map((at) => offsets.getUint32(at, true))).toEqual([0, 12, 22]);
    const base = (table?.offset ?? 0) + (table?.length ?? 0);
    expect(frames.map((one) => one.offset - 8 - base)).toEqual([0, 12, 22]);
  });
});

describe('the header (PS3.10 7.1)', () => {
  it('holds preamble, prefix and a meta group of the length it says', () => {
    const header = part10Header(META);
    expect(header.subarray(0, 128).every((byte) => byte === 0)).toBe(true);
    expect(Buffer.from(header.subarray(128, 132)).toString()).toBe('DICM');
    const { meta, datasetOffset } = read(joined(header, sampleDataSet(EXPLICIT_LITTLE)));
    expect(meta.number(Tags.FileMetaInformationGroupLength)).toBe(header.length - 132 - 12);
    expect(datasetOffset).toBe(header.length);
    expect(meta.string(Tags.MediaStorageSOPClassUID)).toBe(META.sopClassUID);
    expect(meta.string(Tags.MediaStorageSOPInstanceUID)).toBe(META.sopInstanceUID);
    expect(meta.string(Tags.TransferSyntaxUID)).toBe(META.transferSyntaxUID);
    expect(meta.string(Tags.ImplementationClassUID)).toBe(IMPLEMENTATION_CLASS_UID);
    expect(meta.string(Tags.ImplementationVersionName)).toBe(IMPLEMENTATION_VERSION_NAME);
    expect([...(meta.bytes(Tags.FileMetaInformationVersion) ?? [])]).toEqual([0, 1]);
  });

  it.each([
    ['implicit', IMPLICIT_LITTLE],
    ['explicit', EXPLICIT_LITTLE],
    ['big', EXPLICIT_BIG],
  ] as const)('is made for a bare data set in %s', (name, encoding) => {
    const bare = sampleDataSet(encoding);
    const header = headerFor(read(bare));
    expect(header).toBeDefined();
    const file = read(joined(header ?? new Uint8Array(), bare));
    expect(file).toMatchObject({ hasPreamble: true, transferSyntaxUID: SYNTAX[name], warnings: [] });
    expect(file.dataset.string(Tags.PatientName)).toBe('Buc^Jérôme');
  });

  it('is not made up for an object without identity', () => {
    const bytes = new DataSetBuilder().set('Modality', 'OT').set('PatientID', 'x').toBytes();
    expect(headerFor(read(bytes))).toBeUndefined();
  });
});

it('reads back what it writes byte for byte: the encoder and PS3.5 7.1.2 agree', () => {
  const bytes = new DataSetBuilder().set('Rows', 512).set('PixelData', fromHex('0100'), 'OW').toBytes();
  expect(hex(bytes)).toBe('28001000' + '5553' + '0200' + '0002' + 'e07f1000' + '4f570000' + '02000000' + '0100');
});
