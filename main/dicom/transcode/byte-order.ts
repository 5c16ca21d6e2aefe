import { lookUp } from '../dictionary';
import { type DataSetView, type Element, LONG_VRS, type Tag, type VR } from '../model';

const MAX_SHORT = 0xfffe;
/** Bytes of what is turned round together when the byte order changes (PS3.5 7.3). */
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

/** Bytes of one word of a VR. */
export function wordOf(vr: VR): number {
  return WORD[vr] ?? 1;
}

/** Bytes of each word turned round, in place. */
export function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - (bytes.length % size));
  if (size === 2) whole.swap16();
  else if (size === 4) whole.swap32();
  else if (size === 8) whole.swap64();
  return bytes;
}

/** The value of an element in little endian; a copy. */
export function littleEndianValue(view: DataSetView, element: Element): Uint8Array {
  const bytes = view.bytes(element.tag) ?? new Uint8Array();
  return view.littleEndian ? bytes : swapped(bytes, wordOf(element.vr));
}

/**
 * A value that is too long for the length field of its VR, as implicit VR allows it, becomes OW where that is one of the
 * attribute's VRs and UN otherwise (PS3.5 6.2.2).
 */
export function vrForLength(tag: Tag, vr: VR, length: number): VR {
  if (length <= MAX_SHORT || LONG_VRS.has(vr)) return vr;
  return lookUp(tag)?.ambiguous?.includes('OW') ? 'OW' : 'UN';
}
