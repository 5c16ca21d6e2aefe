import { FieldboxError } from '@shared/errors';
import type { DicomFile } from '../model';
import type { DecodedFrame, PixelDescription } from '../pixels';
import { Tags } from '../tags';
import { type NativePixels, nativePixels } from '../transcode/native-pixels';
import type { DataSetBuilder } from '../writer';

/** An area to be blackened, in pixels from the top left corner, in every frame. What lies outside the image is left out. */
export interface Mask {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Native pixel data in explicit VR little endian, and how it is described. */
export interface MaskedPixels extends Pick<NativePixels, 'tag' | 'vr'> {
  readonly bytes: Uint8Array;
  /** Writes the attributes of the Image Pixel module that are not as they were (PS3.3 C.7.6.3). */
  describe(builder: DataSetBuilder): void;
}

/** Attributes that describe coded or unmasked pixels: they go (PS3.3 C.7.6.3). */
const STALE = new Set<number>([
  Tags.SmallestImagePixelValue,
  Tags.LargestImagePixelValue,
  0x00280108, // Smallest Pixel Value in Series
  0x00280109,
  0x00287fe0,
  Tags.ExtendedOffsetTable,
  Tags.ExtendedOffsetTableLengths,
]);

export function isStale(tag: number): boolean {
  return STALE.has(tag);
}

/**
 * Fills areas of all frames with black and gives the frames back as native pixel data: what is not masked has exactly the values
 * that decoding gave, so nothing is lost (PS3.15 E.3.1). Black is the darkest value that is shown: the least for MONOCHROME2, the
 * greatest for MONOCHROME1, the darkest entry's index for PALETTE COLOR.
 * Throws BAD_REQUEST for areas that are none, NO_PIXELS, PIXELS_UNSUPPORTED, PIXELS_DAMAGED, PIXELS_TOO_LARGE.
 */
export async function maskPixels(file: DicomFile, masks: readonly Mask[]): Promise<MaskedPixels> {
  for (const mask of masks) requireArea(mask);
  const pixels = await nativePixels(file, (frame, image, description) =>
    blacken(frame, image, masks, blackOf(file, image, description)),
  );
  const bytes = new Uint8Array(pixels.length);
  let at = 0;
  for await (const frame of pixels.frames()) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return {
    tag: pixels.tag,
    vr: pixels.vr,
    bytes,
    describe: (builder) => {
      for (const { tag, vr, value } of pixels.attributes) builder.set(tag, value, vr);
      builder.set(Tags.BurnedInAnnotation, 'NO', 'CS');
    },
  };
}

function requireArea({ x, y, width, height }: Mask): void {
  if (![x, y, width, height].every(Number.isInteger) || width < 1 || height < 1) {
    throw new FieldboxError('BAD_REQUEST', { what: 'an area to be blackened' });
  }
}

/** Bytes of one black pixel, little endian. */
function blackOf(file: DicomFile, image: DecodedFrame, description: PixelDescription): Uint8Array {
  const size = image.bitsAllocated / 8;
  const pixel = new Uint8Array(size * image.samplesPerPixel);
  if (description.type !== 'integer') return pixel;
  const { photometricInterpretation: colour } = image;
  if (colour === 'YBR_FULL' || colour === 'YBR_PARTIAL' || colour === 'YBR_ICT' || colour === 'YBR_RCT') {
    const middle = 2 ** (Math.min(description.bitsStored, image.bitsAllocated) - 1);
    for (let sample = 1; sample < 3; sample += 1) write(pixel, sample * size, size, BigInt(middle));
    return pixel;
  }
  if (colour === 'PALETTE COLOR') write(pixel, 0, size, BigInt(darkestEntry(file)));
  else if (colour === 'MONOCHROME1' || description.signed)
    write(pixel, 0, size, extreme(description, colour === 'MONOCHROME1'));
  return pixel;
}

/** Least or greatest stored value, in two's complement. */
function extreme({ bitsStored, signed }: PixelDescription, greatest: boolean): bigint {
  const span = 1n << BigInt(bitsStored);
  if (!signed) return greatest ? span - 1n : 0n;
  return greatest ? span / 2n - 1n : -(span / 2n);
}

function write(bytes: Uint8Array, at: number, size: number, value: bigint): void {
  for (let byte = 0; byte < size; byte += 1) bytes[at + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
}

/** Of a palette the index whose entry shines least, counted from the first value that is mapped (PS3.3 C.7.6.3.1.5). */
function darkestEntry({ dataset }: DicomFile): number {
  const tables = [
    Tags.RedPaletteColorLookupTableData,
    Tags.GreenPaletteColorLookupTableData,
    Tags.BluePaletteColorLookupTableData,
  ].map((tag) => dataset.numbers(tag));
  const first = dataset.numbers(Tags.RedPaletteColorLookupTableDescriptor)[1] ?? 0;
  let darkest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < Math.min(...tables.map((table) => table.length)); index += 1) {
    const sum = tables.reduce((light, table) => light + (table[index] ?? 0), 0);
    if (sum < least) {
      least = sum;
      darkest = index;
    }
  }
  return first + darkest;
}

function blacken(frame: Uint8Array, { width, height }: DecodedFrame, masks: readonly Mask[], black: Uint8Array): void {
  for (const mask of masks) {
    const left = Math.max(0, mask.x);
    const right = Math.min(width, mask.x + mask.width);
    for (let y = Math.max(0, mask.y); y < Math.min(height, mask.y + mask.height); y += 1) {
      for (let x = left; x < right; x += 1) frame.set(black, (y * width + x) * black.length);
    }
  }
}
