import type { FrameHeader } from '@shared/contract/frames';
import type { DicomFile } from '../model';
import { Tags } from '../tags';
import { toRgb } from './colour';
import { type DecodedFrame, decodeFrame } from './decode';
import { describePixels, type PixelDescription } from './description';
import { readPalette } from './palette';
import { type SampleArray, sampleArray } from './samples';
import { type Lut, lutOf, rescaleOf, spacingOf, windowsOf } from './voi';

/** What a viewer needs of one frame; `samples` as the header describes them. */
export interface DisplayFrame {
  readonly header: FrameHeader;
  readonly samples: SampleArray;
}

/** Decodes one frame (from 0) and prepares it for the screen. Throws as `decodeFrame`. */
export async function displayFrame(file: DicomFile, frame: number): Promise<DisplayFrame> {
  const description = describePixels(file);
  const decoded = await decodeFrame(file, frame);
  const samples = sampleArray(decoded, description);
  if (decoded.samplesPerPixel === 1 && decoded.photometricInterpretation === 'PALETTE COLOR') {
    return colourFrame(file, frame, decoded, paletteColours(file, description, samples));
  }
  if (decoded.samplesPerPixel >= 3) {
    const three = decoded.samplesPerPixel === 3 ? samples : withoutFourth(samples);
    const bits = decoded.bitsAllocated > 8 ? Math.min(32, description.bitsStored) : 8;
    return colourFrame(file, frame, decoded, toRgb(three, decoded.photometricInterpretation, bits));
  }
  return grayFrame(file, frame, description, decoded, samples);
}

function base(
  file: DicomFile,
  frame: number,
  decoded: DecodedFrame,
): Pick<FrameHeader, 'width' | 'height' | 'pixelAspect' | 'spacing'> {
  const { spacing, aspect } = spacingOf(file, frame);
  return { width: decoded.width, height: decoded.height, pixelAspect: aspect, spacing };
}

function colourFrame(file: DicomFile, frame: number, decoded: DecodedFrame, rgb: Uint8Array): DisplayFrame {
  return {
    header: {
      kind: 'rgb',
      ...base(file, frame, decoded),
      sampleType: 'u8',
      slope: 1,
      intercept: 0,
      unit: '',
      invert: false,
      windows: [],
      voiLut: null,
      min: 0,
      max: 255,
    },
    samples: rgb,
  };
}

function paletteColours(file: DicomFile, description: PixelDescription, samples: SampleArray): Uint8Array {
  const palette = readPalette(file.dataset, description.signed);
  const last = palette.red.length - 1;
  const rgb = new Uint8Array(samples.length * 3);
  for (let i = 0; i < samples.length; i += 1) {
    const index = Math.max(0, Math.min(last, (samples[i] ?? 0) - palette.first));
    rgb[i * 3] = palette.red[index] ?? 0;
    rgb[i * 3 + 1] = palette.green[index] ?? 0;
    rgb[i * 3 + 2] = palette.blue[index] ?? 0;
  }
  return rgb;
}

function withoutFourth(samples: SampleArray): Uint8Array {
  const out = new Uint8Array((samples.length / 4) * 3);
  for (let pixel = 0; pixel * 4 + 3 < samples.length; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) out[pixel * 3 + channel] = samples[pixel * 4 + channel] ?? 0;
  }
  return out;
}

function grayFrame(
  file: DicomFile,
  frame: number,
  description: PixelDescription,
  decoded: DecodedFrame,
  stored: SampleArray,
): DisplayFrame {
  const modalityLut = lutOf(file.dataset, Tags.ModalityLUTSequence, description.signed);
  const samples = modalityLut ? mapped(stored, modalityLut) : stored;
  const rescale = modalityLut ? { slope: 1, intercept: 0, unit: '' } : rescaleOf(file, frame);
  const range = valueRange(samples, modalityLut ? null : paddingOf(file, description));
  const windows = windowsOf(file, frame);
  const ends = [range.min * rescale.slope + rescale.intercept, range.max * rescale.slope + rescale.intercept];
  // What is mapped has a sign where the pixels have one, or where the rescale gives one (C.11.2.1.1).
  const signed = (description.signed && !modalityLut) || Math.min(...ends) < 0;
  const voi = windows.length === 0 ? lutOf(file.dataset, Tags.VOILUTSequence, signed) : null;
  return {
    header: {
      kind: 'gray',
      ...base(file, frame, decoded),
      sampleType: sampleType(samples),
      slope: rescale.slope,
      intercept: rescale.intercept,
      unit: rescale.unit,
      invert: decoded.photometricInterpretation === 'MONOCHROME1',
      windows,
      voiLut: voi && { firstMapped: voi.firstMapped, values: eightBit(voi) },
      min: Math.min(...ends),
      max: Math.max(...ends),
    },
    samples,
  };
}

function mapped(stored: SampleArray, lut: Lut): Uint16Array {
  const last = lut.values.length - 1;
  return Uint16Array.from(
    stored as ArrayLike<number>,
    (value: number) => lut.values[Math.max(0, Math.min(last, value - lut.firstMapped))] ?? 0,
  );
}

/** VOI LUT output as 8 bits; tables that say 16 bits but stay far below are scaled by what they use. */
function eightBit(lut: Lut): number[] {
  let max = 0;
  for (const value of lut.values) max = Math.max(max, value);
  const full = Math.max(max, lut.bits >= 1 && lut.bits < 16 ? 2 ** lut.bits - 1 : max, 1);
  return lut.values.map((value) => Math.max(0, Math.min(255, Math.round((value * 255) / full))));
}

interface Padding {
  readonly from: number;
  readonly to: number;
}

/** Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2) as numbers of the stored kind. */
function paddingOf(file: DicomFile, description: PixelDescription): Padding | null {
  const value = file.dataset.number(Tags.PixelPaddingValue);
  if (value === undefined) return null;
  const signed = (n: number): number => (description.signed && n > 32_767 ? n - 65_536 : n);
  const limit = signed(file.dataset.number(Tags.PixelPaddingRangeLimit) ?? value);
  return { from: Math.min(signed(value), limit), to: Math.max(signed(value), limit) };
}

function valueRange(samples: SampleArray, padding: Padding | null): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of samples) {
    if (!Number.isFinite(value)) continue; // float samples may say "no value"
    if (padding && value >= padding.from && value <= padding.to) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Where padding leaves a single value or none (a label map of one label on a background), the background is part of the picture.
  if (padding && min >= max) return valueRange(samples, null);
  return min > max ? { min: 0, max: 0 } : { min, max };
}

function sampleType(samples: SampleArray): FrameHeader['sampleType'] {
  if (samples instanceof Uint8Array) return 'u8';
  if (samples instanceof Uint16Array) return 'u16';
  if (samples instanceof Int16Array) return 'i16';
  if (samples instanceof Uint32Array) return 'u32';
  if (samples instanceof Int32Array) return 'i32';
  return samples instanceof Float32Array ? 'f32' : 'f64';
}
