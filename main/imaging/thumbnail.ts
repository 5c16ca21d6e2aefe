import type { PhotoKind } from './detect';
import { decodeSmall, readHeader } from './decode';
import { boxShrink, flattenRgba, toEightBits, type Raster } from './raster';
import { openSharp } from './sharp';

/** Longest side of a thumbnail in pixels, unless asked otherwise. */
export const THUMBNAIL_SIDE = 256;
const QUALITY = 80;
const PHOTO_QUALITY = 95;

export interface RawPicture {
  /** RGBA, 4 bytes a pixel, rows without gaps. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/**
 * A small upright JPEG of a picture in memory.
 * @param side longest side in pixels; smaller pictures are not enlarged
 * @param quality of the JPEG, 1 to 100
 */
export async function thumbnailOfPixels(
  picture: RawPicture,
  side = THUMBNAIL_SIDE,
  quality = QUALITY,
): Promise<Uint8Array> {
  return thumbnailOfRaster(flattenRgba(picture.data, picture.width, picture.height), side, quality);
}

/**
 * A small upright JPEG of a photo (of its first page).
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export async function thumbnailOfPhoto(bytes: Uint8Array, kind: PhotoKind, side = THUMBNAIL_SIDE): Promise<Uint8Array> {
  const header = await readHeader(bytes, kind);
  return thumbnailOfRaster(await decodeSmall(bytes, kind, header, side), side);
}

/** A small JPEG of decoded samples: means of boxes first, which is cheap, then a proper filter for the rest. */
export async function thumbnailOfRaster(raster: Raster, side = THUMBNAIL_SIDE, quality = QUALITY): Promise<Uint8Array> {
  const small = toEightBits(boxShrink(raster, side * 2));
  return rawSharp(small)
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .toColourspace(small.channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality })
    .toBuffer();
}

/** Upright 8-bit samples as a baseline JPEG without colour subsampling, for the pixel data of a DICOM object. */
export async function encodeJpeg(raster: Raster): Promise<Uint8Array> {
  const eight = toEightBits(raster);
  return rawSharp(eight)
    .toColourspace(eight.channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality: PHOTO_QUALITY, chromaSubsampling: '4:4:4', progressive: false, optimizeScans: false })
    .toBuffer();
}

function rawSharp({ data, width, height, channels }: Raster): ReturnType<typeof openSharp> {
  return openSharp(data, { raw: { width, height, channels } });
}
