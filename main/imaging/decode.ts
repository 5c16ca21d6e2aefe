import type { SharpOptions } from 'sharp';
import { FieldboxError } from '@shared/errors';
import { decodeBmp, readBmp } from './bmp';
import { exifBlock } from './containers';
import type { PhotoKind } from './detect';
import { orientationOf, readExif, toOrientation, type Orientation } from './exif';
import { decodeHeic } from './heic';
import { readHeif } from './heif';
import { readJpeg } from './jpeg';
import { checkSize, MAX_PAGES } from './limits';
import { turnUpright, type Raster } from './raster';
import { decoding, openSharp } from './sharp';
import { TiffReader } from './tiff';

/** What the headers of a photo say, before anything is decoded; sizes as stored, not yet upright. */
export interface PhotoHeader {
  readonly width: number;
  readonly height: number;
  /** Pages of a TIFF, frames of an animation; else 1. */
  readonly pages: number;
  /** How long each frame of an animation lasts, in milliseconds. */
  readonly delays: readonly number[];
  readonly gray: boolean;
  /** Bits a sample that are worth keeping: 16 for 16-bit gray. */
  readonly bits: 8 | 16;
  /** Whether colour had more than 8 bits a sample. */
  readonly reduced: boolean;
  /** Ink colours (CMYK), which have to be converted. */
  readonly ink: boolean;
  /** ICC profile of RGB samples. */
  readonly icc: Uint8Array | undefined;
  /** Orientation of each page; the last one counts for all that follow. Of HEIC and AVIF, what the decoder applies. */
  readonly orientations: readonly Orientation[];
}

const MAX_ICC = 4 * 1024 * 1024;
const ICC_SIGNATURE_AT = 36;
/** What decoders complain of although every pixel is there. */
const HARMLESS = /extraneous bytes|Adobe color transform|JFIF revision/;

/**
 * Reads the header of a photo, of one of its pages, and checks what it claims.
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export async function readHeader(bytes: Uint8Array, kind: PhotoKind, page = 0): Promise<PhotoHeader> {
  const plain = { pages: 1, delays: [], gray: false, bits: 8, reduced: false, ink: false, icc: undefined } as const;
  if (kind === 'bmp') return { ...plain, ...readBmp(bytes), orientations: [1] };
  if (kind === 'heic') {
    const heif = readHeif(bytes);
    if (heif?.width === undefined || heif.height === undefined) throw new FieldboxError('PHOTO_DAMAGED');
    checkSize(heif.width, heif.height);
    return { ...plain, width: heif.width, height: heif.height, orientations: [toOrientation(heif.orientation)] };
  }
  if (kind === 'jpeg') {
    const jpeg = readJpeg(bytes);
    checkSize(jpeg.width, jpeg.height);
    if (jpeg.precision !== 8 || jpeg.process === 'lossless' || jpeg.process === 'hierarchical') {
      throw new FieldboxError('PHOTO_UNSUPPORTED', { format: `JPEG ${jpeg.process}, ${jpeg.precision} bits` });
    }
  }
  return sharpHeader(bytes, kind, page);
}

async function sharpHeader(bytes: Uint8Array, kind: PhotoKind, page: number): Promise<PhotoHeader> {
  const orientations = kind === 'tiff' ? tiffOrientations(bytes) : [ownOrientation(bytes, kind)];
  const meta = await decoding(() => openSharp(bytes, page === 0 ? {} : { page }).metadata());
  const { width, height, space, depth } = meta;
  const pages = meta.pages ?? 1;
  checkSize(width, height, kind === 'avif' ? 1 : pages);
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new FieldboxError('PHOTO_UNSUPPORTED', { format: `${kind} ${depth}` });
  const gray = space === 'b-w' || space === 'grey16';
  const ink = space === 'cmyk';
  return {
    width,
    height,
    pages: kind === 'avif' ? 1 : pages,
    delays: meta.delay ?? [],
    gray,
    bits: gray && depth === 'ushort' ? 16 : 8,
    reduced: depth === 'ushort' && !gray,
    ink,
    icc: !gray && !ink && meta.icc !== undefined && isRgbProfile(meta.icc) ? meta.icc : undefined,
    orientations,
  };
}

function isRgbProfile(icc: Uint8Array): boolean {
  const text = (at: number): string => String.fromCharCode(...icc.subarray(at, at + 4));
  return icc.length <= MAX_ICC && text(ICC_SIGNATURE_AT) === 'acsp' && text(16) === 'RGB ';
}

function ownOrientation(bytes: Uint8Array, kind: PhotoKind): Orientation {
  return kind === 'avif' ? toOrientation(readHeif(bytes)?.orientation) : readExif(bytes).orientation;
}

/** @throws FieldboxError PHOTO_UNSUPPORTED for camera raw files: only their previews could be read */
function tiffOrientations(bytes: Uint8Array): readonly Orientation[] {
  const reader = TiffReader.open(exifBlock(bytes, 'tiff') ?? bytes);
  const pages = reader?.pages(MAX_PAGES) ?? [];
  const [first] = pages;
  if (reader === undefined || first === undefined) return [1];
  const preview = ((reader.number(first, 0x00fe) ?? 0) & 1) === 1 && first.has(0x014a);
  const canonRaw = bytes[8] === 0x43 && bytes[9] === 0x52;
  if (first.has(0xc612) || canonRaw || preview) throw new FieldboxError('PHOTO_UNSUPPORTED', { format: 'camera raw' });
  return pages.map((page) => orientationOf(reader, page));
}

/** The orientation that still has to be applied to a decoded page. */
export function pendingOrientation(header: PhotoHeader, kind: PhotoKind, page = 0): Orientation {
  return kind === 'heic' || kind === 'avif' ? 1 : (header.orientations[page] ?? header.orientations.at(-1) ?? 1);
}

/**
 * Decodes one page of a photo, upright: 8-bit gray or RGB, or 16-bit gray. Transparency lies on white, ink colours
 * become sRGB, other colours stay as stored.
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export async function decodePage(bytes: Uint8Array, kind: PhotoKind, header: PhotoHeader, page = 0): Promise<Raster> {
  if (kind === 'bmp') return decodeBmp(bytes);
  if (kind === 'heic') return (await decodeHeic(bytes)).raster;
  const raster = await decodeWithSharp(bytes, kind, header, { page });
  checkSize(raster.width, raster.height);
  return turnUpright(raster, pendingOrientation(header, kind, page));
}

/**
 * Decodes a page shrunk to fit into a square of `side` pixels, upright. Every coded byte is read all the same, so damage
 * is found.
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export async function decodeSmall(
  bytes: Uint8Array,
  kind: PhotoKind,
  header: PhotoHeader,
  side: number,
): Promise<Raster> {
  if (kind === 'bmp' || kind === 'heic') return decodePage(bytes, kind, header);
  const raster = await decodeWithSharp(bytes, kind, header, { side });
  return turnUpright(raster, pendingOrientation(header, kind));
}

interface Wanted {
  readonly page?: number;
  readonly side?: number;
}

async function decodeWithSharp(
  bytes: Uint8Array,
  kind: PhotoKind,
  header: PhotoHeader,
  wanted: Wanted,
): Promise<Raster> {
  if (kind !== 'jpeg') return runSharp(bytes, header, wanted, 'error');
  try {
    return await runSharp(bytes, header, wanted, 'warning');
  } catch (fault) {
    const reason = fault instanceof FieldboxError && fault.cause instanceof Error ? fault.cause.message : '';
    if (!HARMLESS.test(reason)) throw fault;
    return runSharp(bytes, header, wanted, 'error');
  }
}

async function runSharp(
  bytes: Uint8Array,
  header: PhotoHeader,
  { page, side }: Wanted,
  failOn: 'warning' | 'error',
): Promise<Raster> {
  const deep = header.bits === 16;
  const options: SharpOptions = {
    failOn,
    ignoreIcc: !header.ink,
    ...(page === undefined || header.pages === 1 ? {} : { page }),
  };
  const { data, info } = await decoding(() => {
    let pipeline = openSharp(bytes, options).flatten({ background: '#ffffff' });
    if (side !== undefined) pipeline = pipeline.resize(side, side, { fit: 'inside', withoutEnlargement: true });
    pipeline = pipeline.toColourspace(header.gray ? (deep ? 'grey16' : 'b-w') : 'srgb');
    return pipeline.raw({ depth: deep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  });
  const channels = header.gray ? 1 : 3;
  const { width, height } = info;
  if (info.channels === channels) return { data: deep ? words(data) : data, width, height, channels };
  throw new FieldboxError('INTERNAL', {}, new Error(`sharp gave ${info.channels} channels instead of ${channels}`));
}

/** Little-endian words; a copy where the bytes lie on an odd address. */
function words(data: Uint8Array): Uint16Array {
  const aligned = data.byteOffset % 2 === 0 ? data : data.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
}
