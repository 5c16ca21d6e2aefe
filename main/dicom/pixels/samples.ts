import type { DecodedFrame } from './decode';
import type { PixelDescription } from './description';

export type SampleArray =
  Uint8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/**
 * The stored values as numbers: what lies above High Bit (old overlays, garbage) removed and the sign extended
 * (PS3.5 8.1.1). Byte order is this machine's, which is little endian on everything Fieldbox runs on.
 */
export function sampleArray(frame: DecodedFrame, description: PixelDescription): SampleArray {
  const bytes = frame.bytes.byteOffset % 8 === 0 ? frame.bytes : frame.bytes.slice();
  const { buffer, byteOffset, byteLength } = bytes;
  if (description.type === 'float') return new Float32Array(buffer, byteOffset, byteLength >> 2);
  if (description.type === 'double') return new Float64Array(buffer, byteOffset, byteLength >> 3);
  switch (frame.bitsAllocated) {
    case 8:
      return masked8(bytes, description);
    case 16:
      return masked16(new Uint16Array(buffer, byteOffset, byteLength >> 1), description);
    case 32:
      return description.signed
        ? new Int32Array(buffer, byteOffset, byteLength >> 2)
        : new Uint32Array(buffer, byteOffset, byteLength >> 2);
    default:
      return Float64Array.from(new BigUint64Array(buffer, byteOffset, byteLength >> 3), Number);
  }
}

function masked8(bytes: Uint8Array, description: PixelDescription): Uint8Array | Int16Array {
  const { bitsStored, signed } = description;
  if (description.bitsAllocated === 1 || (!signed && bitsStored >= 8)) return bytes;
  if (!signed) return bytes.map((value) => value & ((1 << bitsStored) - 1));
  const unused = 32 - Math.min(8, bitsStored);
  return Int16Array.from(bytes, (value) => (value << unused) >> unused);
}

function masked16(words: Uint16Array, description: PixelDescription): Uint16Array | Int16Array {
  const { bitsStored, highBit, signed } = description;
  const stored = Math.min(16, bitsStored);
  const lowest = Math.max(0, Math.min(16 - stored, highBit + 1 - stored));
  if (signed) {
    const left = 32 - stored - lowest;
    return Int16Array.from(words, (value) => (value << left) >> (32 - stored));
  }
  if (stored === 16) return words;
  const mask = (1 << stored) - 1;
  return words.map((value) => (value >> lowest) & mask);
}
