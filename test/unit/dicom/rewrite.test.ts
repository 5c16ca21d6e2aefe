import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import { type ExtraValue, placed } from '../../../main/dicom/anonymise/tag-path';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { tagOf } from '../../../main/dicom/dictionary';
import type { DataSetView } from '../../../main/dicom/model';
import { readDicom } from '../../../main/dicom/reader';
import { changeAttributes, refuseImpossible, refuseProtected } from '../../../main/dicom/rewrite';
import { concat } from '../../../main/dicom/writer/encode';
import {
  encapsulated,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  element,
  IMPLICIT_LITTLE,
  item,
  joined,
  metaGroup,
  numbers,
  part10,
  sampleDataSet,
  sequence,
  SYNTAX,
} from '../../fixtures/dicom-bytes';
import { SAMPLES, sample } from '../../fixtures/dicom-samples';

const NOTE = { dateTime: '20261121101112+0300', system: 'Fieldbox', reason: 'CORRECT' } as const;
const ORIGINAL_ATTRIBUTES = 0x04000561;
const MODIFIED_ATTRIBUTES = 0x04000550;

/** The whole new file; undefined when nothing changes. */
function changed(bytes: Uint8Array, values: readonly ExtraValue[]): Uint8Array | undefined {
  const file = readDicom(new BufferSource(bytes));
  const segments = changeAttributes(file, placed(values), NOTE);
  if (!segments) return undefined;
  const dataset = concat(
    segments.map((segment) =>
      segment instanceof Uint8Array ? segment : file.dataset.source.bytes(segment.offset, segment.length).slice(),
    ),
  );
  const isDeflated = file.transferSyntaxUID === SYNTAX.deflated;
  return joined(bytes.subarray(0, file.datasetOffset), isDeflated ? new Uint8Array(deflateRawSync(dataset)) : dataset);
}

function read(bytes: Uint8Array | undefined): ReturnType<typeof readDicom> {
  if (!bytes) throw new Error('Nothing was changed.');
  return readDicom(new BufferSource(bytes));
}

/** The raw bytes of every top-level element but those named, so that nothing else can have changed. */
function others(dataset: DataSetView, but: readonly number[]): ReadonlyMap<number, string> {
  return new Map(
    [...dataset.elements.values()]
      .filter(({ tag }) => !but.includes(tag) && (tag & 0xffff) !== 0)
      .map(({ tag, start, end }) => [tag, Buffer.from(dataset.source.bytes(start, end - start)).toString('hex')]),
  );
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FieldboxError) return error.code;
    throw error;
  }
  return 'no error';
}

const tag = (keyword: string): number => tagOf(keyword) ?? 0;

const ENCODINGS = [
  ['implicit', part10(SYNTAX.implicit, sampleDataSet(IMPLICIT_LITTLE))],
  ['explicit', part10(SYNTAX.explicit, sampleDataSet(EXPLICIT_LITTLE))],
  ['explicit, undefined lengths', part10(SYNTAX.explicit, sampleDataSet(EXPLICIT_LITTLE, true))],
  ['big endian', part10(SYNTAX.big, sampleDataSet(EXPLICIT_BIG))],
  [
    'deflated',
    joined(part10(SYNTAX.deflated, new Uint8Array()), new Uint8Array(deflateRawSync(sampleDataSet(EXPLICIT_LITTLE)))),
  ],
] as const;

describe.each(ENCODINGS)('changing attributes of a %s file', (_name, bytes) => {
  it('sets, adds and removes, keeps every other byte, and notes what was there before', () => {
    const before = read(bytes);
    const after = read(
      changed(bytes, [
        { path: 'PatientID', value: 'P 2' },
        { path: 'PatientWeight', value: null },
        { path: 'BodyPartExamined', value: 'KNEE' },
        { path: 'Rows', value: '7' },
      ]),
    );
    const { dataset } = after;
    expect(after.transferSyntaxUID).toBe(before.transferSyntaxUID);
    expect(dataset.string(tag('PatientID'))).toBe('P 2');
    expect(dataset.has(tag('PatientWeight'))).toBe(false);
    expect(dataset.string(tag('BodyPartExamined'))).toBe('KNEE');
    expect(dataset.number(tag('Rows'))).toBe(7);
    const touched = [ORIGINAL_ATTRIBUTES, ...['PatientID', 'PatientWeight', 'BodyPartExamined', 'Rows'].map(tag)];
    expect(others(dataset, touched)).toEqual(others(before.dataset, touched));
    expect(dataset.string(tag('PatientName'))).toBe('Buc^Jérôme');
    const tags = [...dataset.elements.keys()];
    expect(tags).toEqual([...tags].sort((a, b) => a - b));

    const [note, ...more] = dataset.items(ORIGINAL_ATTRIBUTES);
    expect(more).toEqual([]);
    expect(note?.string(tag('AttributeModificationDateTime'))).toBe(NOTE.dateTime);
    expect(note?.string(tag('ModifyingSystem'))).toBe('Fieldbox');
    expect(note?.string(tag('ReasonForTheAttributeModification'))).toBe('CORRECT');
    expect(note?.has(tag('SourceOfPreviousValues'))).toBe(true);
    const [old] = note?.items(MODIFIED_ATTRIBUTES) ?? [];
    expect(old?.string(tag('PatientID'))).toBe('P 1');
    expect(old?.string(tag('PatientWeight'))).toBe('61.5');
    expect(old?.number(tag('Rows'))).toBe(3);
    expect(old?.element(tag('BodyPartExamined'))?.length).toBe(0);
  });

  it('reaches into items of sequences', () => {
    const path = '00082218[1].00082220[1].CodeMeaning';
    const { dataset } = read(changed(bytes, [{ path, value: 'Left breast' }]));
    const [first, second] = dataset.items(0x00082218);
    expect(first?.items(0x00082220)[0]?.string(tag('CodeMeaning'))).toBe('Left breast');
    expect(first?.string(tag('CodeMeaning'))).toBe('Breast');
    expect(first?.string(tag('CodeValue'))).toBe('T-04000');
    expect(second?.elements.size).toBe(0);
    const [old] = dataset.items(ORIGINAL_ATTRIBUTES)[0]?.items(MODIFIED_ATTRIBUTES) ?? [];
    expect(old?.items(0x00082218)[0]?.items(0x00082220)[0]?.string(tag('CodeMeaning'))).toBe('inner');
  });

  it('makes an item where the path names the first one of a sequence that is not there', () => {
    const path = 'RequestAttributesSequence[1].RequestedProcedureID';
    const { dataset } = read(changed(bytes, [{ path, value: 'R-1' }]));
    expect(dataset.items(tag('RequestAttributesSequence'))[0]?.string(tag('RequestedProcedureID'))).toBe('R-1');
  });

  it('keeps the notes of earlier changes', () => {
    const once = changed(bytes, [{ path: 'PatientID', value: 'second' }]) ?? bytes;
    const { dataset } = read(changed(once, [{ path: 'PatientID', value: 'third' }]));
    const notes = dataset.items(ORIGINAL_ATTRIBUTES);
    expect(notes.map((note) => note.items(MODIFIED_ATTRIBUTES)[0]?.string(tag('PatientID')))).toEqual([
      'P 1',
      'second',
    ]);
  });

  it('turns texts into UTF-8 when a new one needs it, old values and items too', () => {
    const { dataset } = read(changed(bytes, [{ path: 'PatientName', value: 'منصور^ليلى' }]));
    expect(dataset.strings(tag('SpecificCharacterSet'))).toEqual(['ISO_IR 192']);
    expect(dataset.string(tag('PatientName'))).toBe('منصور^ليلى');
    const [old] = dataset.items(ORIGINAL_ATTRIBUTES)[0]?.items(MODIFIED_ATTRIBUTES) ?? [];
    expect(old?.string(tag('PatientName'))).toBe('Buc^Jérôme');
    expect(dataset.items(0x00082218)[0]?.string(tag('CodeMeaning'))).toBe('Breast');
  });

  it('changes nothing when the values stand there already', () => {
    expect(changed(bytes, [{ path: 'PatientID', value: 'P 1' }])).toBeUndefined();
    expect(changed(bytes, [{ path: 'PatientAddress', value: null }])).toBeUndefined();
    expect(changed(bytes, [{ path: 'RequestAttributesSequence.RequestedProcedureID', value: 'x' }])).toBeUndefined();
  });
});

describe('changing attributes', () => {
  it.each(SAMPLES)('of %s keeps pixels and everything else', (name) => {
    const bytes = sample(name);
    const before = read(bytes);
    const after = read(changed(bytes, [{ path: 'PatientName', value: 'Changed^Name' }]));
    const touched = [ORIGINAL_ATTRIBUTES, tag('PatientName')];
    expect(others(after.dataset, touched)).toEqual(others(before.dataset, touched));
    expect(after.cut).toEqual(before.cut);
    const old = after.dataset.items(ORIGINAL_ATTRIBUTES).at(-1)?.items(MODIFIED_ATTRIBUTES)[0];
    expect(old?.string(tag('PatientName'))).toBe(before.dataset.string(tag('PatientName')));
  });

  it('leaves encapsulated pixels and their offsets as they are', () => {
    const pixels = encapsulated([Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6)], [0, 12]);
    const bytes = part10(SYNTAX.rle, joined(sampleDataSet(EXPLICIT_LITTLE), pixels));
    const after = changed(bytes, [{ path: 'PatientID', value: 'longer than it was before' }]) ?? bytes;
    expect(Buffer.from(after).includes(Buffer.from(pixels))).toBe(true);
    expect(read(after).dataset.element(0x7fe00010)?.fragments).toHaveLength(3);
  });

  it('drops group lengths that would be wrong, keeps others, and does without a meta group', () => {
    const dataset = joined(
      numbers(0x00080000, 'UL', 4),
      element(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.7'),
      element(0x00080018, 'UI', '1.2.3'),
      numbers(0x00100000, 'UL', 10),
      element(0x00100020, 'LO', '1'),
    );
    const after = read(changed(dataset, [{ path: 'PatientID', value: '22' }]));
    expect(after.hasMeta).toBe(false);
    expect(after.dataset.has(0x00100000)).toBe(false);
    expect(after.dataset.has(0x00080000)).toBe(true);
    expect(after.dataset.string(tag('PatientID'))).toBe('22');
  });

  it('converts items that have a character set of their own', () => {
    const inner = item(joined(element(0x00080005, 'CS', 'ISO_IR 100'), element(0x00080104, 'LO', 'K\xf6rper')));
    const bytes = joined(
      new Uint8Array(128),
      new TextEncoder().encode('DICM'),
      metaGroup(SYNTAX.explicit),
      element(0x00080005, 'CS', 'ISO_IR 192'),
      element(0x00080018, 'UI', '1.2.3'),
      sequence(0x00082218, [inner]),
      element(0x00100010, 'PN', 'Doe'),
    );
    const { dataset } = read(changed(bytes, [{ path: 'PatientName', value: '王^東' }]));
    const [only] = dataset.items(0x00082218);
    expect(only?.has(0x00080005)).toBe(false);
    expect(only?.string(0x00080104)).toBe('Körper');
  });
});

describe('what may be changed', () => {
  const refusal = (path: string, value: string | null, uids = false): string =>
    codeOf(() => {
      const values = placed([{ path, value }]);
      refuseProtected(values, uids);
      refuseImpossible(values);
    });

  it.each([
    'SOPInstanceUID',
    'SOPClassUID',
    'SpecificCharacterSet',
    'PixelData',
    'Rows',
    'BitsAllocated',
    'NumberOfFrames',
    'PhotometricInterpretation',
    'OriginalAttributesSequence',
    'EncapsulatedDocument',
    'RedPaletteColorLookupTableData',
    'RequestAttributesSequence',
    '60003000',
  ])('never %s', (path) => {
    expect(refusal(path, '1', true)).toBe('TAG_PROTECTED');
  });

  it('nothing of the file meta group, and no path that is none', () => {
    for (const path of [
      'TransferSyntaxUID',
      '00020010',
      '(0002,0003)',
      'NoSuchKeyword',
      '',
      'PatientName.',
      'A[0]',
      '..',
      '0009,1001',
    ])
      expect(refusal(path, 'x', true)).toBe('BAD_REQUEST');
  });

  it('UIDs only when they are meant, and never to nothing', () => {
    expect(refusal('StudyInstanceUID', '1.2.3')).toBe('TAG_IS_UID');
    expect(refusal('ReferencedImageSequence[1].ReferencedSOPInstanceUID', '1.2.3')).toBe('TAG_IS_UID');
    expect(refusal('StudyInstanceUID', '1.2.3', true)).toBe('no error');
    expect(refusal('StudyInstanceUID', '', true)).toBe('TAG_PROTECTED');
    expect(refusal('SeriesInstanceUID', null, true)).toBe('TAG_PROTECTED');
    expect(refusal('StudyInstanceUID', '1.2.x', true)).toBe('TAG_VALUE');
  });

  it('a sequence only away, as a whole', () => {
    expect(refusal('RequestAttributesSequence', null)).toBe('no error');
  });

  it.each([
    ['PatientBirthDate', '19800229', 'no error'],
    ['PatientBirthDate', '19800230', 'TAG_VALUE'],
    ['PatientBirthDate', '1980-02-03', 'TAG_VALUE'],
    ['PatientBirthDate', '19801302', 'TAG_VALUE'],
    ['StudyTime', '235960.123456', 'no error'],
    ['StudyTime', '25', 'TAG_VALUE'],
    ['AcquisitionDateTime', '20260101120000.5+0300', 'no error'],
    ['AcquisitionDateTime', '2026-01-01', 'TAG_VALUE'],
    ['PatientSex', 'F', 'no error'],
    ['PatientSex', 'f', 'TAG_VALUE'],
    ['PatientSex', 'F\\M', 'TAG_VALUE'],
    ['PatientAge', '045Y', 'no error'],
    ['PatientAge', '45', 'TAG_VALUE'],
    ['PatientWeight', '1e2', 'no error'],
    ['PatientWeight', 'heavy', 'TAG_VALUE'],
    ['PatientWeight', '1234567890.1234567', 'TAG_VALUE'],
    ['InstanceNumber', '99999999999', 'TAG_VALUE'],
    ['InstanceNumber', '-3', 'no error'],
    ['PixelSpacing', '0.5\\0.5', 'no error'],
    ['PixelSpacing', '0.5', 'TAG_VALUE'],
    ['ImageType', 'DERIVED\\PRIMARY\\AXIAL', 'no error'],
    ['ImageType', 'DERIVED', 'TAG_VALUE'],
    ['PatientID', 'x'.repeat(65), 'TAG_VALUE'],
    ['PatientID', 'two\nlines', 'TAG_VALUE'],
    ['PatientComments', 'two\nlines', 'no error'],
    ['PatientName', `${'x'.repeat(64)}=${'王'.repeat(64)}`, 'no error'],
    ['PatientName', 'a=b=c=d', 'TAG_VALUE'],
    ['PatientName', 'a^b^c^d^e^f', 'TAG_VALUE'],
    ['PatientName', '\ud800', 'TAG_VALUE'],
    ['TableHeight', '', 'no error'],
    ['FrameIncrementPointer', '00181063', 'no error'],
    ['FrameIncrementPointer', '(0018,1063)', 'TAG_VALUE'],
    ['DopplerCorrectionAngle', '1.25', 'no error'],
    ['DopplerCorrectionAngle', 'abc', 'TAG_VALUE'],
    ['SamplesPerPixelUsed', '70000', 'TAG_VALUE'],
    ['SamplesPerPixelUsed', '3', 'no error'],
  ])('%s as %j: %s', (path, value, expected) => {
    expect(refusal(path, value)).toBe(expected);
  });

  it('a value whose kind depends on the object as the object has it', () => {
    const dataset = joined(
      sampleDataSet(EXPLICIT_LITTLE),
      numbers(0x00280103, 'US', 1),
      element(0x00280106, 'SS', Uint8Array.of(0xff, 0xff)),
    );
    const bytes = part10(SYNTAX.explicit, dataset);
    const after = read(changed(bytes, [{ path: 'SmallestImagePixelValue', value: '-5' }]));
    expect(after.dataset.number(0x00280106)).toBe(-5);
    expect(codeOf(() => changed(bytes, [{ path: 'SmallestImagePixelValue', value: '40000' }]))).toBe('TAG_VALUE');
  });
});
