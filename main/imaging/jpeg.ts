import { FieldboxError } from '@shared/errors';
import { hasText, u16 } from './bytes';

export type JpegProcess = 'baseline' | 'extended' | 'progressive' | 'lossless' | 'arithmetic' | 'hierarchical';
export type Subsampling = '4:4:4' | '4:2:2' | '4:2:0' | '4:4:0' | '4:1:1' | 'gray' | 'other';

export interface JpegFacts {
  readonly width: number;
  readonly height: number;
  /** 1 gray, 3 colour, 4 CMYK or YCCK. */
  readonly components: number;
  /** Bits a sample. */
  readonly precision: number;
  readonly process: JpegProcess;
  readonly subsampling: Subsampling;
  /** How the samples of a 3-component JPEG are to be understood, by the rules that all decoders share. */
  readonly colour: 'gray' | 'ycc' | 'rgb' | 'cmyk';
  /** Bytes behind the end of the picture: a film, a second picture, or rubbish; never kept. */
  readonly trailing: number;
}

export interface StrippedJpeg extends JpegFacts {
  readonly bytes: Uint8Array;
  /** The ICC colour profile that the segments hold, put together. */
  readonly icc: Uint8Array | undefined;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly precision: number;
  readonly process: JpegProcess;
  readonly components: readonly { readonly id: number; readonly h: number; readonly v: number }[];
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP2 = 0xe2;
const APP14 = 0xee;
const JFIF_LENGTH = 16;
const ADOBE_LENGTH = 14;
const ICC_HEADER = 'ICC_PROFILE\0';
const MAX_SEGMENTS = 65_536;
/** DHT, DAC, DQT, DNL, DRI: without them nothing decodes. */
const TABLES: ReadonlySet<number> = new Set([0xc4, 0xcc, 0xdb, 0xdc, 0xdd]);

/**
 * Removes from a JPEG (ISO/IEC 10918-1 Annex B) everything that is not the picture: Exif, XMP, IPTC, comments, previews,
 * whatever follows its end. JFIF, the Adobe colour marker and the ICC profile stay, for they say what the colours mean.
 * Tables and entropy-coded data are kept byte for byte.
 * @throws FieldboxError PHOTO_DAMAGED when the structure is broken or the end is missing
 */
export function stripJpeg(bytes: Uint8Array): StrippedJpeg {
  const kept: Uint8Array[] = [Uint8Array.of(0xff, SOI)];
  const profile: Uint8Array[] = [];
  let frame: Frame | undefined;
  let scans = 0;
  let jfif = false;
  let adobe: number | undefined;
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw damaged('no start of image');
  let at = 2;
  for (let count = 0; count < MAX_SEGMENTS; count += 1) {
    at = nextMarker(bytes, at);
    const marker = bytes[at + 1] ?? 0;
    if (marker === EOI) {
      if (frame === undefined || scans === 0) throw damaged('no picture before the end');
      kept.push(Uint8Array.of(0xff, EOI));
      const trailing = bytes.length - at - 2;
      return {
        bytes: join(kept),
        ...factsOf(frame, jfif, adobe),
        trailing,
        icc: profile.length === 0 ? undefined : join(profile),
      };
    }
    if (marker === SOI) throw damaged('second start of image');
    if (marker === 0x01 || isRestart(marker)) {
      at += 2;
      continue;
    }
    const length = u16(bytes, at + 2) ?? 0;
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw damaged('segment runs past the end');
    const segment = bytes.subarray(at, end);
    if (isFrameMarker(marker)) {
      if (frame !== undefined) throw damaged('second frame header');
      frame = readFrame(segment, marker);
      kept.push(segment);
    } else if (marker === SOS) {
      if (frame === undefined) throw damaged('scan before frame header');
      scans += 1;
      const dataEnd = endOfScan(bytes, end);
      kept.push(bytes.subarray(at, dataEnd));
      at = dataEnd;
      continue;
    } else if (TABLES.has(marker)) {
      kept.push(segment);
    } else if (marker === APP0 && hasText(segment, 4, 'JFIF\0') && length >= JFIF_LENGTH && !jfif) {
      jfif = true;
      kept.push(withoutPreview(segment));
    } else if (marker === APP14 && hasText(segment, 4, 'Adobe') && length >= ADOBE_LENGTH && adobe === undefined) {
      adobe = segment[15];
      kept.push(resized(segment, ADOBE_LENGTH));
    } else if (marker === APP2 && hasText(segment, 4, ICC_HEADER) && length > 16) {
      profile.push(segment.subarray(18));
      kept.push(segment);
    }
    at = end;
  }
  throw damaged('too many segments');
}

/** What `stripJpeg` reports, without the bytes. */
export function readJpeg(bytes: Uint8Array): JpegFacts {
  const { bytes: _kept, icc: _icc, ...facts } = stripJpeg(bytes);
  return facts;
}

function damaged(reason: string): FieldboxError {
  return new FieldboxError('PHOTO_DAMAGED', {}, new Error(`JPEG: ${reason}`));
}

/** The place of the next marker; fill bytes and rubbish before it are passed over, as decoders do. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1];
    if (code !== undefined && code !== 0xff && code !== 0) return at;
  }
  throw damaged('no end of image');
}

/** Where the entropy-coded data of a scan end: at the first marker that is no restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1];
    if (code !== undefined && code !== 0 && code !== 0xff && !isRestart(code)) return at;
  }
  throw damaged('no end of image');
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function processOf(marker: number): JpegProcess {
  if (marker === 0xc0) return 'baseline';
  if (marker === 0xc1) return 'extended';
  if (marker === 0xc2) return 'progressive';
  if (marker === 0xc3) return 'lossless';
  return marker <= 0xc7 || marker >= 0xcd ? 'hierarchical' : 'arithmetic';
}

function readFrame(segment: Uint8Array, marker: number): Frame {
  const count = segment[9] ?? 0;
  const height = u16(segment, 5) ?? 0;
  const width = u16(segment, 7) ?? 0;
  if (segment.length < 10 + count * 3 || count === 0 || width === 0 || height === 0) throw damaged('bad frame header');
  const components = Array.from({ length: count }, (_, index) => {
    const at = 10 + index * 3;
    const sampling = segment[at + 1] ?? 0;
    return { id: segment[at] ?? 0, h: sampling >> 4, v: sampling & 15 };
  });
  return { width, height, precision: segment[4] ?? 0, process: processOf(marker), components };
}

function factsOf(frame: Frame, jfif: boolean, adobe: number | undefined): Omit<JpegFacts, 'trailing'> {
  const { components, ...rest } = frame;
  return {
    ...rest,
    components: components.length,
    subsampling: subsamplingOf(frame),
    colour: colourOf(frame, jfif, adobe),
  };
}

/** JFIF means YCbCr, else the Adobe marker decides, else the component names. */
function colourOf(frame: Frame, jfif: boolean, adobe: number | undefined): JpegFacts['colour'] {
  if (frame.components.length === 1) return 'gray';
  if (frame.components.length !== 3) return 'cmyk';
  if (jfif) return 'ycc';
  if (adobe !== undefined) return adobe === 0 ? 'rgb' : 'ycc';
  return frame.components.map((component) => String.fromCharCode(component.id)).join('') === 'RGB' ? 'rgb' : 'ycc';
}

function subsamplingOf(frame: Frame): Subsampling {
  const [first, second, ...others] = frame.components;
  if (first === undefined || second === undefined) return 'gray';
  if (others.some((component) => component.h !== second.h || component.v !== second.v)) return 'other';
  const ratio = `${first.h / second.h}x${first.v / second.v}`;
  const names: Readonly<Record<string, Subsampling>> = {
    '1x1': '4:4:4',
    '2x1': '4:2:2',
    '2x2': '4:2:0',
    '1x2': '4:4:0',
    '4x1': '4:1:1',
  };
  return names[ratio] ?? 'other';
}

/** A JFIF segment may carry a small preview of its own; it goes. */
function withoutPreview(segment: Uint8Array): Uint8Array {
  const short = resized(segment, JFIF_LENGTH);
  short.fill(0, 16, 18);
  return short;
}

/** A copy of a segment cut to a length field of `length`. */
function resized(segment: Uint8Array, length: number): Uint8Array {
  const copy = segment.slice(0, length + 2);
  copy[2] = length >> 8;
  copy[3] = length & 0xff;
  return copy;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
