import { findText, hasText, latin1, u16, u32 } from './bytes';
import type { PhotoKind } from './detect';
import { readHeif } from './heif';

const EXIF_HEADER = 'Exif\0\0';
const MAX_CHUNKS = 4096;

/** The TIFF structure of a photo's Exif block, wherever its format keeps it; undefined when there is none. */
export function exifBlock(bytes: Uint8Array, kind: PhotoKind): Uint8Array | undefined {
  switch (kind) {
    case 'jpeg':
      return jpegExif(bytes);
    case 'png':
      return pngChunk(bytes, 'eXIf');
    case 'webp':
      return withoutHeader(webpChunk(bytes, 'EXIF'));
    case 'tiff':
      return bytes;
    case 'heic':
    case 'avif':
      return readHeif(bytes)?.exif;
    default:
      return undefined;
  }
}

/** Exif 2.32 section 4.7.2: the first APP1 segment that begins with "Exif". */
function jpegExif(bytes: Uint8Array): Uint8Array | undefined {
  let at = 2;
  while (bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = u16(bytes, at + 2) ?? 0;
    if (marker === 0xda || marker === 0xd9 || length < 2) return undefined;
    if (marker === 0xe1 && hasText(bytes, at + 4, 'Exif\0')) return bytes.subarray(at + 10, at + 2 + length);
    at += 2 + length;
  }
  return undefined;
}

/** The data of the first PNG chunk of a type (ISO/IEC 15948 5.3). */
export function pngChunk(bytes: Uint8Array, type: string): Uint8Array | undefined {
  let at = 8;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    const length = u32(bytes, at);
    if (length === undefined) return undefined;
    if (hasText(bytes, at + 4, type)) return bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  return undefined;
}

/** The data of the first RIFF chunk of a type in a WebP file. */
export function webpChunk(bytes: Uint8Array, type: string): Uint8Array | undefined {
  let at = 12;
  for (let chunk = 0; chunk < MAX_CHUNKS; chunk += 1) {
    const length = u32(bytes, at + 4, true);
    if (length === undefined) return undefined;
    if (latin1(bytes, at, 4) === type) return bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  return undefined;
}

/** Whether a WebP is coded without loss: a VP8L chunk and no VP8 chunk, at top level or in its frames. */
export function isLosslessWebp(bytes: Uint8Array): boolean {
  if (webpChunk(bytes, 'ANMF') === undefined) return webpChunk(bytes, 'VP8L') !== undefined;
  return findText(bytes, 'VP8 ') === -1;
}

function withoutHeader(block: Uint8Array | undefined): Uint8Array | undefined {
  return block !== undefined && hasText(block, 0, EXIF_HEADER) ? block.subarray(EXIF_HEADER.length) : block;
}
