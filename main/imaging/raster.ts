import type { Orientation } from './exif';

/** Samples in memory, interleaved: 8-bit gray or RGB, or 16-bit gray. */
export interface Raster {
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** Whether an orientation swaps width and height. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

/** The same picture with its rows and columns upright. The samples are moved, never changed. */
export function turnUpright(raster: Raster, orientation: Orientation): Raster {
  if (orientation === 1) return raster;
  const { width, height, channels, data } = raster;
  const [outWidth, outHeight] = swapsSides(orientation) ? [height, width] : [width, height];
  const out = data instanceof Uint16Array ? new Uint16Array(data.length) : new Uint8Array(data.length);
  const [start, stepX, stepY] = walk(orientation, width, height);
  let to = 0;
  for (let y = 0; y < outHeight; y += 1) {
    let from = (start + y * stepY) * channels;
    for (let x = 0; x < outWidth; x += 1, from += stepX * channels) {
      for (let channel = 0; channel < channels; channel += 1) out[to++] = data[from + channel] ?? 0;
    }
  }
  return { data: out, width: outWidth, height: outHeight, channels };
}

/** In stored pixels: where the upright picture begins, and the steps to its right and down. */
function walk(orientation: Orientation, width: number, height: number): readonly [number, number, number] {
  const last = width * height - 1;
  switch (orientation) {
    case 2:
      return [width - 1, -1, width];
    case 3:
      return [last, -1, -width];
    case 4:
      return [last - (width - 1), 1, -width];
    case 5:
      return [0, width, 1];
    case 6:
      return [last - (width - 1), -width, 1];
    case 7:
      return [last, -width, -1];
    case 8:
      return [width - 1, width, -1];
    default:
      return [0, 1, width];
  }
}

/** RGB from RGBA; what is transparent lies on white. */
export function flattenRgba(data: Uint8Array | Uint8ClampedArray, width: number, height: number): Raster {
  const out = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < out.length; from += 4) {
    const alpha = data[from + 3] ?? 255;
    for (let channel = 0; channel < 3; channel += 1) {
      const value = data[from + channel] ?? 0;
      out[to++] = alpha === 255 ? value : Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return { data: out, width, height, channels: 3 };
}

/** Shrinks by whole factors, each box to its mean, so that the longer side stays at least `side` (or as it is). */
export function boxShrink(raster: Raster, side: number): Raster {
  const factor = Math.floor(Math.max(raster.width, raster.height) / side);
  const stepX = Math.max(1, Math.min(factor, raster.width));
  const stepY = Math.max(1, Math.min(factor, raster.height));
  if (stepX === 1 && stepY === 1) return raster;
  const width = Math.floor(raster.width / stepX);
  const height = Math.floor(raster.height / stepY);
  const { channels, data } = raster;
  const out =
    data instanceof Uint16Array
      ? new Uint16Array(width * height * channels)
      : new Uint8Array(width * height * channels);
  const sums = new Float64Array(width * channels);
  const row = raster.width * channels;
  for (let y = 0; y < height; y += 1) {
    sums.fill(0);
    for (let line = y * stepY; line < (y + 1) * stepY; line += 1) {
      let from = line * row;
      for (let x = 0; x < width; x += 1) {
        for (let column = 0; column < stepX; column += 1) {
          for (let channel = 0; channel < channels; channel += 1) {
            const sum = x * channels + channel;
            sums[sum] = (sums[sum] ?? 0) + (data[from++] ?? 0);
          }
        }
      }
    }
    for (let index = 0; index < sums.length; index += 1)
      out[y * sums.length + index] = Math.round((sums[index] ?? 0) / (stepX * stepY));
  }
  return { data: out, width, height, channels };
}

/** 8-bit gray from 16-bit gray, the whole range spread over the range that occurs; for thumbnails. */
export function toEightBits(raster: Raster): Raster {
  const { data } = raster;
  if (!(data instanceof Uint16Array)) return raster;
  let low = 65_535;
  let high = 0;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = high > low ? 255 / (high - low) : 0;
  return { ...raster, data: Uint8Array.from(data, (value) => Math.round((value - low) * scale)) };
}

/** RGB from gray; RGB stays. */
export function toRgb(raster: Raster): Raster {
  if (raster.channels === 3) return raster;
  const gray = toEightBits(raster).data;
  const out = new Uint8Array(gray.length * 3);
  for (let from = 0, to = 0; from < gray.length; from += 1) {
    const value = gray[from] ?? 0;
    out[to++] = value;
    out[to++] = value;
    out[to++] = value;
  }
  return { ...raster, data: out, channels: 3 };
}

/** The picture in the upper left corner of a white sheet of the given size. */
export function onSheet(raster: Raster, width: number, height: number): Raster {
  if (raster.width === width && raster.height === height) return raster;
  const { channels, data } = raster;
  const size = width * height * channels;
  const out = data instanceof Uint16Array ? new Uint16Array(size).fill(65_535) : new Uint8Array(size).fill(255);
  const row = raster.width * channels;
  for (let y = 0; y < raster.height; y += 1) out.set(data.subarray(y * row, (y + 1) * row), y * width * channels);
  return { data: out, width, height, channels };
}
