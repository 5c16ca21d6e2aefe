import { lookUp, tagOf, vrOf } from '../dictionary';
import type { Tag, VR } from '../model';
import { Tags } from '../tags';
import {
  concat,
  encodeValue,
  explicitHeaderLength,
  itemHeader,
  padded,
  UNDEFINED_LENGTH,
  writeExplicitHeader,
  writeItemHeader,
} from './encode';

export type BuilderValue = string | number | readonly (string | number)[] | Uint8Array | readonly DataSetBuilder[];

/** Encapsulated pixel data: one fragment a frame, without or with a Basic Offset Table (PS3.5 A.4). */
export interface Fragments {
  readonly fragments: readonly Uint8Array[];
}

/** Explicit VR little endian, or implicit (PS3.5 A.2, A.1). */
export type BuilderEncoding = 'explicit' | 'implicit';

/** The bytes of a value, or the items of a sequence, which are written differently in either encoding. */
interface Entry {
  readonly vr: VR;
  readonly value: Uint8Array | readonly DataSetBuilder[];
}

const ITEM_HEADER_BYTES = 8;

/** Hears of each element of a data set, not of those in its items, where its value lies in what was written. */
export type NotePlace = (tag: Tag, vr: VR, offset: number, length: number) => void;

/**
 * Builds a data set in little endian. Texts are written in UTF-8: put SpecificCharacterSet ISO_IR 192 into the top
 * level. Elements come out in the order of their tags (PS3.5 7.1), whatever the order they were set in.
 */
export class DataSetBuilder {
  private readonly entries = new Map<Tag, Entry>();
  private encapsulated = false;
  private onlyAscii = true;

  /** Whether every text that was set, in items too, is ASCII: then no Specific Character Set is needed (PS3.3 C.12.1.1.2). */
  get isAscii(): boolean {
    return this.onlyAscii;
  }

  /**
   * Sets an attribute by keyword or tag. The VR is the dictionary's unless given. Empty texts and lists make an empty value.
   * Throws a RangeError for an unknown keyword or a value that is too long for its VR's length field.
   */
  set(attribute: string | Tag, value: BuilderValue, vr?: VR): this {
    const tag = typeof attribute === 'number' ? attribute : tagOf(attribute);
    if (tag === undefined) throw new RangeError(`${String(attribute)} is no keyword of PS3.6.`);
    const form = vr ?? vrFor(tag);
    this.entries.set(tag, { vr: form, value: encoded(form, value) });
    this.onlyAscii &&= isAscii(form, value);
    return this;
  }

  /** Sets encapsulated pixel data; the offset table is written when there is more than one frame. */
  setFragments(pixels: Fragments): this {
    this.entries.set(Tags.PixelData, { vr: 'OB', value: encapsulate(pixels.fragments) });
    this.encapsulated = true;
    return this;
  }

  has(tag: Tag): boolean {
    return this.entries.has(tag);
  }

  /** The encoded data set. */
  toBytes(encoding: BuilderEncoding = 'explicit', note?: NotePlace): Uint8Array {
    const bytes = new Uint8Array(this.lengthIn(encoding));
    this.writeTo(bytes, new DataView(bytes.buffer), 0, encoding, note);
    return bytes;
  }

  private lengthIn(encoding: BuilderEncoding): number {
    let length = 0;
    for (const { vr, value } of this.entries.values())
      length += (encoding === 'explicit' ? explicitHeaderLength(vr) : 8) + this.valueLength(value, encoding);
    return length;
  }

  private valueLength(value: Entry['value'], encoding: BuilderEncoding): number {
    if (value instanceof Uint8Array) return value.length;
    return value.reduce((sum, item) => sum + ITEM_HEADER_BYTES + item.lengthIn(encoding), 0);
  }

  private writeTo(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    encoding: BuilderEncoding,
    note?: NotePlace,
  ): number {
    let at = start;
    for (const [tag, { vr, value }] of [...this.entries].sort(([a], [b]) => a - b)) {
      const isEncapsulated = this.encapsulated && tag === Tags.PixelData;
      const length = isEncapsulated ? UNDEFINED_LENGTH : this.valueLength(value, encoding);
      at =
        encoding === 'explicit'
          ? writeExplicitHeader(view, at, tag, vr, length)
          : writeItemHeader(view, at, tag, length);
      note?.(tag, vr, at, this.valueLength(value, encoding));
      if (value instanceof Uint8Array) {
        bytes.set(value, at);
        at += value.length;
      } else {
        for (const item of value) {
          at = writeItemHeader(view, at, Tags.Item, item.lengthIn(encoding));
          at = item.writeTo(bytes, view, at, encoding);
        }
      }
    }
    return at;
  }
}

function vrFor(tag: Tag): VR {
  return tag === Tags.PixelData ? 'OW' : (lookUp(tag)?.vr ?? vrOf(tag));
}

function encoded(vr: VR, value: BuilderValue): Entry['value'] {
  return isItems(vr, value) ? value : padded(vr, bytesOf(vr, value));
}

function bytesOf(vr: VR, value: Exclude<BuilderValue, readonly DataSetBuilder[]>): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 1 && values[0] === '') return new Uint8Array();
  return encodeValue(vr, values as (string | number)[]);
}

function isAscii(vr: VR, value: BuilderValue): boolean {
  if (value instanceof Uint8Array) return true;
  if (isItems(vr, value)) return value.every((item) => item.isAscii);
  return !/[^\0-~]/u.test(String(value));
}

function isItems(vr: VR, value: BuilderValue): value is readonly DataSetBuilder[] {
  return vr === 'SQ' && Array.isArray(value);
}

function encapsulate(fragments: readonly Uint8Array[]): Uint8Array {
  const even = fragments.map((fragment) => padded('OB', fragment));
  const offsets = new Uint8Array(even.length > 1 ? even.length * 4 : 0);
  const view = new DataView(offsets.buffer);
  let at = 0;
  even.forEach((fragment, index) => {
    if (offsets.length > 0) view.setUint32(index * 4, at, true);
    at += 8 + fragment.length;
  });
  if (at > 0xffffffff) throw new RangeError('The frames are too large for a Basic Offset Table.');
  return concat([
    itemHeader(Tags.Item, offsets.length),
    offsets,
    ...even.flatMap((fragment) => [itemHeader(Tags.Item, fragment.length), fragment]),
    itemHeader(Tags.SequenceDelimitationItem, 0),
  ]);
}
