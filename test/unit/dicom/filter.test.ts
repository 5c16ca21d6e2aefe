import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { filterFile, isProtected, joined, type TagFilter } from '../../../main/dicom/filter';
import { readDicom } from '../../../main/dicom/reader';
import { parseTagPath, type TagPath } from '../../../main/dicom/tag-path';
import { tagOf } from '../../../main/dicom/dictionary';
import { DataSetBuilder, part10Header, writePart10 } from '../../../main/dicom/writer';
import { concat } from '../../../main/dicom/writer/encode';

const META = {
  sopClassUID: '1.2.840.10008.5.1.4.1.1.7',
  sopInstanceUID: '1.2.3',
  transferSyntaxUID: '1.2.840.10008.1.2.1',
};
const IMPLICIT = '1.2.840.10008.1.2';
const BIG = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';

function builder(): DataSetBuilder {
  return new DataSetBuilder()
    .set('SpecificCharacterSet', 'ISO_IR 192')
    .set('SOPClassUID', META.sopClassUID)
    .set('SOPInstanceUID', META.sopInstanceUID)
    .set('Modality', 'OT')
    .set('PatientName', 'Ünal^Ayşe')
    .set('PatientID', '7')
    .set('RequestAttributesSequence', [
      new DataSetBuilder().set('RequestedProcedureID', 'A').set('ScheduledProcedureStepID', 'one'),
      new DataSetBuilder().set('RequestedProcedureID', 'B').set('ScheduledProcedureStepID', 'two'),
    ])
    .set(0x00090010, 'ACME', 'LO')
    .set(0x00091001, 'secret', 'LO')
    .set(0x00091002, 'more', 'LO')
    .set('Rows', 1)
    .set('Columns', 2)
    .set('PixelData', Uint8Array.of(1, 2), 'OB');
}
const explicit = (): Uint8Array => writePart10(META, builder());

function path(text: string): TagPath {
  const parsed = parseTagPath(text);
  if (!parsed) throw new Error(text);
  return parsed;
}
const black = (...paths: string[]): TagFilter => ({ blacklist: paths.map(path), whitelist: null });
const white = (...paths: string[]): TagFilter => ({ blacklist: [], whitelist: paths.map(path) });

function filtered(bytes: Uint8Array, filter: TagFilter): { bytes: Uint8Array; removed: number } | null {
  const source = new BufferSource(bytes);
  const result = filterFile(readDicom(source), filter);
  return result && { bytes: joined(source, result.pieces), removed: result.removed };
}

/** What a filtered file says; fails when nothing was taken out or the file has departures. */
function after(bytes: Uint8Array, filter: TagFilter) {
  const result = filtered(bytes, filter);
  if (!result) throw new Error('Nothing was taken out.');
  const file = readDicom(new BufferSource(result.bytes));
  expect(file.warnings).toEqual([]);
  expect(file.cut).toBeNull();
  return { ...result, dataset: file.dataset };
}
const tag = (keyword: string): number => tagOf(keyword) ?? 0;

describe('taking attributes out of a file', () => {
  it('leaves every other byte as it was', () => {
    const before = explicit();
    const { bytes, removed } = after(before, black('PatientName'));
    const element = readDicom(new BufferSource(before)).dataset.element(tag('PatientName'));
    if (!element) throw new Error('no name');
    expect(removed).toBe(1);
    expect(bytes).toEqual(concat([before.subarray(0, element.start), before.subarray(element.end)]));
  });

  it('gives nothing when there is nothing to take out', () => {
    expect(
      filtered(explicit(), black('StudyDescription', 'RequestAttributesSequence[3]', 'AccessionNumber')),
    ).toBeNull();
  });

  it('reaches into items of sequences, and writes their lengths anew', () => {
    const { dataset, removed } = after(explicit(), black('RequestAttributesSequence[*].ScheduledProcedureStepID'));
    expect(removed).toBe(2);
    const items = dataset.items(tag('RequestAttributesSequence'));
    expect(items.map((item) => item.string(tag('RequestedProcedureID')))).toEqual(['A', 'B']);
    expect(items.some((item) => item.has(tag('ScheduledProcedureStepID')))).toBe(false);
    expect(dataset.number(tag('Rows'))).toBe(1);
  });

  it('takes out one item, one attribute of one item, or the whole sequence', () => {
    const sequence = tag('RequestAttributesSequence');
    const one = after(explicit(), black('RequestAttributesSequence[1]')).dataset.items(sequence);
    expect(one.map((item) => item.string(tag('RequestedProcedureID')))).toEqual(['B']);
    const inner = after(explicit(), black('RequestAttributesSequence[2].RequestedProcedureID')).dataset.items(sequence);
    expect(inner.map((item) => item.string(tag('RequestedProcedureID')))).toEqual(['A', undefined]);
    expect(after(explicit(), black('RequestAttributesSequence')).dataset.has(sequence)).toBe(false);
  });

  it('keeps of a whitelist what is on it, above it and below it, and what an image cannot do without', () => {
    const { dataset } = after(
      explicit(),
      white('PatientID', 'RequestAttributesSequence[2].RequestedProcedureID', '00091001'),
    );
    expect([...dataset.elements.keys()].sort((a, b) => a - b)).toEqual(
      ['SpecificCharacterSet', 'SOPClassUID', 'SOPInstanceUID', 'Modality']
        .map(tag)
        // The creator says whose private attribute it is.
        .concat(0x00090010, 0x00091001)
        .concat(['PatientID', 'Rows', 'Columns', 'RequestAttributesSequence', 'PixelData'].map(tag)),
    );
    const [item, ...others] = dataset.items(tag('RequestAttributesSequence'));
    expect(others).toEqual([]);
    expect([...(item?.elements.keys() ?? [])]).toEqual([tag('RequestedProcedureID')]);
  });

  it('applies the blacklist before the whitelist', () => {
    const { dataset } = after(explicit(), {
      blacklist: [path('PatientID')],
      whitelist: [path('PatientID'), path('PatientName')],
    });
    expect(dataset.has(tag('PatientID'))).toBe(false);
    expect(dataset.string(tag('PatientName'))).toBe('Ünal^Ayşe');
  });

  it('does not take out what is needed to file and show an image', () => {
    expect(filtered(explicit(), black('SOPInstanceUID', 'PixelData', 'Rows', 'SpecificCharacterSet'))).toBeNull();
    expect(
      ['StudyInstanceUID', 'SeriesInstanceUID', 'BitsStored', 'Modality', 'PerFrameFunctionalGroupsSequence'].every(
        (keyword) => isProtected(tag(keyword)),
      ),
    ).toBe(true);
    expect(['BurnedInAnnotation', 'PatientName', 'StudyDate'].some((keyword) => isProtected(tag(keyword)))).toBe(false);
  });

  it('works in implicit little endian and explicit big endian', () => {
    for (const [syntax, encode] of [
      [IMPLICIT, implicitElement],
      [BIG, bigElement],
    ] as const) {
      const text = (value: string): Uint8Array => new TextEncoder().encode(value);
      const item = encode(
        0xfffee000,
        '',
        concat([encode(0x00400007, 'LO', text('step')), encode(0x00401001, 'SH', text('AB'))]),
      );
      const bytes = concat([
        part10Header({ ...META, transferSyntaxUID: syntax }),
        encode(0x00080016, 'UI', text('1.2.840.10008.5.1.4.1.1.7\0')),
        encode(0x00080018, 'UI', text('1.2.30')),
        encode(0x00100010, 'PN', text('Name')),
        encode(0x00400275, 'SQ', item),
      ]);
      const { dataset, removed } = after(
        bytes,
        black('RequestAttributesSequence[*].ScheduledProcedureStepDescription', 'PatientName'),
      );
      expect(removed).toBe(2);
      expect(dataset.has(tag('PatientName'))).toBe(false);
      expect(
        dataset.items(tag('RequestAttributesSequence')).map((each) => each.string(tag('RequestedProcedureID'))),
      ).toEqual(['AB']);
    }
  });

  it('keeps sequences of undefined length so, and deflated files deflated', () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const undefinedLength = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
    const dataset = concat([
      bytesOf(0x0008, 0x0016, 'UI', text('1.2.840.10008.5.1.4.1.1.7\0')),
      bytesOf(0x0008, 0x0018, 'UI', text('1.2.30')),
      Uint8Array.of(0x40, 0, 0x75, 0x02, 0x53, 0x51, 0, 0),
      undefinedLength,
      Uint8Array.of(0xfe, 0xff, 0x00, 0xe0),
      undefinedLength,
      bytesOf(0x0040, 0x0007, 'LO', text('step')),
      bytesOf(0x0040, 0x1001, 'SH', text('AB')),
      Uint8Array.of(0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0),
      Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0),
    ]);
    const filter = black('RequestAttributesSequence[1].ScheduledProcedureStepDescription');
    for (const [syntax, body] of [
      [META.transferSyntaxUID, dataset],
      [DEFLATED, new Uint8Array(deflateRawSync(dataset))],
    ] as const) {
      const result = after(concat([part10Header({ ...META, transferSyntaxUID: syntax }), body]), filter);
      const sequence = result.dataset.element(tag('RequestAttributesSequence'));
      expect(sequence?.undefinedLength).toBe(true);
      expect(sequence?.items?.map((item) => [...item.elements.keys()])).toEqual([[0x00401001]]);
    }
  });

  it('drops the retired length of a group that has become shorter', () => {
    const bytes = writePart10(META, builder().set(0x00100000, 30, 'UL').set(0x00080000, 30, 'UL'));
    const { dataset, removed } = after(bytes, black('PatientName'));
    expect(removed).toBe(1);
    expect([dataset.has(0x00100000), dataset.has(0x00080000)]).toEqual([false, true]);
  });

  it('gives the same bytes for the same file each time', () => {
    const filter = white('PatientID');
    expect(filtered(explicit(), filter)).toEqual(filtered(explicit(), filter));
  });
});

function bytesOf(group: number, element: number, vr: string, value: Uint8Array): Uint8Array {
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  view.setUint16(0, group, true);
  view.setUint16(2, element, true);
  header.set(new TextEncoder().encode(vr), 4);
  view.setUint16(6, value.length, true);
  return concat([header, value]);
}

function implicitElement(tagNumber: number, _vr: string, value: Uint8Array): Uint8Array {
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  view.setUint16(0, tagNumber >>> 16, true);
  view.setUint16(2, tagNumber & 0xffff, true);
  view.setUint32(4, value.length, true);
  return concat([header, value]);
}

function bigElement(tagNumber: number, vr: string, value: Uint8Array): Uint8Array {
  const long = vr === 'SQ';
  const header = new Uint8Array(long ? 12 : 8);
  const view = new DataView(header.buffer);
  view.setUint16(0, tagNumber >>> 16, false);
  view.setUint16(2, tagNumber & 0xffff, false);
  header.set(new TextEncoder().encode(vr), 4);
  if (long) view.setUint32(8, value.length, false);
  else if (vr === '') view.setUint32(4, value.length, false);
  else view.setUint16(6, value.length, false);
  return concat([header, value]);
}
