import type { Window } from '@shared/contract/frames';
import type { DisplayFrame } from './display';

/** A picture of bytes: red, green, blue, alpha. */
export interface RgbaPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface RenderSettings {
  readonly window?: { readonly center: number; readonly width: number };
  /** Height in pixels of what is wanted; the width follows from the shape of the image and its pixels. */
  readonly height?: number;
}

/**
 * One frame as a picture of 8 bits: the given window, else the image's first, else its VOI LUT, else from its smallest to its
 * largest value (PS3.3 C.11.2). Shrinks by averaging.
 */
export function renderFrame(display: DisplayFrame, settings: RenderSettings = {}): RgbaPicture {
  const { header } = display;
  const { width, height } = targetSize(display, settings.height);
  const full = header.kind === 'rgb' ? rgbPixels(display) : grayPixels(display, settings.window);
  return width === header.width && height === header.height
    ? { width, height, data: full }
    : resized({ width: header.width, height: header.height, data: full }, width, height);
}

const MAX_SIDE = 16_384;

function targetSize({ header }: DisplayFrame, wanted: number | undefined): { width: number; height: number } {
  // A pixel that is not square is drawn as wide or high as it is (PS3.3 C.7.6.3.1.7).
  const naturalHeight = header.pixelAspect >= 1 ? header.height * header.pixelAspect : header.height;
  const naturalWidth = header.pixelAspect >= 1 ? header.width : header.width / header.pixelAspect;
  const height = Math.min(MAX_SIDE, Math.max(1, Math.round(wanted ?? naturalHeight)));
  return { height, width: Math.min(MAX_SIDE, Math.max(1, Math.round((naturalWidth * height) / naturalHeight))) };
}

function rgbPixels({ samples, header }: DisplayFrame): Uint8Array {
  const data = new Uint8Array(header.width * header.height * 4);
  for (let pixel = 0; pixel < header.width * header.height; pixel += 1) {
    data[pixel * 4] = samples[pixel * 3] ?? 0;
    data[pixel * 4 + 1] = samples[pixel * 3 + 1] ?? 0;
    data[pixel * 4 + 2] = samples[pixel * 3 + 2] ?? 0;
    data[pixel * 4 + 3] = 255;
  }
  return data;
}

function grayPixels({ samples, header }: DisplayFrame, window: RenderSettings['window']): Uint8Array {
  const map = outputOf(header, window);
  const data = new Uint8Array(header.width * header.height * 4);
  for (let pixel = 0; pixel < header.width * header.height; pixel += 1) {
    const value = map((samples[pixel] ?? 0) * header.slope + header.intercept);
    const shown = header.invert ? 255 - value : value;
    data[pixel * 4] = shown;
    data[pixel * 4 + 1] = shown;
    data[pixel * 4 + 2] = shown;
    data[pixel * 4 + 3] = 255;
  }
  return data;
}

/** From a modality value to 0..255. */
function outputOf(header: DisplayFrame['header'], given: RenderSettings['window']): (value: number) => number {
  const window: Window | undefined = given ? { ...given, explanation: '', function: 'LINEAR' } : header.windows[0];
  if (window) return windowFunction(window);
  const { voiLut, min, max } = header;
  if (voiLut) {
    const last = voiLut.values.length - 1;
    return (value) => voiLut.values[Math.max(0, Math.min(last, Math.round(value) - voiLut.firstMapped))] ?? 0;
  }
  const range = max - min;
  return range === 0 ? () => 0 : (value) => clamp(((value - min) / range) * 255);
}

/** PS3.3 C.11.2.1.2.1 LINEAR, C.11.2.1.3.1 SIGMOID, C.11.2.1.3.2 LINEAR_EXACT; output from 0 to 255. */
export function windowFunction({ center, width, function: rule }: Window): (value: number) => number {
  if (rule === 'SIGMOID') return (value) => clamp(255 / (1 + Math.exp((-4 * (value - center)) / width)));
  if (rule === 'LINEAR_EXACT') {
    return (value) =>
      value <= center - width / 2
        ? 0
        : value > center + width / 2
          ? 255
          : clamp(((value - center) / width + 0.5) * 255);
  }
  const low = center - 0.5 - (width - 1) / 2;
  const high = center - 0.5 + (width - 1) / 2;
  return (value) =>
    value <= low ? 0 : value > high ? 255 : clamp(((value - (center - 0.5)) / (width - 1) + 0.5) * 255);
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}

/** Averages over the area of each target pixel; enlarging repeats the nearest. */
function resized(picture: RgbaPicture, width: number, height: number): RgbaPicture {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    const y0 = Math.floor((y * picture.height) / height);
    const y1 = Math.max(y0 + 1, Math.floor(((y + 1) * picture.height) / height));
    for (let x = 0; x < width; x += 1) {
      const x0 = Math.floor((x * picture.width) / width);
      const x1 = Math.max(x0 + 1, Math.floor(((x + 1) * picture.width) / width));
      average(picture, { x0, x1, y0, y1 }, data, (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

function average(
  picture: RgbaPicture,
  area: { x0: number; x1: number; y0: number; y1: number },
  out: Uint8Array,
  at: number,
): void {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let y = area.y0; y < area.y1; y += 1) {
    for (let x = area.x0; x < area.x1; x += 1) {
      const from = (y * picture.width + x) * 4;
      red += picture.data[from] ?? 0;
      green += picture.data[from + 1] ?? 0;
      blue += picture.data[from + 2] ?? 0;
    }
  }
  const count = (area.x1 - area.x0) * (area.y1 - area.y0);
  out[at] = Math.round(red / count);
  out[at + 1] = Math.round(green / count);
  out[at + 2] = Math.round(blue / count);
  out[at + 3] = 255;
}
