import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { isCutOff } from '../../../main/dicom/completeness';
import { readDicom, type ReadOptions, type ReadResult } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import {
  element,
  encapsulated,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  fromHex,
  header,
  item,
  joined,
  numbers,
  part10,
  sampleDataSet,
  sequence,
  SYNTAX,
  UNDEFINED,
  word,
} from '../../fixtures/dicom-bytes';

const UID = element(Tags.SOPInstanceUID, 'UI', '1.2.3');
const read = (bytes: Uint8Array, options?: ReadOptions): ReadResult => readDicom(new BufferSource(bytes), options);
const explicit = (...elements: Uint8Array[]): Uint8Array => part10(SYNTAX.explicit, joined(...elements));

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FieldboxError) return error.code;
    throw error;
  }
  return 'none';
}

describe('files that break off', () => {
  const picture = joined(sampleDataSet(EXPLICIT_LITTLE), element(Tags.PixelData, 'OW', new Uint8Array(200)));

  it('tells how much of a value is there', () => {
    const bytes = explicit(picture);
    const file = read(bytes.subarray(0, bytes.length - 70));
    expect(file.cut).toEqual({ tag: Tags.PixelData, claimed: 200, present: 130 });
    expect(file.dataset.bytes(Tags.PixelData)).toHaveLength(130);
    expect(isCutOff(file)).toBe(true);
    expect(isCutOff(read(bytes.subarray(0, bytes.length - 20)))).toBe(false);
    expect(isCutOff(read(bytes))).toBe(false);
  });

  it('ends in a typed error or with what there is, wherever the file is cut', () => {
    for (const [uid, dataset] of [
      [SYNTAX.explicit, picture],
      [SYNTAX.big, sampleDataSet(EXPLICIT_BIG, true)],
      [SYNTAX.deflated, deflateRawSync(picture)],
      [
        SYNTAX.rle,
        joined(sampleDataSet(EXPLICIT_LITTLE, true), encapsulated([new Uint8Array(80), new Uint8Array(64)])),
      ],
    ] as const) {
      const whole = part10(uid, dataset);
      for (let length = 0; length < whole.length; length += 1) {
        const code = codeOf(() => read(whole.subarray(0, length)));
        expect(['none', 'DICOM_TRUNCATED', 'NOT_DICOM', 'DICOM_MALFORMED']).toContain(code);
        if (length >= 140) expect(code).not.toBe('NOT_DICOM');
      }
    }
  });

  it('keeps a report that lacks little and refuses one that lacks most', () => {
    const bytes = explicit(UID, sequence(0x0040a730, [item(element(0x0040a160, 'UT', 'finding '.repeat(50)))]));
    const sequenceLength = 12 + 8 + 12 + 400;
    const at = (share: number): ReadResult =>
      read(bytes.subarray(0, bytes.length - Math.floor(sequenceLength * (1 - share))));
    expect(isCutOff(at(0.9))).toBe(false);
    expect(isCutOff(at(0.3))).toBe(true);
    expect(at(0.9).dataset.items(0x0040a730)[0]?.string(0x0040a160)).toContain('finding');
  });

  it('refuses an image whose pixels are not there at all', () => {
    const bytes = explicit(picture);
    const pixels = bytes.length - 200 - 12;
    for (const length of [pixels + 4, pixels + 11, pixels - 3]) {
      const file = read(bytes.subarray(0, length));
      expect(file.dataset.has(Tags.PixelData)).toBe(false);
      expect(file.cut).not.toBeNull();
      expect(isCutOff(file)).toBe(true);
    }
  });

  it('refuses an image that lacks frames, not one that lacks its last delimiter', () => {
    const frames = element(Tags.NumberOfFrames, 'IS', '3');
    const size = joined(numbers(Tags.Rows, 'US', 4), numbers(Tags.Columns, 'US', 4));
    const fragments = [new Uint8Array(100), new Uint8Array(100), new Uint8Array(100)];
    const bytes = part10(SYNTAX.rle, joined(UID, frames, size, encapsulated(fragments)));
    expect(isCutOff(read(bytes))).toBe(false);
    expect(read(bytes.subarray(0, -8)).warnings).toContain('the pixel data have no end');
    expect(isCutOff(read(bytes.subarray(0, -8)))).toBe(false);
    expect(isCutOff(read(bytes.subarray(0, -8 - 60)))).toBe(true);
    expect(isCutOff(read(bytes.subarray(0, -8 - 108)))).toBe(true);
  });
});

describe('lengths that lie', () => {
  it('bounds a value by the file', () => {
    const file = read(explicit(UID, joined(header(0x00420011, 'OB', 0xfffffffe), new Uint8Array(10))));
    expect(file.dataset.bytes(0x00420011)).toHaveLength(10);
    expect(file.cut).toEqual({ tag: 0x00420011, claimed: 0xfffffffe, present: 10 });
  });

  it('bounds a value inside a sequence by its item', () => {
    const inside = item(joined(header(0x00080104, 'LO', 20), fromHex('41424344')));
    const file = read(
      explicit(
        UID,
        sequence(0x00082218, [inside]),
        element(0x00200013, 'IS', '3'),
        element(0x00204000, 'LT', 'comment'),
      ),
    );
    expect(file.dataset.items(0x00082218)[0]?.string(0x00080104)).toBe('ABCD');
    expect(file.dataset.number(0x00200013)).toBe(3);
    expect(file.warnings).toContain('a value is longer than what is left for it');
    expect(file.cut).toBeNull();
  });

  it('reads odd lengths as they stand', () => {
    const odd = joined(header(0x00081030, 'LO', 3), fromHex('414243'), element(0x00200013, 'IS', '3'));
    const file = read(explicit(UID, odd));
    expect(file.dataset.string(0x00081030)).toBe('ABC');
    expect(file.dataset.number(0x00200013)).toBe(3);
  });

  it('leaves numbers that are not whole', () => {
    const file = read(
      explicit(UID, joined(header(Tags.Rows, 'US', 3), fromHex('010002')), element(0x00281052, 'DS', '')),
    );
    expect(file.dataset.numbers(Tags.Rows)).toEqual([1]);
  });

  it('bounds a fragment by the file', () => {
    const bytes = part10(
      SYNTAX.rle,
      joined(
        UID,
        header(Tags.PixelData, 'OB', UNDEFINED),
        item(new Uint8Array()),
        fromHex('feff00e0'),
        word(0x7fffffff, 4),
        new Uint8Array(6),
      ),
    );
    const file = read(bytes);
    expect(file.dataset.element(Tags.PixelData)?.fragments?.map((one) => one.length)).toEqual([0, 6]);
    expect(file.cut).toEqual({ tag: Tags.PixelData, claimed: 0x7fffffff, present: 6 });
  });

  it('ends pixel data at what is no fragment', () => {
    const bytes = part10(
      SYNTAX.rle,
      joined(
        UID,
        header(Tags.PixelData, 'OB', UNDEFINED),
        item(new Uint8Array()),
        element(0xfffcfffc, 'OB', new Uint8Array(4)),
      ),
    );
    const file = read(bytes);
    expect(file.warnings).toContain('the pixel data have something between their fragments');
    expect(file.dataset.has(0xfffcfffc)).toBe(true);
  });
});

describe('delimiters that are missing or too many', () => {
  it('reads over a delimiter outside of any sequence', () => {
    const file = read(
      explicit(UID, fromHex('feff0de000000000'), fromHex('feffdde000000000'), element(0x00200013, 'IS', '3')),
    );
    expect(file.dataset.number(0x00200013)).toBe(3);
    expect(file.warnings).toEqual(['a delimiter stands outside of any sequence']);
  });

  it('reads an item of defined length that ends with a delimiter all the same', () => {
    const inside = item(joined(element(0x00080104, 'LO', 'text'), fromHex('feff0de000000000')));
    expect(
      read(explicit(UID, sequence(0x00082218, [inside])))
        .dataset.items(0x00082218)[0]
        ?.string(0x00080104),
    ).toBe('text');
  });

  it('ends an item without end at the end of its sequence', () => {
    const open = joined(fromHex('feff00e0ffffffff'), element(0x00080104, 'LO', 'text'));
    const file = read(
      explicit(
        UID,
        joined(header(0x00082218, 'SQ', UNDEFINED), open, fromHex('feffdde000000000')),
        element(0x00200013, 'IS', '3'),
      ),
    );
    expect(file.dataset.items(0x00082218)[0]?.string(0x00080104)).toBe('text');
    expect(file.dataset.number(0x00200013)).toBe(3);
    expect(file.warnings).toContain('an item has no end');
  });

  it('goes on behind a sequence that holds something else than items', () => {
    const file = read(explicit(UID, joined(header(0x00082218, 'SQ', UNDEFINED), element(0x00200013, 'IS', '3'))));
    expect(file.dataset.items(0x00082218)).toEqual([]);
    expect(file.dataset.number(0x00200013)).toBe(3);
  });
});

describe('nesting', () => {
  function nested(depth: number, delimited: boolean): Uint8Array {
    let content = element(0x00080104, 'LO', 'core');
    for (let level = 0; level < depth; level += 1)
      content = sequence(0x0040a730, [item(content, EXPLICIT_LITTLE, delimited)], EXPLICIT_LITTLE, delimited);
    return explicit(UID, content);
  }

  it.each([false, true])('reads what is deep (delimited: %s)', (delimited) => {
    let level = read(nested(150, delimited)).dataset.items(0x0040a730)[0];
    for (let depth = 1; depth < 150; depth += 1) level = level?.items(0x0040a730)[0];
    expect(level?.string(0x00080104)).toBe('core');
  });

  it.each([false, true])('refuses what is deeper than anything real (delimited: %s)', (delimited) => {
    expect(codeOf(() => read(nested(201, delimited)))).toBe('DICOM_TOO_DEEP');
    expect(codeOf(() => read(nested(5, delimited), { limits: { depth: 4 } }))).toBe('DICOM_TOO_DEEP');
  });

  it('refuses a tower of a hundred thousand open sequences without running out of stack', () => {
    const floor = Buffer.concat([header(0x0040a730, 'SQ', UNDEFINED), fromHex('feff00e0ffffffff')]);
    const tower = Buffer.alloc(floor.length * 100_000);
    tower.fill(floor);
    expect(codeOf(() => read(explicit(UID, tower)))).toBe('DICOM_TOO_DEEP');
  });
});

describe('more elements than anything real', () => {
  it('refuses them', () => {
    const bytes = explicit(UID, ...Array.from({ length: 60 }, (_, index) => element(0x00091001 + index, 'LO', '')));
    expect(codeOf(() => read(bytes, { limits: { elements: 50 } }))).toBe('DICOM_MALFORMED');
    expect(codeOf(() => read(bytes))).toBe('none');
  });

  it('refuses too many fragments', () => {
    const bytes = part10(SYNTAX.rle, joined(UID, encapsulated(Array.from({ length: 60 }, () => new Uint8Array(2)))));
    expect(codeOf(() => read(bytes, { limits: { elements: 50 } }))).toBe('DICOM_MALFORMED');
  });

  it('takes time in proportion to the size of a file of empty elements', () => {
    const empty = Buffer.from(element(0x00091001, 'LO', ''));
    const small = explicit(UID, Buffer.alloc(empty.length * 1000, empty));
    const large = explicit(UID, Buffer.alloc(empty.length * 500_000, empty));
    expect(read(small).dataset.elements.size).toBe(2);
    const start = performance.now();
    expect(read(large).dataset.elements.size).toBe(2);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

it('refuses a small deflated file that unpacks to millions of elements', () => {
  const bomb = deflateRawSync(Buffer.alloc(24 * 1024 * 1024, element(0x00091001, 'LO', '')), { level: 9 });
  expect(bomb.length).toBeLessThan(100_000);
  expect(codeOf(() => read(part10(SYNTAX.deflated, bomb)))).toBe('DICOM_MALFORMED');
});
