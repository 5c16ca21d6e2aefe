import type { ByteSource, DataSetView, Element, Tag, VR } from '../model';
import { Tags } from '../tags';
import { characterSet, decodeText, splitValues } from './text';

const NUMBERS: Partial<
  Record<VR, { readonly size: number; read(view: DataView, at: number, little: boolean): number }>
> = {
  US: { size: 2, read: (v, at, le) => v.getUint16(at, le) },
  SS: { size: 2, read: (v, at, le) => v.getInt16(at, le) },
  UL: { size: 4, read: (v, at, le) => v.getUint32(at, le) },
  SL: { size: 4, read: (v, at, le) => v.getInt32(at, le) },
  FL: { size: 4, read: (v, at, le) => v.getFloat32(at, le) },
  FD: { size: 8, read: (v, at, le) => v.getFloat64(at, le) },
  UV: { size: 8, read: (v, at, le) => Number(v.getBigUint64(at, le)) },
  SV: { size: 8, read: (v, at, le) => Number(v.getBigInt64(at, le)) },
  OW: { size: 2, read: (v, at, le) => v.getUint16(at, le) },
  OL: { size: 4, read: (v, at, le) => v.getUint32(at, le) },
  OF: { size: 4, read: (v, at, le) => v.getFloat32(at, le) },
  OD: { size: 8, read: (v, at, le) => v.getFloat64(at, le) },
  OV: { size: 8, read: (v, at, le) => Number(v.getBigUint64(at, le)) },
  OB: { size: 1, read: (v, at) => v.getUint8(at) },
  AT: { size: 4, read: (v, at, le) => v.getUint16(at, le) * 0x10000 + v.getUint16(at + 2, le) },
};
const TEXT: ReadonlySet<VR> = new Set<VR>([
  'AE',
  'AS',
  'CS',
  'DA',
  'DS',
  'DT',
  'IS',
  'LO',
  'LT',
  'PN',
  'SH',
  'ST',
  'TM',
  'UC',
  'UI',
  'UN',
  'UR',
  'UT',
]);
/** A text that is longer is cut: no attribute that is shown or indexed comes near. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** Texts that are kept once they were read. */
const SHORT_TEXT_BYTES = 1024;

/** A data set or an item, read lazily: elements know where their values lie. */
export class DataSet implements DataSetView {
  readonly elements = new Map<Tag, Element>();
  /** Short texts that were read before: whoever judges a data set asks for the same ones again and again. */
  private readonly texts = new Map<Tag, readonly string[]>();

  constructor(
    readonly source: ByteSource,
    readonly littleEndian: boolean,
    readonly explicitVR: boolean,
    private readonly parent: DataSet | null,
  ) {}

  add(element: Element): void {
    // PS3.5 7.1: a tag stands once; of repeated ones the first counts, as other toolkits have it.
    if (!this.elements.has(element.tag)) this.elements.set(element.tag, element);
  }

  has(tag: Tag): boolean {
    return this.elements.has(tag);
  }

  element(tag: Tag): Element | undefined {
    return this.elements.get(tag);
  }

  bytes(tag: Tag): Uint8Array | undefined {
    const element = this.elements.get(tag);
    return element && this.source.bytes(element.offset, element.length).slice();
  }

  strings(tag: Tag): readonly string[] {
    const element = this.elements.get(tag);
    if (!element || element.length === 0) return [];
    if (!TEXT.has(element.vr)) return this.numbers(tag).map(String);
    const known = this.texts.get(tag);
    if (known) return known;
    const bytes = this.source.bytes(element.offset, Math.min(element.length, MAX_TEXT_BYTES));
    const texts = splitValues(
      decodeText(bytes, element.vr, () => this.charset()),
      element.vr,
    );
    if (element.length <= SHORT_TEXT_BYTES) this.texts.set(tag, texts);
    return texts;
  }

  string(tag: Tag): string | undefined {
    const first = this.strings(tag)[0];
    return first === '' ? undefined : first;
  }

  numbers(tag: Tag): readonly number[] {
    const element = this.elements.get(tag);
    if (!element || element.length === 0) return [];
    const rule = NUMBERS[element.vr];
    if (!rule)
      return this.strings(tag)
        .map(parseNumber)
        .filter((value) => !Number.isNaN(value));
    const bytes = this.source.bytes(element.offset, element.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values: number[] = [];
    for (let at = 0; at + rule.size <= view.byteLength; at += rule.size)
      values.push(rule.read(view, at, this.littleEndian));
    return values;
  }

  number(tag: Tag): number | undefined {
    return this.numbers(tag)[0];
  }

  items(tag: Tag): readonly DataSetView[] {
    return this.elements.get(tag)?.items ?? [];
  }

  /** Specific Character Set of this data set, or of the one around it (PS3.5 7.5.3). */
  private charset(): string | undefined {
    const own = this.elements.get(Tags.SpecificCharacterSet);
    if (!own) return this.parent?.charset();
    const bytes = this.source.bytes(own.offset, Math.min(own.length, 1024));
    return characterSet(
      splitValues(
        decodeText(bytes, 'CS', () => undefined),
        'CS',
      ),
    );
  }
}

/** DS and IS as found in the wild: a decimal comma, spaces, a unit behind it. */
function parseNumber(text: string): number {
  const match = /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?/.exec(text);
  return match ? Number(match[0].replace(',', '.')) : Number.NaN;
}
