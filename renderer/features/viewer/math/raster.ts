import type { FrameHeader } from '@shared/contract/frames';
import type { Samples } from '../data/frameCodec';
import { displayFunction, type Voi } from './voi';

/** Opaque gray as the four bytes R G B A of a canvas, read as one little-endian number. */
const GRAY = Uint32Array.from({ length: 256 }, (_, v) => (0xff000000 | (v << 16) | (v << 8) | v) >>> 0);

/** Writes rows of a frame as canvas pixels. */
export type RowPainter = (out: Uint32Array, step: number, fromRow: number, toRow: number) => void;

/** Size of the raster when only every `step`-th pixel of both directions is drawn. */
export function rasterSize(header: FrameHeader, step: number): { width: number; height: number } {
  return { width: Math.ceil(header.width / step), height: Math.ceil(header.height / step) };
}

/** The step at which a frame has at most this many pixels: 1 is everything. */
export function stepFor(header: FrameHeader, mostPixels: number): number {
  let step = 1;
  for (;;) {
    const { width, height } = rasterSize(header, step);
    if (width * height <= mostPixels) return step;
    step += 1;
  }
}

/**
 * A table from stored sample to 0..255 for samples of up to 16 bits: entry `sample + offset`. Equal to
 * `displayFunction(header, voi, invert)(sample * slope + intercept)` for every sample (tested).
 */
export function buildTable(
  header: FrameHeader,
  voi: Voi,
  invert: boolean,
): { table: Uint8Array; offset: number } | null {
  const { sampleType, slope, intercept } = header;
  if (sampleType !== 'u8' && sampleType !== 'u16' && sampleType !== 'i16') return null;
  const length = sampleType === 'u8' ? 256 : 65536;
  const offset = sampleType === 'i16' ? 32768 : 0;
  const show = displayFunction(header, voi, invert);
  const table = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) table[i] = show((i - offset) * slope + intercept);
  return { table, offset };
}

/**
 * Prepares to draw a frame with a window. The table (or the function, for 32-bit and floating samples) is made here,
 * once; the painter then fills any rows of the raster, so the work can be cut into pieces.
 */
export function rowPainter(header: FrameHeader, samples: Samples, voi: Voi, invert: boolean): RowPainter {
  if (header.kind === 'rgb') return colourPainter(header, samples, voi, invert);
  const made = buildTable(header, voi, invert);
  return made ? tablePainter(header, samples, made.table, made.offset) : directPainter(header, samples, voi, invert);
}

function tablePainter(header: FrameHeader, samples: Samples, table: Uint8Array, offset: number): RowPainter {
  const { width } = header;
  return (out, step, fromRow, toRow) => {
    const { width: outWidth } = rasterSize(header, step);
    for (let row = fromRow; row < toRow; row += 1) {
      let at = row * step * width;
      const first = row * outWidth;
      for (let o = first; o < first + outWidth; o += 1, at += step) {
        out[o] = GRAY[table[(samples[at] as number) + offset] as number] as number;
      }
    }
  };
}

function directPainter(header: FrameHeader, samples: Samples, voi: Voi, invert: boolean): RowPainter {
  const { width, slope, intercept } = header;
  const show = displayFunction(header, voi, invert);
  return (out, step, fromRow, toRow) => {
    const { width: outWidth } = rasterSize(header, step);
    for (let row = fromRow; row < toRow; row += 1) {
      let at = row * step * width;
      const first = row * outWidth;
      for (let o = first; o < first + outWidth; o += 1, at += step) {
        out[o] = GRAY[show((samples[at] as number) * slope + intercept)] as number;
      }
    }
  };
}

/** Colour: a window, if somebody sets one, acts on each channel alike (brightness and contrast). */
function colourPainter(header: FrameHeader, samples: Samples, voi: Voi, invert: boolean): RowPainter {
  const { width } = header;
  const show = displayFunction({ ...header, invert: false, slope: 1, intercept: 0 }, voi, invert);
  const table = Uint8Array.from({ length: 256 }, (_, v) => show(v));
  return (out, step, fromRow, toRow) => {
    const { width: outWidth } = rasterSize(header, step);
    for (let row = fromRow; row < toRow; row += 1) {
      let at = row * step * width * 3;
      const first = row * outWidth;
      for (let o = first; o < first + outWidth; o += 1, at += step * 3) {
        const r = table[samples[at] as number] as number;
        const g = table[samples[at + 1] as number] as number;
        const b = table[samples[at + 2] as number] as number;
        out[o] = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
      }
    }
  };
}
