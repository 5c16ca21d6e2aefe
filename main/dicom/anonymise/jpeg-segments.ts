import type { DicomFile } from '../model';
import { concat } from '../writer/encode';

/** Transfer syntaxes whose frames are a JPEG (ISO/IEC 10918-1) or JPEG-LS (14495-1) stream: PS3.5 A.4.1 to A.4.3. */
const JPEG_STREAMS = /^1\.2\.840\.10008\.1\.2\.4\.(?:5\d|6\d|70|8[01])$/;

const LEAST_MARKER = 0xc0;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const COM = 0xfe;
const APP0 = 0xe0;
const APP8 = 0xe8;
const APP14 = 0xee;
const APP15 = 0xef;
const ICC = 'ICC_PROFILE\0';

/** Whether the frames of a file are JPEG or JPEG-LS streams, which may carry remarks. */
export function isJpegCoded({ transferSyntaxUID }: DicomFile): boolean {
  return JPEG_STREAMS.test(transferSyntaxUID);
}

/**
 * A fragment without what a JPEG stream can say beside its picture: Exif and XMP (APP1), IPTC (APP13), comments, previews and what
 * lies behind its end. What says how the samples are to be understood stays: JFIF without its preview, the Adobe marker (APP14),
 * the colour transform of JPEG-LS (APP8), the ICC profile. Picture data are kept byte for byte. A fragment that does not begin a
 * stream, or whose segments cannot be followed, is given back up to where it could be followed and as it is from there.
 * `holdsSeveral`: the fragment may hold more than one frame, as some devices have it, one exactly behind the other.
 */
export function withoutRemarks(bytes: Uint8Array, holdsSeveral = false): Uint8Array {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return bytes;
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  for (let at = 2; at < bytes.length;) {
    const marker = bytes[at] === 0xff ? bytes[at + 1] : undefined;
    if (marker === 0xff) {
      at += 1; // a fill byte, 10918-1 B.1.1.2
      continue;
    }
    if (marker === EOI) {
      kept.push(bytes.subarray(at, at + 2));
      if (holdsSeveral && isStream(bytes, at + 2)) kept.push(withoutRemarks(bytes.subarray(at + 2), true));
      break;
    }
    const end = at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (marker === undefined || marker < LEAST_MARKER || end < at + 4 || end > bytes.length) {
      kept.push(bytes.subarray(at));
      break;
    }
    const next = marker === SOS ? endOfScan(bytes, end) : end;
    const segment = bytes.subarray(at, next);
    if (marker === APP0) kept.push(withoutPreview(segment));
    else if (!isRemark(marker, segment)) kept.push(segment);
    at = next;
  }
  return concat(kept);
}

function isStream(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === SOI && bytes[at + 2] === 0xff;
}

function isRemark(marker: number, segment: Uint8Array): boolean {
  if (marker === COM) return true;
  if (marker < APP0 || marker > APP15 || marker === APP8 || marker === APP14) return false;
  return Buffer.from(segment.subarray(4, 4 + ICC.length)).toString('latin1') !== ICC;
}

/** The first marker behind coded data that is no restart; coded data never hold one (10918-1 B.1.1.5, 14495-1 C.1). */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    if (code >= LEAST_MARKER && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at;
  }
  return bytes.length;
}

/** JFIF with its preview taken out (10918-5); another APP0 (JFXX) is a preview as a whole. */
function withoutPreview(segment: Uint8Array): Uint8Array {
  if (segment.length < 18 || Buffer.from(segment.subarray(4, 9)).toString('latin1') !== 'JFIF\0')
    return new Uint8Array();
  const short = segment.slice(0, 18);
  short[2] = 0;
  short[3] = 16;
  short.fill(0, 16, 18);
  return short;
}
