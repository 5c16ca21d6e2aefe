import { inflateRawSync } from 'node:zlib';
import dcmjs from 'dcmjs';
import dicomParser from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { formatTag } from '../../../main/dicom/dictionary';
import type { DataSetView, Element } from '../../../main/dicom/model';
import { readDicom } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import { SAMPLES, sample } from '../../fixtures/dicom-samples';

/** What of dicom-parser's answer is compared. */
interface ParsedElement {
  readonly vr?: string;
  readonly length: number;
  readonly dataOffset: number;
  readonly items?: readonly { readonly dataSet: { readonly elements: Readonly<Record<string, ParsedElement>> } }[];
  readonly fragments?: readonly { readonly position: number; readonly length: number }[];
}

const TEXT = new Set(['AE', 'AS', 'CS', 'DA', 'DT', 'LO', 'PN', 'SH', 'TM', 'UI']);
const NUMBER = new Set(['DS', 'IS', 'US', 'SS', 'UL', 'SL', 'FL', 'FD']);

const inflater = (bytes: Uint8Array, position: number): Uint8Array =>
  new Uint8Array(inflateRawSync(bytes.subarray(position)));

function compareWithParser(ours: DataSetView, theirs: Readonly<Record<string, ParsedElement>>): number {
  const tags = Object.keys(theirs).map((key) => key.slice(1).toUpperCase());
  const own = [...ours.elements.keys()].map(formatTag);
  expect(own.filter((tag) => !tag.endsWith('0000')).sort()).toEqual(
    tags.filter((tag) => !tag.endsWith('0000') && !tag.startsWith('0002') && !tag.startsWith('FFFE')).sort(),
  );
  let compared = 0;
  for (const [tag, element] of ours.elements) {
    const other = theirs[`x${formatTag(tag).toLowerCase()}`];
    if (!other) continue;
    compared += 1 + compareElement(element, other);
  }
  return compared;
}

function compareElement(element: Element, other: ParsedElement): number {
  expect(element.offset).toBe(other.dataOffset);
  if (other.fragments) {
    // dicom-parser leaves out the offset table.
    expect((element.fragments ?? []).slice(1).map((one) => [one.offset, one.length])).toEqual(
      other.fragments.map((one) => [one.position, one.length]),
    );
    return other.fragments.length;
  }
  if (!other.items) {
    if (!element.undefinedLength) expect(element.length).toBe(other.length);
    return 0;
  }
  const { items = [] } = element;
  expect(items).toHaveLength(other.items.length);
  return other.items.reduce((sum, { dataSet }, index) => {
    const item = items[index];
    return item ? sum + compareWithParser(item, dataSet.elements) : sum;
  }, 0);
}

describe('the reader beside dicom-parser: the same elements at the same places', () => {
  it.each(SAMPLES)('%s', (name) => {
    const bytes = sample(name);
    const file = readDicom(new BufferSource(bytes));
    const other = dicomParser.parseDicom(bytes, { inflater, vrCallback: () => undefined }) as unknown as {
      readonly elements: Readonly<Record<string, ParsedElement>>;
    };
    expect(compareWithParser(file.dataset, other.elements)).toBeGreaterThan(15);
  });
});

describe('the reader beside dcmjs: the same values', () => {
  it.each(SAMPLES)('%s', (name) => {
    const bytes = sample(name);
    const { dataset } = readDicom(new BufferSource(bytes));
    const { dict } = dcmjs.data.DicomMessage.readFile(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    );
    let compared = 0;
    for (const [tag, element] of dataset.elements) {
      const other = dict[formatTag(tag)];
      // dcmjs answers in UTF-8 and says so in place of the file's own character set; for no number it gives 0.
      if (!other || other.vr !== element.vr || element.length === 0 || tag === Tags.SpecificCharacterSet) continue;
      if (TEXT.has(element.vr)) {
        expect([formatTag(tag), ...dataset.strings(tag)]).toEqual([formatTag(tag), ...texts(other.Value)]);
        compared += 1;
      } else if (NUMBER.has(element.vr)) {
        expect([tag, ...dataset.numbers(tag)]).toEqual([
          tag,
          ...other.Value.filter((value) => value !== null && value !== '').map(Number),
        ]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(15);
  });
});

/** dcmjs gives names as objects with the alphabetic part, and an empty value as one empty text. */
function texts(values: readonly unknown[]): string[] {
  const read = values.map((value) =>
    typeof value === 'object' && value !== null
      ? ((value as { readonly Alphabetic?: string }).Alphabetic ?? '')
      : String(value as string | number),
  );
  return read.length === 1 && read[0]?.trim() === '' ? [] : read.map((value) => value.replace(/^ +|[ \0]+$/g, ''));
}
