import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import { BufferSource } from '../../../main/dicom/buffer-source';
import type { ByteSource, DataSetView } from '../../../main/dicom/model';
import { readDicom, type ReadOptions, type ReadResult } from '../../../main/dicom/reader';
import { looksLikeDicom } from '../../../main/dicom/sniff';
import { Tags } from '../../../main/dicom/tags';
import {
  element,
  encapsulated,
  type Encoding,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  fromHex,
  header,
  IMPLICIT_LITTLE,
  item,
  joined,
  latin,
  metaGroup,
  numbers,
  part10,
  sampleDataSet,
  sequence,
  SYNTAX,
  UNDEFINED,
  words,
} from '../../fixtures/dicom-bytes';

const ANATOMIC_REGION_SEQUENCE = 0x00082218;
const read = (bytes: Uint8Array, options?: ReadOptions): ReadResult => readDicom(new BufferSource(bytes), options);

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FieldboxError) return error.code;
    throw error;
  }
  return 'none';
}

/** What `sampleDataSet` holds, whatever its encoding. */
function expectSample(dataset: DataSetView): void {
  expect(dataset.string(Tags.PatientName)).toBe('Buc^Jérôme');
  expect(dataset.string(Tags.PatientID)).toBe('P 1');
  expect(dataset.string(Tags.SOPInstanceUID)).toBe('1.2.3.4.5');
  expect(dataset.number(Tags.Rows)).toBe(3);
  expect(dataset.number(Tags.Columns)).toBe(2);
  expect(dataset.number(0x00101030)).toBe(61.5);
  expect(dataset.number(Tags.InstanceNumber)).toBe(7);
  expect(dataset.string(0x00190010)).toBe('MAKER');
  const [region, empty] = dataset.items(ANATOMIC_REGION_SEQUENCE);
  expect(dataset.items(ANATOMIC_REGION_SEQUENCE)).toHaveLength(2);
  expect(region?.string(0x00080104)).toBe('Breast');
  expect(region?.items(0x00082220)[0]?.string(0x00080104)).toBe('inner');
  expect(empty?.elements.size).toBe(0);
  expect(dataset.elements.size).toBe(14);
}

describe('encodings of PS3.5 annex A', () => {
  const cases: readonly (readonly [string, string, Encoding])[] = [
    ['implicit VR little endian', SYNTAX.implicit, IMPLICIT_LITTLE],
    ['explicit VR little endian', SYNTAX.explicit, EXPLICIT_LITTLE],
    ['explicit VR big endian', SYNTAX.big, EXPLICIT_BIG],
  ];

  it.each(cases)('reads %s', (_name, uid, encoding) => {
    for (const delimited of [false, true]) {
      const file = read(part10(uid, sampleDataSet(encoding, delimited)));
      expectSample(file.dataset);
      expect(file).toMatchObject({ transferSyntaxUID: uid, hasPreamble: true, hasMeta: true, warnings: [], cut: null });
      expect(file.dataset.littleEndian).toBe(encoding.little);
      expect(file.dataset.explicitVR).toBe(encoding.explicit);
    }
  });

  it.each(cases.slice(0, 2))('reads %s without preamble and meta group', (_name, uid, encoding) => {
    const file = read(sampleDataSet(encoding));
    expectSample(file.dataset);
    expect(file).toMatchObject({ transferSyntaxUID: uid, hasPreamble: false, hasMeta: false, datasetOffset: 0 });
  });

  it('reads a bare data set in big endian', () => {
    const file = read(sampleDataSet(EXPLICIT_BIG));
    expectSample(file.dataset);
    expect(file.transferSyntaxUID).toBe(SYNTAX.big);
  });

  it.each([
    ['deflated', deflateRawSync(sampleDataSet(EXPLICIT_LITTLE))],
    ['deflated to an odd length', joined(deflateRawSync(sampleDataSet(EXPLICIT_LITTLE)), new Uint8Array(1))],
  ])('reads %s', (_name, packed) => {
    const file = read(part10(SYNTAX.deflated, packed));
    expectSample(file.dataset);
    expect(file.transferSyntaxUID).toBe(SYNTAX.deflated);
  });

  it('gives what there is of a deflated data set that breaks off', () => {
    const many = joined(sampleDataSet(EXPLICIT_LITTLE), element(Tags.PixelData, 'OB', noise(20_000)));
    const packed = deflateRawSync(many);
    const file = read(part10(SYNTAX.deflated, packed.subarray(0, packed.length / 2)));
    expect(file.dataset.string(Tags.PatientID)).toBe('P 1');
    expect(file.cut?.tag).toBe(Tags.PixelData);
    expect(file.warnings).toContain('the deflated data set has no end');
  });

  it('notices that a deflated data set has no end even where its last element is whole', () => {
    const open = deflateRawSync(sampleDataSet(EXPLICIT_LITTLE), { finishFlush: constants.Z_SYNC_FLUSH });
    const file = read(part10(SYNTAX.deflated, open));
    expectSample(file.dataset);
    expect(file.cut).toEqual({ tag: 0, claimed: 8, present: 0 });
  });

  it('names bytes that are no deflate stream', () => {
    const zeros = new Uint8Array(40).fill(0xff);
    expect(codeOf(() => read(part10(SYNTAX.deflated, zeros)))).toBe('DICOM_MALFORMED');
  });

  it('goes by what the data set shows where the meta group is wrong', () => {
    const file = read(part10(SYNTAX.explicit, sampleDataSet(IMPLICIT_LITTLE)));
    expectSample(file.dataset);
    expect(file.warnings).toContain('the data set is not encoded as the transfer syntax says');
    expectSample(read(part10(SYNTAX.implicit, sampleDataSet(EXPLICIT_LITTLE))).dataset);
    expectSample(read(part10(SYNTAX.explicit, sampleDataSet(EXPLICIT_BIG))).dataset);
  });

  it('reads a data set under an unknown transfer syntax as explicit VR little endian', () => {
    const file = read(part10('1.2.3.4.99', sampleDataSet(EXPLICIT_LITTLE)));
    expectSample(file.dataset);
    expect(file.transferSyntaxUID).toBe('1.2.3.4.99');
  });

  it('finds the encoding where the meta group does not name it', () => {
    const meta = joined(numbers(0x00020000, 'UL', 8 + 26), element(0x00020002, 'UI', '1.2.840.10008.5.1.4.1.1.7'));
    const file = read(joined(new Uint8Array(128), latin('DICM'), meta, sampleDataSet(IMPLICIT_LITTLE)));
    expectSample(file.dataset);
    expect(file).toMatchObject({ transferSyntaxUID: SYNTAX.implicit, hasMeta: true });
  });
});

describe('where a file begins', () => {
  const dataset = sampleDataSet(EXPLICIT_LITTLE);
  const meta = metaGroup(SYNTAX.explicit);
  it.each([
    ['a meta group without preamble', joined(meta, dataset)],
    ['a prefix without preamble', joined(latin('DICM'), meta, dataset)],
    ['a preamble with another prefix', joined(new Uint8Array(128), latin('XXXX'), meta, dataset)],
    ['a prefix after 256 bytes', joined(new Uint8Array(256), latin('DICM'), meta, dataset)],
    ['a stray byte in front', joined(new Uint8Array(1), meta, dataset)],
  ])('finds %s', (_name, bytes) => {
    expect(looksLikeDicom(bytes)).toBe('maybe-bare');
    const file = read(bytes);
    expectSample(file.dataset);
    expect(file).toMatchObject({ hasPreamble: false, hasMeta: true });
  });

  it('reads a meta group whose length element is missing, too small or too large', () => {
    const group = meta.subarray(12);
    for (const start of [new Uint8Array(), numbers(0x00020000, 'UL', 4), numbers(0x00020000, 'UL', 0xfffffff0)]) {
      expectSample(read(joined(new Uint8Array(128), latin('DICM'), start, group, dataset)).dataset);
    }
  });

  it('takes a program, a text, a picture and nothing for what they are', () => {
    const others = [
      latin('MZ\x90\0\x03\0\0\0'.padEnd(400, '\0')),
      latin('The quick brown fox jumps over the lazy dog. '.repeat(20)),
      latin('\x89PNG\r\n\x1a\n'.padEnd(400, '\0')),
      fromHex('ffd8ffe000104a46494600010100000100010000'),
      new Uint8Array(1000),
      new Uint8Array(),
    ];
    for (const bytes of others) {
      expect(codeOf(() => read(bytes))).toBe('NOT_DICOM');
      expect(looksLikeDicom(bytes)).toBe('no');
    }
  });

  it('wants a bare data set to say what it is', () => {
    expect(codeOf(() => read(element(0x00080060, 'CS', 'OT')))).toBe('NOT_DICOM');
  });

  it('tells a file that ends after its preamble', () => {
    expect(codeOf(() => read(joined(new Uint8Array(128), latin('DICM'))))).toBe('DICOM_TRUNCATED');
    expect(codeOf(() => read(joined(new Uint8Array(128), latin('DICM'), meta)))).toBe('DICOM_TRUNCATED');
  });
});

describe('values', () => {
  const withElements = (...elements: Uint8Array[]): DataSetView =>
    read(part10(SYNTAX.explicit, joined(element(0x00080018, 'UI', '1.2'), ...elements))).dataset;

  it('reads every numeric VR, signed and unsigned', () => {
    const dataset = withElements(
      element(0x00280106, 'SS', words([0xfffe, 5], 2)),
      element(0x00189219, 'SS', words([0x8000], 2)),
      element(0x00186020, 'SL', words([0xffffffff], 4)),
      element(0x00186018, 'UL', words([0xffffffff], 4)),
      element(0x00189313, 'FD', fromHex('000000000000f83f')),
      element(0x00280009, 'AT', fromHex('1800631018006510')),
      element(0x00720082, 'SV', fromHex('feffffffffffffff')),
      element(0x00720083, 'UV', fromHex('0100000001000000')),
      element(0x00089459, 'FL', fromHex('0000c03f0000c0bf')),
    );
    expect(dataset.numbers(0x00280106)).toEqual([-2, 5]);
    expect(dataset.number(0x00189219)).toBe(-32768);
    expect(dataset.number(0x00186020)).toBe(-1);
    expect(dataset.number(0x00186018)).toBe(4294967295);
    expect(dataset.number(0x00189313)).toBe(1.5);
    expect(dataset.numbers(0x00280009)).toEqual([0x00181063, 0x00181065]);
    expect(dataset.number(0x00720082)).toBe(-2);
    expect(dataset.number(0x00720083)).toBe(2 ** 32 + 1);
    expect(dataset.numbers(0x00089459)).toEqual([1.5, -1.5]);
  });

  it('reads numbers in big endian', () => {
    const dataset = read(
      part10(
        SYNTAX.big,
        joined(
          element(0x00080018, 'UI', '1.2', EXPLICIT_BIG),
          element(0x00280009, 'AT', fromHex('00181063'), EXPLICIT_BIG),
        ),
      ),
    ).dataset;
    expect(dataset.numbers(0x00280009)).toEqual([0x00181063]);
  });

  it('reads DS and IS as they are found', () => {
    const dataset = withElements(
      element(0x00281050, 'DS', ' 40\\-1.5e2 \\+.5\\3,5\\12 mm\\abc\\'),
      element(0x00281051, 'DS', ' '),
    );
    expect(dataset.numbers(0x00281050)).toEqual([40, -150, 0.5, 3.5, 12]);
    expect(dataset.numbers(0x00281051)).toEqual([]);
    expect(dataset.number(0x00281051)).toBeUndefined();
  });

  it('leaves backslashes in texts that have one value', () => {
    const dataset = withElements(element(0x00104000, 'LT', ' one\\two\r\n '), element(0x00081030, 'LO', 'one\\two'));
    expect(dataset.strings(0x00104000)).toEqual([' one\\two\r\n']);
    expect(dataset.strings(0x00081030)).toEqual(['one', 'two']);
  });

  it('keeps empty values in their places', () => {
    const dataset = withElements(element(0x00080008, 'CS', 'ORIGINAL\\\\AXIAL'), element(0x00081030, 'LO', ''));
    expect(dataset.strings(0x00080008)).toEqual(['ORIGINAL', '', 'AXIAL']);
    expect(dataset.strings(0x00081030)).toEqual([]);
    expect(dataset.string(0x00081030)).toBeUndefined();
    expect(dataset.strings(0x00081032)).toEqual([]);
    expect(dataset.has(0x00081030)).toBe(true);
  });

  it('trims UIDs of zeros and blanks', () => {
    const dataset = withElements(element(0x0020000d, 'UI', '1.2.3\0'), element(0x0020000e, 'UI', '1.2.4 '));
    expect(dataset.string(0x0020000d)).toBe('1.2.3');
    expect(dataset.string(0x0020000e)).toBe('1.2.4');
  });

  it('gives numbers as texts and bytes as they are', () => {
    const dataset = withElements(numbers(0x00280010, 'US', 512), element(0x00420011, 'OB', Uint8Array.of(1, 2, 3)));
    expect(dataset.strings(0x00280010)).toEqual(['512']);
    expect(dataset.bytes(0x00420011)).toEqual(Uint8Array.of(1, 2, 3, 0));
    expect(dataset.bytes(0x00420012)).toBeUndefined();
  });

  it('takes the first of two elements with one tag', () => {
    const dataset = withElements(element(0x00100020, 'LO', 'first'), element(0x00100020, 'LO', 'second'));
    expect(dataset.string(0x00100020)).toBe('first');
  });

  it('takes US or SS by Pixel Representation (PS3.6)', () => {
    const implicit = joined(
      element(0x00080018, 'UI', '1.2', IMPLICIT_LITTLE),
      numbers(0x00280103, 'US', 1, IMPLICIT_LITTLE),
      element(0x00280106, 'US', words([0xffff], 2), IMPLICIT_LITTLE),
    );
    expect(read(part10(SYNTAX.implicit, implicit)).dataset.number(0x00280106)).toBe(-1);
  });
});

describe('private and unknown attributes', () => {
  it('reads UN of standard attributes and of private creators by the dictionary (PS3.5 6.2.2 note 2)', () => {
    const { dataset } = read(
      part10(
        SYNTAX.explicit,
        joined(
          element(0x00080018, 'UI', '1.2'),
          element(0x00190010, 'UN', 'MAKER '),
          element(0x00191001, 'UN', 'what'),
          element(0x00280010, 'UN', words([64], 2)),
        ),
      ),
    );
    expect(dataset.number(0x00280010)).toBe(64);
    expect(dataset.element(0x00190010)?.vr).toBe('LO');
    expect(dataset.element(0x00191001)?.vr).toBe('UN');
    expect(dataset.string(0x00191001)).toBe('what');
  });

  it('reads UN of undefined length as a sequence in implicit VR (PS3.5 6.2.2 note 7)', () => {
    const inner = item(element(0x00080104, 'LO', 'inside', IMPLICIT_LITTLE), EXPLICIT_LITTLE, true);
    const bytes = joined(
      element(0x00080018, 'UI', '1.2'),
      header(0x00191008, 'UN', UNDEFINED),
      inner,
      fromHex('feffdde000000000'),
      element(0x00200013, 'IS', '9'),
    );
    const { dataset } = read(part10(SYNTAX.explicit, bytes));
    expect(dataset.items(0x00191008)[0]?.string(0x00080104)).toBe('inside');
    expect(dataset.number(0x00200013)).toBe(9);
  });

  it('reads UN sequences that go on in explicit VR', () => {
    const inner = item(element(0x00080104, 'LO', 'inside'), EXPLICIT_LITTLE, true);
    const bytes = joined(
      element(0x00080018, 'UI', '1.2'),
      header(0x00191008, 'UN', UNDEFINED),
      inner,
      fromHex('feffdde000000000'),
    );
    expect(read(part10(SYNTAX.explicit, bytes)).dataset.items(0x00191008)[0]?.string(0x00080104)).toBe('inside');
  });

  it('reads an element without VR among others that have one', () => {
    const bare = joined(fromHex('08006000'), words([2], 4), latin('OT'));
    const blank = joined(fromHex('08007000'), latin('  '), words([4], 2), latin('ACME'));
    const { dataset, warnings } = read(
      part10(SYNTAX.explicit, joined(element(0x00080018, 'UI', '1.2'), bare, blank, element(0x00100020, 'LO', 'P1'))),
    );
    expect(dataset.string(0x00080060)).toBe('OT');
    expect(dataset.string(0x00080070)).toBe('ACME');
    expect(dataset.string(0x00100020)).toBe('P1');
    expect(warnings).toContain('an element has no valid VR');
  });

  it('reads a VR of a later edition in its long form (PS3.5 6.2.2 note 4)', () => {
    const later = joined(fromHex('08000a00'), latin('ZZ'), new Uint8Array(2), words([6], 4), latin('future'));
    const { dataset } = read(part10(SYNTAX.explicit, joined(later, element(0x00080018, 'UI', '1.2'))));
    expect(dataset.string(0x00080018)).toBe('1.2');
  });
});

describe('reading no more than is needed', () => {
  it('stops before a tag', () => {
    const bytes = part10(
      SYNTAX.explicit,
      joined(sampleDataSet(EXPLICIT_LITTLE), element(Tags.PixelData, 'OW', new Uint8Array(12))),
    );
    const file = read(bytes, { stopBefore: Tags.PixelData });
    expectSample(file.dataset);
    expect(file.dataset.has(Tags.PixelData)).toBe(false);
  });

  it('skips large values without reading them', () => {
    const start = part10(
      SYNTAX.explicit,
      joined(sampleDataSet(EXPLICIT_LITTLE), header(Tags.PixelData, 'OW', 1_000_000_000)),
    );
    const trailer = element(0xfffcfffc, 'OB', new Uint8Array(2));
    let asked = 0;
    const source: ByteSource = {
      size: start.length + 1_000_000_000 + trailer.length,
      bytes(offset, length) {
        asked += length;
        const end = start.length + 1_000_000_000;
        if (offset >= end) return trailer.subarray(offset - end, offset - end + length);
        return joined(start.subarray(offset, offset + length), new Uint8Array(Math.max(0, length - start.length)));
      },
    };
    const { dataset, cut } = readDicom(source);
    expect(dataset.element(Tags.PixelData)?.length).toBe(1_000_000_000);
    expect(dataset.has(0xfffcfffc)).toBe(true);
    expect(cut).toBeNull();
    expect(asked).toBeLessThan(200_000);
  });

  it('tells where fragments lie', () => {
    const pixels = encapsulated([Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6)], [0, 12]);
    const { dataset } = read(part10(SYNTAX.rle, joined(sampleDataSet(EXPLICIT_LITTLE), pixels)));
    const fragments = dataset.element(Tags.PixelData)?.fragments ?? [];
    expect(fragments.map((one) => one.length)).toEqual([8, 4, 2]);
    expect(fragments.slice(1).map((one) => [...dataset.source.bytes(one.offset, one.length)])).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });
});

it('reads a deflated data set with a zlib header', () => {
  expectSample(read(part10(SYNTAX.deflated, deflateSync(sampleDataSet(EXPLICIT_LITTLE)))).dataset);
});

it('reads a sequence whose items have other lengths than it says', () => {
  const inside = item(element(0x00080104, 'LO', 'text'));
  const tooLong = joined(fromHex('feff00e0'), words([400], 4), element(0x00080104, 'LO', 'text'));
  const file = read(
    part10(
      SYNTAX.explicit,
      joined(element(0x00080018, 'UI', '1.2'), sequence(0x00082218, [inside, tooLong]), element(0x00200013, 'IS', '3')),
    ),
  );
  expect(file.dataset.items(0x00082218).map((one) => one.string(0x00080104))).toEqual(['text', 'text']);
  expect(file.dataset.number(0x00200013)).toBe(3);
  expect(file.warnings).toContain('an item is longer than its sequence');
});

function noise(length: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >> 16;
  });
}
