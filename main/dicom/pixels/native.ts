import type { DicomFile } from '../model';
import type { PixelDescription } from './description';
import { pixelElement, requireFrame } from './frames';

/** Bytes of one frame of native pixel data, little endian, as they are laid out; missing ones at the end are zero. */
export function nativeFrame(file: DicomFile, description: PixelDescription, frame: number): Uint8Array {
  requireFrame(description, frame);
  const element = pixelElement(file);
  const bits = bitsPerFrame(description);
  const firstBit = bits * frame;
  if (bits % 8 !== 0 || description.bitsAllocated === 1) {
    const start = Math.floor(firstBit / 8);
    const packed = file.dataset.source.bytes(
      element.offset + start,
      Math.max(0, Math.min(Math.ceil((firstBit + bits) / 8) - start, element.length - start)),
    );
    return unpackBits(
      swapIfBig(packed, description, file, element.vr),
      firstBit - start * 8,
      description.rows * description.columns * description.samplesPerPixel,
    );
  }
  const length = bits / 8;
  const start = length * frame;
  const present = Math.max(0, Math.min(length, element.length - start));
  // Words are swapped in pairs of bytes, so a frame of an odd length is read with its neighbours.
  const before = start % 2;
  const bytes = new Uint8Array(before + length + ((before + length) % 2));
  bytes.set(
    file.dataset.source.bytes(
      element.offset + start - before,
      Math.min(before + present + 1, element.length - start + before, bytes.length),
    ),
  );
  return swapIfBig(bytes, description, file, element.vr).slice(before, before + length);
}

/** YBR_FULL_422 has two luminance samples for each pair of chrominance (PS3.3 C.7.6.3.1.2). */
function bitsPerFrame(description: PixelDescription): number {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometricInterpretation } = description;
  const samples = isSubsampled(photometricInterpretation) ? 2 : samplesPerPixel;
  return rows * columns * samples * bitsAllocated;
}

export function isSubsampled(photometricInterpretation: string): boolean {
  return photometricInterpretation === 'YBR_FULL_422' || photometricInterpretation === 'YBR_PARTIAL_422';
}

/** Bits to bytes, the first pixel in the lowest bit (PS3.5 8.1.1). */
export function unpackBits(packed: Uint8Array, firstBit: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const bit = firstBit + i;
    bytes[i] = ((packed[bit >> 3] ?? 0) >> (bit & 7)) & 1;
  }
  return bytes;
}

/** Explicit VR big endian: words of OW are swapped even where the samples are bytes (PS3.5 annex A.3, 8.1.2). */
function swapIfBig(bytes: Uint8Array, description: PixelDescription, file: DicomFile, vr: string): Uint8Array {
  if (file.dataset.littleEndian) return bytes;
  const size = description.bitsAllocated <= 8 ? (vr === 'OW' ? 2 : 1) : description.bitsAllocated / 8;
  if (size === 1) return bytes;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength - (bytes.byteLength % size));
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else buffer.swap64();
  return bytes;
}
