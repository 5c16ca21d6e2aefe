import type { DataSetView, Element, Tag, VR } from './model';
import { formatTag } from './dictionary';
import { Tags } from './tags';

/** An attribute in the DICOM JSON model (PS3.18 F.2.2). */
export interface JsonAttribute {
  readonly vr: VR;
  readonly Value?: readonly JsonValue[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}
export type JsonValue = string | number | null | PersonName | JsonDataSet;
export interface PersonName {
  readonly Alphabetic?: string;
  readonly Ideographic?: string;
  readonly Phonetic?: string;
}
export type JsonDataSet = Readonly<Record<string, JsonAttribute>>;

export interface JsonOptions {
  /** Binary values up to this many bytes stand inline; larger ones and pixel data are named by `bulkDataURI`. */
  readonly inlineLimit: number;
  readonly bulkDataURI: (path: string) => string;
}

const BINARY: ReadonlySet<VR> = new Set<VR>(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
const NUMERIC: ReadonlySet<VR> = new Set<VR>(['FD', 'FL', 'SL', 'SS', 'UL', 'US']);
const PIXELS: ReadonlySet<Tag> = new Set<Tag>([Tags.PixelData, Tags.FloatPixelData, Tags.DoubleFloatPixelData]);

/** All attributes with nested sequences, keyed by tag (PS3.18 F.2). Group lengths are left out, as F.2.2 wants. */
export function toDicomJson(dataset: DataSetView, options: JsonOptions, path = ''): JsonDataSet {
  const json: Record<string, JsonAttribute> = {};
  for (const element of [...dataset.elements.values()].sort((a, b) => a.tag - b.tag)) {
    if ((element.tag & 0xffff) === 0) continue;
    const tag = formatTag(element.tag);
    json[tag] = attribute(dataset, element, options, `${path}${tag}`);
  }
  return json;
}

function attribute(dataset: DataSetView, element: Element, options: JsonOptions, path: string): JsonAttribute {
  const { vr, tag } = element;
  if (vr === 'SQ') {
    const items = (element.items ?? []).map((item, index) =>
      toDicomJson(item, options, `${path}/${String(index + 1)}/`),
    );
    return items.length === 0 ? { vr } : { vr, Value: items };
  }
  if (element.length === 0) return { vr };
  if (BINARY.has(vr)) return binary(dataset, element, options, path);
  const values = valuesOf(dataset, tag, vr);
  return values.every((value) => value === null) ? { vr } : { vr, Value: values };
}

function valuesOf(dataset: DataSetView, tag: Tag, vr: VR): readonly JsonValue[] {
  if (vr === 'SV' || vr === 'UV') return wholeNumbers(dataset, tag, vr);
  if (NUMERIC.has(vr)) return dataset.numbers(tag).map((value) => (Number.isFinite(value) ? value : String(value)));
  if (vr === 'AT') return dataset.numbers(tag).map(formatTag);
  const texts = dataset.strings(tag);
  if (vr === 'PN') return texts.map(personName);
  if (vr === 'DS' || vr === 'IS') return texts.map(decimal);
  return texts.map((text) => (text === '' ? null : text));
}

/** 64-bit values; those that a JSON number cannot hold exactly are texts (PS3.18 F.2.3). */
function wholeNumbers(dataset: DataSetView, tag: Tag, vr: 'SV' | 'UV'): readonly JsonValue[] {
  const bytes = dataset.bytes(tag) ?? new Uint8Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: JsonValue[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const value =
      vr === 'SV' ? view.getBigInt64(at, dataset.littleEndian) : view.getBigUint64(at, dataset.littleEndian);
    values.push(Number.isSafeInteger(Number(value)) ? Number(value) : value.toString());
  }
  return values;
}

/** DS and IS are numbers where they are ones; other texts stay texts, so that nothing is lost (PS3.18 F.2.3). */
function decimal(text: string): JsonValue {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  return Number.isFinite(value) ? value : trimmed;
}

function personName(text: string): JsonValue {
  if (text === '') return null;
  const [alphabetic, ideographic, phonetic] = text.split('=');
  return {
    ...(alphabetic && { Alphabetic: alphabetic }),
    ...(ideographic && { Ideographic: ideographic }),
    ...(phonetic && { Phonetic: phonetic }),
  };
}

function binary(dataset: DataSetView, element: Element, options: JsonOptions, path: string): JsonAttribute {
  const { vr, tag } = element;
  if (PIXELS.has(tag) || element.length > options.inlineLimit) return { vr, BulkDataURI: options.bulkDataURI(path) };
  const bytes = dataset.bytes(tag) ?? new Uint8Array();
  return { vr, InlineBinary: Buffer.from(dataset.littleEndian ? bytes : swapped(vr, bytes)).toString('base64') };
}

/** PS3.18 F.2.7: little endian byte order. */
function swapped(vr: VR, bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes);
  const size = { OW: 2, OF: 4, OL: 4, OD: 8, OV: 8 }[vr as string];
  if (size === undefined || buffer.length % size !== 0) return buffer;
  return size === 2 ? buffer.swap16() : size === 4 ? buffer.swap32() : buffer.swap64();
}
