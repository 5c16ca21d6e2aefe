import { lookUp } from '../dictionary';
import type { DataSetView, Element, Tag, VR } from '../model';
import { Tags } from '../tags';
import type { DataSetBuilder } from '../writer';

/** Value representations with a length field of 32 bits (PS3.5 7.1.2). */
const LONG: ReadonlySet<VR> = new Set<VR>(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const MAX_SHORT = 0xfffe;
/** Whose bytes depend on Specific Character Set (PS3.5 6.1.2.3). */
export const FREE_TEXT: ReadonlySet<VR> = new Set<VR>(['LO', 'LT', 'SH', 'ST', 'UC', 'UT']);
const TEXT: ReadonlySet<VR> = new Set<VR>([
  ...FREE_TEXT,
  'AE',
  'AS',
  'CS',
  'DA',
  'DS',
  'DT',
  'IS',
  'PN',
  'TM',
  'UI',
  'UR',
]);
const WORD: Partial<Record<VR, number>> = {
  US: 2,
  SS: 2,
  OW: 2,
  AT: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  OL: 4,
  OF: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
};

const utf8 = new TextEncoder();

export function isText(vr: VR): boolean {
  return TEXT.has(vr);
}

/** Writes values as text, in UTF-8. */
export function setText(builder: DataSetBuilder, tag: Tag, vr: VR, values: readonly string[]): void {
  setBytes(builder, tag, vr, utf8.encode(values.join('\\')));
}

/** Writes an element with its value as it was: text in UTF-8, numbers little endian. */
export function copyElement(view: DataSetView, element: Element, builder: DataSetBuilder): void {
  const { tag, vr } = element;
  if (!TEXT.has(vr)) {
    setBytes(builder, tag, vr, littleEndian(view, element));
    return;
  }
  const bytes = view.bytes(tag) ?? new Uint8Array();
  if (isAscii(bytes)) setBytes(builder, tag, vr, bytes);
  else setText(builder, tag, vr, view.strings(tag));
}

/**
 * A value that is too long for the length field of its VR, as implicit VR allows it, becomes OW where that is one of the
 * attribute's VRs and UN otherwise (PS3.5 6.2.2).
 */
function setBytes(builder: DataSetBuilder, tag: Tag, vr: VR, bytes: Uint8Array): void {
  if (bytes.length <= MAX_SHORT || LONG.has(vr)) builder.set(tag, bytes, vr);
  else builder.set(tag, bytes, lookUp(tag)?.ambiguous?.includes('OW') ? 'OW' : 'UN');
}

function littleEndian(view: DataSetView, element: Element): Uint8Array {
  const bytes = view.bytes(element.tag) ?? new Uint8Array();
  return view.littleEndian ? bytes : swapped(bytes, WORD[element.vr] ?? 1);
}

/** Bytes of each word turned round, in place. */
export function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - (bytes.length % size));
  if (size === 2) whole.swap16();
  else if (size === 4) whole.swap32();
  else if (size === 8) whole.swap64();
  return bytes;
}

/** Without escape sequences, which switch character sets (PS3.5 6.1.2.5). */
function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80 || byte === 0x1b) return false;
  return true;
}

/** Elements that are never copied: their meaning lies in the encoding of the original. */
export function isStructural(tag: Tag): boolean {
  return (tag & 0xffff) === 0 || tag >>> 16 < 0x0008 || tag === Tags.SpecificCharacterSet;
}
