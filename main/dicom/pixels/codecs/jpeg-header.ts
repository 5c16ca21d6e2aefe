/** What the markers of a JPEG say (ITU-T T.81 annex B), without decoding it. */
export interface JpegHeader {
  /** Start-of-frame marker: C0 baseline, C1 extended, C2 progressive, C3 lossless, F7 JPEG-LS (T.87). */
  readonly process: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly componentIds: readonly number[];
  /** Transform of the Adobe marker: 0 none, 1 YCbCr, 2 YCCK; null without the marker. */
  readonly adobeTransform: number | null;
  readonly hasJfif: boolean;
}

/** Reads up to the frame header; null when there is none. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | null {
  let at = 2;
  let adobeTransform: number | null = null;
  let hasJfif = false;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) {
      at += 1;
      continue;
    }
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff || marker === 0xd8 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (marker === 0xee && ascii(bytes, at + 4, 5) === 'Adobe') adobeTransform = bytes[at + 15] ?? null;
    if (marker === 0xe0 && ascii(bytes, at + 4, 4) === 'JFIF') hasJfif = true;
    if ((marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7) {
      const components = bytes[at + 9] ?? 0;
      return {
        process: marker,
        precision: bytes[at + 4] ?? 0,
        height: ((bytes[at + 5] ?? 0) << 8) | (bytes[at + 6] ?? 0),
        width: ((bytes[at + 7] ?? 0) << 8) | (bytes[at + 8] ?? 0),
        componentIds: Array.from({ length: components }, (_, index) => bytes[at + 10 + index * 3] ?? 0),
        adobeTransform,
        hasJfif,
      };
    }
    if (marker === 0xda || marker === 0xd9) return null;
    at += 2 + length;
  }
  return null;
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
