import type { Attributes } from './attributes';
import type { PhotoKind } from './detect';
import type { Raster } from './raster';
import { encodeRle } from './rle';
import { Syntax } from './uids';

/** Pixel data and the attributes that describe them (Image Pixel module, PS3.3 C.7.6.3). */
export interface Pixels {
  readonly transferSyntaxUID: string;
  /** One run of bytes for native pixel data, one a frame for encapsulated ones. */
  readonly native: Uint8Array | undefined;
  readonly fragments: readonly Uint8Array[] | undefined;
  readonly attributes: Attributes;
  readonly width: number;
  readonly height: number;
}

/** How a lossy source is named in LossyImageCompressionMethod (C.7.6.1.1.5.1; the last two are not among its terms). */
const LOSSY_METHODS: Partial<Record<PhotoKind, string>> = {
  jpeg: 'ISO_10918_1',
  heic: 'ISO_23008_2',
  avif: 'AV1',
  webp: 'WEBP',
};
const JPEG_METHOD = 'ISO_10918_1';

/** A JPEG as it is, encapsulated. */
export function jpegPixels(
  jpeg: Uint8Array,
  facts: { width: number; height: number; colour: 'gray' | 'ycc' },
  earlier: Compression | undefined,
): Pixels {
  const { width, height, colour } = facts;
  const samples = colour === 'gray' ? 1 : 3;
  const photometric = { gray: 'MONOCHROME2', ycc: 'YBR_FULL_422' }[colour];
  const own = { method: JPEG_METHOD, ratio: (width * height * samples) / jpeg.length };
  return {
    transferSyntaxUID: Syntax.JpegBaseline,
    native: undefined,
    fragments: [jpeg],
    width,
    height,
    attributes: {
      ...description(width, height, samples, 8, photometric),
      ...lossy(earlier === undefined ? [own] : [earlier, own]),
    },
  };
}

/** Samples without loss: run-length encoded where that saves space, else native. All frames are of one size and type. */
export function losslessPixels(frames: readonly [Raster, ...Raster[]], earlier: Compression | undefined): Pixels {
  const [first] = frames;
  const { width, height, channels } = first;
  const bits = first.data instanceof Uint16Array ? 16 : 8;
  const packed = frames.map((frame) => encodeRle(frame.data, width, height, channels));
  const size = frames.reduce((sum, frame) => sum + frame.data.byteLength, 0);
  const encapsulate = packed.reduce((sum, frame) => sum + frame.length, 0) < size;
  return {
    transferSyntaxUID: encapsulate ? Syntax.RleLossless : Syntax.ExplicitLittleEndian,
    native: encapsulate ? undefined : nativeBytes(frames, size),
    fragments: encapsulate ? packed : undefined,
    width,
    height,
    attributes: {
      ...description(width, height, channels, bits, channels === 1 ? 'MONOCHROME2' : 'RGB'),
      ...(earlier === undefined ? { LossyImageCompression: '00' } : lossy([earlier])),
    },
  };
}

/** One lossy step in a picture's past. */
export interface Compression {
  readonly method: string;
  readonly ratio: number;
}

/** What a lossy source has lost already; undefined for formats without a lossy method. */
export function lossySource(kind: PhotoKind, fileBytes: number, sampleBytes: number): Compression | undefined {
  const method = LOSSY_METHODS[kind];
  return method === undefined ? undefined : { method, ratio: sampleBytes / fileBytes };
}

function lossy(steps: readonly Compression[]): Attributes {
  return {
    LossyImageCompression: '01',
    LossyImageCompressionRatio: steps.map(({ ratio }) => ratio.toFixed(2)),
    LossyImageCompressionMethod: steps.map(({ method }) => method),
  };
}

function description(width: number, height: number, samples: number, bits: number, photometric: string): Attributes {
  return {
    SamplesPerPixel: samples,
    PhotometricInterpretation: photometric,
    ...(samples === 3 ? { PlanarConfiguration: 0 } : {}),
    Rows: height,
    Columns: width,
    BitsAllocated: bits,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: 0,
  };
}

/** Little-endian samples, frame after frame. */
function nativeBytes(frames: readonly Raster[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const { data } of frames) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}
