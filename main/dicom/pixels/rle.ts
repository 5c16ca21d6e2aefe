import { FieldboxError } from '@shared/errors';
import type { PixelDescription } from './description';

/**
 * RLE Lossless (PS3.5 annex G): the bytes of each sample are split into planes, most significant byte first, each run-length
 * coded. Gives samples of a pixel together, little endian. Throws PIXELS_DAMAGED.
 */
export function decodeRle(coded: Uint8Array, description: PixelDescription): Uint8Array {
  const { rows, columns, samplesPerPixel, bitsAllocated } = description;
  if (coded.length < 64) throw new FieldboxError('PIXELS_DAMAGED');
  const view = new DataView(coded.buffer, coded.byteOffset, coded.byteLength);
  const segments = view.getUint32(0, true);
  const bytesPerSample = Math.max(1, bitsAllocated / 8);
  // Binary segmentations are coded as bytes of eight pixels each.
  const pixels = bitsAllocated === 1 ? Math.ceil((rows * columns) / 8) : rows * columns;
  if (segments < samplesPerPixel * bytesPerSample || segments > 15) throw new FieldboxError('PIXELS_DAMAGED');
  const decoded = new Uint8Array(pixels * samplesPerPixel * bytesPerSample);
  for (let sample = 0; sample < samplesPerPixel; sample += 1) {
    for (let byte = 0; byte < bytesPerSample; byte += 1) {
      const segment = sample * bytesPerSample + byte;
      const start = view.getUint32(4 + segment * 4, true);
      const end = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : coded.length;
      if (start < 64 || start > end || end > coded.length) throw new FieldboxError('PIXELS_DAMAGED');
      const plane = {
        first: sample * bytesPerSample + (bytesPerSample - 1 - byte),
        step: samplesPerPixel * bytesPerSample,
      };
      decodeSegment(coded.subarray(start, end), decoded, plane, pixels);
    }
  }
  return decoded;
}

/** PackBits (PS3.5 G.3.2), written to every `step`th byte. */
function decodeSegment(
  segment: Uint8Array,
  into: Uint8Array,
  plane: { readonly first: number; readonly step: number },
  count: number,
): void {
  let at = 0;
  let written = 0;
  let target = plane.first;
  while (at < segment.length && written < count) {
    const control = segment[at++] ?? 0;
    if (control === 128) continue;
    const literal = control < 128;
    const length = Math.min(literal ? control + 1 : 257 - control, count - written);
    for (let i = 0; i < length; i += 1) {
      into[target] = segment[literal ? at + i : at] ?? 0;
      target += plane.step;
    }
    at += literal ? control + 1 : 1;
    written += length;
  }
}
