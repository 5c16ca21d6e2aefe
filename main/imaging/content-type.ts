import { findText, hasText, latin1, u16, u32 } from './bytes';
import { detectKind, type FileKind } from './detect';

/** How many bytes `contentTypeOf` wants to see. */
export const CONTENT_TYPE_BYTES = 4096;

const UNKNOWN = 'application/octet-stream';

/** Media types (IANA, or the usual unregistered name) of what `detectKind` knows. */
export const MEDIA_TYPES: Readonly<Partial<Record<FileKind, string>>> = {
  dicom: 'application/dicom',
  jpeg: 'image/jpeg',
  png: 'image/png',
  tiff: 'image/tiff',
  webp: 'image/webp',
  heic: 'image/heic',
  avif: 'image/avif',
  gif: 'image/gif',
  bmp: 'image/bmp',
  pdf: 'application/pdf',
};

/**
 * The media type of a file by its bytes, never by its name.
 * @param head the first `CONTENT_TYPE_BYTES` bytes, or all of a smaller file
 * @param size size of the whole file in bytes
 * @returns 'application/octet-stream' for what is not recognised. A program is called one before anything else, so that it
 * is never taken for something that can be shown.
 */
export function contentTypeOf(head: Uint8Array, size: number): string {
  const program = programType(head);
  if (program !== undefined) return program;
  const kind = detectKind(head, size);
  if (kind === 'zip') return zipType(head);
  return MEDIA_TYPES[kind] ?? mediaType(head) ?? containerType(head) ?? textType(head) ?? UNKNOWN;
}

/** PE (Windows), ELF (Linux), Mach-O (macOS), Java classes, and scripts by their first line. */
function programType(head: Uint8Array): string | undefined {
  if (hasText(head, 0, 'MZ')) {
    const windows = hasText(head, u32(head, 0x3c, true) ?? 0, 'PE\0\0');
    // DOS programs have no second header; a DICOM preamble may hold anything, and a text may begin so.
    const dos = !hasText(head, 128, 'DICM') && textType(head) === undefined;
    if (windows || dos) return 'application/vnd.microsoft.portable-executable';
  }
  if (hasText(head, 0, '\x7fELF')) return 'application/x-executable';
  const magic = u32(head, 0);
  if (magic === 0xfeedface || magic === 0xfeedfacf || magic === 0xcefaedfe || magic === 0xcffaedfe)
    return 'application/x-mach-binary';
  if (magic === 0xcafebabe) return (u32(head, 4) ?? 0) < 45 ? 'application/x-mach-binary' : 'application/java-vm';
  return hasText(head, 0, '#!') && !hasText(head, 0, '#!AMR') ? 'text/x-shellscript' : undefined;
}

/** Office documents are zip files and say what they are in their first entries (OPC; ODF 1.3 part 2, 3.3; EPUB OCF 3.3). */
function zipType(head: Uint8Array): string {
  const nameLength = u16(head, 26, true) ?? 0;
  const name = latin1(head, 30, nameLength);
  if (name === 'mimetype') {
    const extra = u16(head, 28, true) ?? 0;
    const declared = /^application\/(?:vnd\.oasis\.opendocument\.[a-z-]{3,40}|epub\+zip)/.exec(
      latin1(head, 30 + nameLength + extra, 80),
    );
    if (declared) return declared[0];
  }
  if (name.startsWith('META-INF/') && findText(head, 'MANIFEST.MF') !== -1) return 'application/java-archive';
  const office = [
    ['word/', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['xl/', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['ppt/', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ] as const;
  if (name === '[Content_Types].xml' || name.startsWith('_rels/') || name.startsWith('docProps/')) {
    const found = office.find(([folder]) => findText(head, folder) !== -1);
    if (found) return found[1];
  }
  return 'application/zip';
}

/** Sound and film. */
function mediaType(head: Uint8Array): string | undefined {
  if (hasText(head, 4, 'ftyp')) {
    const brand = latin1(head, 8, 4);
    if (brand === 'qt  ') return 'video/quicktime';
    if (brand === 'M4A ' || brand === 'M4B ') return 'audio/mp4';
    return brand.startsWith('3g') ? 'video/3gpp' : 'video/mp4';
  }
  if (hasText(head, 0, 'RIFF')) {
    if (hasText(head, 8, 'WAVE')) return 'audio/wav';
    if (hasText(head, 8, 'AVI ')) return 'video/x-msvideo';
  }
  if (u32(head, 0) === 0x1a45dfa3) return findText(head, 'webm', 0, 64) === -1 ? 'video/x-matroska' : 'video/webm';
  if (hasText(head, 0, 'OggS')) return 'application/ogg';
  if (hasText(head, 0, 'fLaC')) return 'audio/flac';
  if (hasText(head, 0, '#!AMR')) return 'audio/amr';
  if (u32(head, 0) === 0x000001ba || u32(head, 0) === 0x000001b3) return 'video/mpeg';
  const frame = u16(head, 0) ?? 0;
  // ID3v2, or an MPEG audio layer III frame: eleven set bits, then version and layer (ISO/IEC 11172-3 2.4.1.3).
  return hasText(head, 0, 'ID3') || (frame & 0xffe6) === 0xffe2 ? 'audio/mpeg' : undefined;
}

/** Archives and old office documents. */
function containerType(head: Uint8Array): string | undefined {
  if (hasText(head, 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return 'application/x-ole-storage';
  if (hasText(head, 0, "7z\xbc\xaf'\x1c")) return 'application/x-7z-compressed';
  if (hasText(head, 0, 'Rar!\x1a\x07')) return 'application/vnd.rar';
  if (hasText(head, 0, '\x1f\x8b\x08')) return 'application/gzip';
  if (hasText(head, 0, 'BZh')) return 'application/x-bzip2';
  if (hasText(head, 0, '\xfd7zXZ\0')) return 'application/x-xz';
  if (hasText(head, 257, 'ustar')) return 'application/x-tar';
  if (hasText(head, 0, 'SQLite format 3\0')) return 'application/vnd.sqlite3';
  return hasText(head, 0, '{\\rtf') ? 'application/rtf' : undefined;
}

/** Text: no control characters but those that lay it out; in UTF-16 only with a mark at its beginning. */
function textType(head: Uint8Array): string | undefined {
  const mark = u16(head, 0);
  const utf16 = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined;
  if (utf16 === undefined && !head.every((byte) => byte >= 0x20 || LAYOUT.has(byte))) return undefined;
  const text = new TextDecoder(utf16 ?? 'latin1')
    .decode(head)
    .replace(/^\ufeff|^\xef\xbb\xbf/, '')
    .trimStart();
  if (/^(?:<!doctype html|<html|<head|<body|<script)\b/i.test(text)) return 'text/html';
  if (/^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!doctype svg[^>]*>\s*)?<svg\b/i.test(text))
    return 'image/svg+xml';
  if (/^<\?xml\b/i.test(text)) return 'application/xml';
  if (/^MSH\|\^~\\&/.test(text)) return 'application/hl7-v2';
  return 'text/plain';
}

/** Tab, line feed, form feed, carriage return, escape (of terminals and of ISO 2022 texts). */
const LAYOUT: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);
