import { FieldboxError } from '@shared/errors';
import type { DicomFile } from '../model';
import { Tags } from '../tags';

/** How the samples of an image are laid out (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25). */
export interface PixelDescription {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly photometricInterpretation: string;
  /** 0: samples of a pixel together; 1: one plane after the other. */
  readonly planarConfiguration: number;
  readonly frames: number;
  readonly transferSyntaxUID: string;
  readonly type: 'integer' | 'float' | 'double';
}

/** More than any camera or scanner makes in one frame; keeps a lying header from asking for all memory. */
const MAX_SAMPLES = 512 * 1024 * 1024;
const MAX_BYTES = 1024 * 1024 * 1024;
const MAX_FRAMES = 1_000_000;

/** The attributes of the Image Pixel module. Throws NO_PIXELS, PIXELS_TOO_LARGE, PIXELS_DAMAGED. */
export function describePixels(file: DicomFile): PixelDescription {
  const { dataset } = file;
  const type = dataset.has(Tags.PixelData)
    ? 'integer'
    : dataset.has(Tags.FloatPixelData)
      ? 'float'
      : dataset.has(Tags.DoubleFloatPixelData)
        ? 'double'
        : null;
  if (type === null) throw new FieldboxError('NO_PIXELS');
  const rows = dataset.number(Tags.Rows) ?? 0;
  const columns = dataset.number(Tags.Columns) ?? 0;
  const samplesPerPixel = dataset.number(Tags.SamplesPerPixel) ?? 1;
  const bitsAllocated = type === 'float' ? 32 : type === 'double' ? 64 : (dataset.number(Tags.BitsAllocated) ?? 8);
  if (
    rows < 1 ||
    columns < 1 ||
    ![1, 2, 3, 4].includes(samplesPerPixel) ||
    ![1, 8, 16, 32, 64].includes(bitsAllocated)
  ) {
    throw new FieldboxError('PIXELS_DAMAGED');
  }
  const samples = rows * columns * samplesPerPixel;
  if (samples > MAX_SAMPLES || (samples * bitsAllocated) / 8 > MAX_BYTES) throw new FieldboxError('PIXELS_TOO_LARGE');
  const stored = dataset.number(Tags.BitsStored) ?? bitsAllocated;
  const bitsStored = stored >= 1 && stored <= bitsAllocated ? stored : bitsAllocated;
  const frames = Math.trunc(dataset.number(Tags.NumberOfFrames) ?? 1);
  return {
    rows,
    columns,
    samplesPerPixel,
    bitsAllocated,
    bitsStored,
    highBit: dataset.number(Tags.HighBit) ?? bitsStored - 1,
    signed: dataset.number(Tags.PixelRepresentation) === 1,
    photometricInterpretation: photometric(dataset.string(Tags.PhotometricInterpretation), samplesPerPixel),
    planarConfiguration: samplesPerPixel > 1 ? (dataset.number(Tags.PlanarConfiguration) ?? 0) : 0,
    frames: Math.min(Math.max(1, frames), MAX_FRAMES),
    transferSyntaxUID: file.transferSyntaxUID,
    type,
  };
}

function photometric(value: string | undefined, samples: number): string {
  const known = (value ?? '').toUpperCase().replaceAll(' ', '_');
  if (known === '') return samples >= 3 ? 'RGB' : 'MONOCHROME2';
  return known === 'PALETTE_COLOR' ? 'PALETTE COLOR' : known;
}
