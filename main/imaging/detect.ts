import { looksLikeDicom } from '../dicom/sniff';
import { findText, hasText, u16, u32 } from './bytes';

export type FileKind =
  | 'dicom'
  | 'maybe-dicom'
  | 'jpeg'
  | 'png'
  | 'tiff'
  | 'webp'
  | 'heic'
  | 'avif'
  | 'gif'
  | 'bmp'
  | 'pdf'
  | 'zip'
  | 'unknown'
  | 'empty';

/** Kinds that become an image. */
export type PhotoKind = 'jpeg' | 'png' | 'tiff' | 'webp' | 'heic' | 'avif' | 'gif' | 'bmp';

const PHOTO_KINDS: ReadonlySet<FileKind> = new Set<FileKind>([
  'jpeg',
  'png',
  'tiff',
  'webp',
  'heic',
  'avif',
  'gif',
  'bmp',
]);
const HEIC_BRANDS = /^(hei[cxms]|hev[cxms])$/;
const AVIF_BRANDS = /^avi[fos]$/;

/** How many bytes `detectKind` wants to see. */
export const DETECT_BYTES = 4096;

export function isPhotoKind(kind: FileKind): kind is PhotoKind {
  return PHOTO_KINDS.has(kind);
}

/**
 * What a file is, by its bytes and never by its name.
 * @param head the first `DETECT_BYTES` bytes, or all of a smaller file
 * @param size size of the whole file in bytes
 * @returns 'dicom' when the DICM prefix stands behind the preamble (PS3.10 7.1), whatever the preamble holds: a file that
 * is TIFF and DICOM at once is DICOM. 'maybe-dicom' when the bytes begin like a data set without preamble; only the
 * reader can tell for sure.
 */
export function detectKind(head: Uint8Array, size: number): FileKind {
  if (size === 0 || head.length === 0) return 'empty';
  const dicom = looksLikeDicom(head);
  if (dicom === 'part10') return 'dicom';
  return picture(head) ?? document(head) ?? (dicom === 'maybe-bare' ? 'maybe-dicom' : 'unknown');
}

function picture(head: Uint8Array): PhotoKind | undefined {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  if (hasText(head, 0, '\x89PNG\r\n\x1a\n')) return 'png';
  if (hasText(head, 0, 'GIF87a') || hasText(head, 0, 'GIF89a')) return 'gif';
  if (hasText(head, 0, 'RIFF') && hasText(head, 8, 'WEBP')) return 'webp';
  if (isTiff(head)) return 'tiff';
  if (hasText(head, 4, 'ftyp')) return isobmff(head);
  const bitmapHeader = u32(head, 14, true) ?? 0;
  if (hasText(head, 0, 'BM') && [12, 40, 52, 56, 64, 108, 124].includes(bitmapHeader)) return 'bmp';
  return undefined;
}

/** TIFF 6.0 section 2 and BigTIFF; the first directory must lie behind the header, unlike in bare data sets. */
function isTiff(head: Uint8Array): boolean {
  const little = hasText(head, 0, 'II');
  if (!little && !hasText(head, 0, 'MM')) return false;
  const magic = u16(head, 2, little);
  return magic === 43 ? u16(head, 4, little) === 8 : magic === 42 && (u32(head, 4, little) ?? 0) >= 8;
}

/** ISO/IEC 14496-12 4.3: the major brand first, then the compatible ones. Videos have other brands. */
function isobmff(head: Uint8Array): PhotoKind | undefined {
  const end = Math.min(u32(head, 0) ?? 0, head.length, 256);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4)
    brands.push(String.fromCharCode(...head.subarray(at, at + 4)));
  const known = brands.find((brand) => HEIC_BRANDS.test(brand) || AVIF_BRANDS.test(brand));
  if (known !== undefined) return AVIF_BRANDS.test(known) ? 'avif' : 'heic';
  return brands[0] === 'mif1' || brands[0] === 'msf1' ? 'heic' : undefined;
}

function document(head: Uint8Array): 'pdf' | 'zip' | undefined {
  if (hasText(head, 0, 'PK\x03\x04') || hasText(head, 0, 'PK\x05\x06') || hasText(head, 0, 'PK\x07\x08')) return 'zip';
  return findText(head, '%PDF-', 0, 1024) === -1 ? undefined : 'pdf';
}
