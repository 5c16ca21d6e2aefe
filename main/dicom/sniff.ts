import type { Encoding } from './reader/parser';
import { lookUp } from './dictionary';

const VRS = new Set([
  'AE',
  'AS',
  'AT',
  'CS',
  'DA',
  'DS',
  'DT',
  'FD',
  'FL',
  'IS',
  'LO',
  'LT',
  'OB',
  'OD',
  'OF',
  'OL',
  'OV',
  'OW',
  'PN',
  'SH',
  'SL',
  'SQ',
  'SS',
  'ST',
  'SV',
  'TM',
  'UC',
  'UI',
  'UL',
  'UN',
  'UR',
  'US',
  'UT',
  'UV',
]);

/** How many bytes of the beginning `looksLikeDicom` wants to see. */
export const SNIFF_BYTES = 288;

/** Where a file's DICOM content begins: behind the DICM prefix, or where a bare data set or meta group was recognised. */
export interface DicomStart {
  readonly start: number;
  readonly hasPreamble: boolean;
  /** Encoding of the first element; null behind a DICM prefix when the first element is no known one. */
  readonly encoding: Encoding | null;
}

/** What the beginning of a file looks like; 'maybe-bare' is a data set without preamble, of which only the reader can be sure. */
export function looksLikeDicom(head: Uint8Array): 'part10' | 'maybe-bare' | 'no' {
  const found = findStart(head);
  if (found === null) return 'no';
  return found.hasPreamble ? 'part10' : 'maybe-bare';
}

/**
 * Finds the beginning: a preamble of 128 bytes and "DICM" (PS3.10 7.1); else what broken writers leave: no preamble, a preamble
 * without or with a misplaced prefix, or a stray byte in front. Null when it is none of these.
 */
export function findStart(head: Uint8Array): DicomStart | null {
  if (prefixAt(head, 128)) return { start: 132, hasPreamble: true, encoding: guessEncoding(head.subarray(132)) };
  const places = [0, ...(prefixAt(head, 0) ? [4] : []), ...(prefixAt(head, 256) ? [260] : []), 132, 1];
  for (const start of places) {
    const encoding = guessEncoding(head.subarray(start));
    if (encoding) return { start, hasPreamble: false, encoding };
  }
  return null;
}

function prefixAt(head: Uint8Array, at: number): boolean {
  return head.length >= at + 4 && String.fromCharCode(...head.subarray(at, at + 4)) === 'DICM';
}

/**
 * The encoding of a bare data set by its first element: a standard tag of a low group (0002 to 0010), with a VR that fits or a
 * length that is possible. Null when it looks like none.
 */
export function guessEncoding(head: Uint8Array): Encoding | null {
  if (head.length < 8) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (const little of [true, false]) {
    const group = view.getUint16(0, little);
    const element = view.getUint16(2, little);
    if (![0x0002, 0x0004, 0x0008, 0x0010].includes(group)) continue;
    const entry = lookUp(group * 0x10000 + element);
    const code = String.fromCharCode(head[4] ?? 0, head[5] ?? 0);
    if (VRS.has(code) && (entry || element === 0 || group === 0x0008)) return { explicit: true, little };
    // Implicit VR exists in little endian only (PS3.5 A.1); old toolkits wrote it in big endian too, but no file of that kind is known.
    const length = view.getUint32(4, little);
    if (little && (entry ?? element === 0) && length < 0x10000 && (element !== 0 || length === 4))
      return { explicit: false, little };
  }
  return null;
}
