import { LONG_VRS, type VR } from '../model';

const utf8 = new TextEncoder();

type NumberRule = { readonly size: number; write(view: DataView, at: number, value: number): void };
const NUMBERS: Partial<Record<VR, NumberRule>> = {
  US: { size: 2, write: (v, at, n) => v.setUint16(at, n, true) },
  SS: { size: 2, write: (v, at, n) => v.setInt16(at, n, true) },
  UL: { size: 4, write: (v, at, n) => v.setUint32(at, n, true) },
  SL: { size: 4, write: (v, at, n) => v.setInt32(at, n, true) },
  FL: { size: 4, write: (v, at, n) => v.setFloat32(at, n, true) },
  FD: { size: 8, write: (v, at, n) => v.setFloat64(at, n, true) },
  UV: { size: 8, write: (v, at, n) => v.setBigUint64(at, BigInt(n), true) },
  SV: { size: 8, write: (v, at, n) => v.setBigInt64(at, BigInt(n), true) },
  AT: {
    size: 4,
    write: (v, at, n) => {
      v.setUint16(at, n >>> 16, true);
      v.setUint16(at + 2, n & 0xffff, true);
    },
  },
};

/** Texts of so many characters are encoded here while they are ASCII: handing one to the system takes longer. */
const SHORT_TEXT = 64;

/** A text in UTF-8. */
export function utf8Bytes(text: string): Uint8Array {
  if (text.length > SHORT_TEXT) return utf8.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) return utf8.encode(text);
    bytes[at] = code;
  }
  return bytes;
}

/** The bytes of a value; texts in UTF-8, numbers little endian. */
export function encodeValue(vr: VR, values: readonly (string | number)[]): Uint8Array {
  const rule = NUMBERS[vr];
  if (!rule) return utf8Bytes(values.join('\\'));
  const bytes = new Uint8Array(rule.size * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => rule.write(view, index * rule.size, Number(value)));
  return bytes;
}

/** Even length: texts are padded with a space, UIDs and bytes with zero (PS3.5 6.2, 8.2). */
export function padded(vr: VR, bytes: Uint8Array): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const even = new Uint8Array(bytes.length + 1);
  even.set(bytes);
  even[bytes.length] = vr === 'UI' || vr === 'OB' || vr === 'UN' ? 0 : 0x20;
  return even;
}

export const UNDEFINED_LENGTH = 0xffffffff;

/** Length of the header of an element in explicit VR (PS3.5 7.1.2). */
export function explicitHeaderLength(vr: VR): 8 | 12 {
  return LONG_VRS.has(vr) ? 12 : 8;
}

/** Writes the header of an element in explicit VR little endian (PS3.5 7.1.2); gives where its value begins. */
export function writeExplicitHeader(view: DataView, at: number, tag: number, vr: VR, length: number): number {
  const size = explicitHeaderLength(vr);
  if (size === 8 && length > 0xffff) throw new RangeError(`A value of ${vr} is too long for its length field.`);
  view.setUint16(at, tag >>> 16, true);
  view.setUint16(at + 2, tag & 0xffff, true);
  view.setUint8(at + 4, vr.charCodeAt(0));
  view.setUint8(at + 5, vr.charCodeAt(1));
  if (size === 12) view.setUint32(at + 8, length, true);
  else view.setUint16(at + 6, length, true);
  return at + size;
}

/** Header of an element in explicit VR little endian (PS3.5 7.1.2). */
export function explicitHeader(tag: number, vr: VR, length: number): Uint8Array {
  const bytes = new Uint8Array(explicitHeaderLength(vr));
  writeExplicitHeader(new DataView(bytes.buffer), 0, tag, vr, length);
  return bytes;
}

/** Writes a header without VR, of an element in implicit VR little endian (PS3.5 7.1.3), an item or a delimiter (7.5); gives where its value begins. */
export function writeItemHeader(view: DataView, at: number, tag: number, length: number): number {
  view.setUint16(at, tag >>> 16, true);
  view.setUint16(at + 2, tag & 0xffff, true);
  view.setUint32(at + 4, length, true);
  return at + 8;
}

/** Header of an element in implicit VR little endian (PS3.5 7.1.3). */
export function implicitHeader(tag: number, length: number): Uint8Array {
  return itemHeader(tag, length);
}

/** Item and delimiter headers (PS3.5 7.5): no VR. */
export function itemHeader(tag: number, length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  writeItemHeader(new DataView(bytes.buffer), 0, tag, length);
  return bytes;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
