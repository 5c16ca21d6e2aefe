import { FieldboxError } from '@shared/errors';
import { u16, u32 } from './bytes';
import { checkSize } from './limits';
import type { Raster } from './raster';

interface BitmapHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly pixels: number;
  /** Where the palette begins, and the bytes of one of its entries. */
  readonly palette: number;
  readonly entry: number;
  readonly masks: readonly [number, number, number];
}

const RGB = 0;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;

/**
 * Size of a Windows bitmap, checked.
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export function readBmp(bytes: Uint8Array): { width: number; height: number } {
  const { width, height } = header(bytes);
  return { width, height };
}

/**
 * Decodes an uncompressed Windows bitmap of 1, 4, 8, 16, 24 or 32 bits a pixel; the fourth channel is not looked at, for
 * few programs that write one mean it.
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export function decodeBmp(bytes: Uint8Array): Raster {
  const facts = header(bytes);
  const { width, height, bits } = facts;
  const row = Math.ceil((width * bits) / 32) * 4;
  if (facts.pixels + row * height > bytes.length) throw new FieldboxError('PHOTO_DAMAGED');
  const out = new Uint8Array(width * height * 3);
  const write = bits <= 8 ? indexed(bytes, facts) : bits === 24 ? plain(bytes) : masked(bytes, facts);
  for (let y = 0; y < height; y += 1) {
    const from = facts.pixels + (facts.topDown ? y : height - 1 - y) * row;
    for (let x = 0; x < width; x += 1) write(from, x, out, (y * width + x) * 3);
  }
  return { data: out, width, height, channels: 3 };
}

type PixelWriter = (row: number, x: number, out: Uint8Array, to: number) => void;

function header(bytes: Uint8Array): BitmapHeader {
  const size = u32(bytes, 14, true) ?? 0;
  const old = size === 12;
  const width = (old ? u16(bytes, 18, true) : signed(bytes, 18)) ?? 0;
  const height = (old ? u16(bytes, 20, true) : signed(bytes, 22)) ?? 0;
  const bits = u16(bytes, old ? 24 : 28, true) ?? 0;
  const compression = old ? RGB : (u32(bytes, 30, true) ?? RGB);
  const withMasks = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (![1, 4, 8, 16, 24, 32].includes(bits) || (compression !== RGB && !(withMasks && (bits === 16 || bits === 32)))) {
    throw new FieldboxError('PHOTO_UNSUPPORTED', { format: `BMP ${bits}/${compression}` });
  }
  checkSize(width, Math.abs(height));
  const usual: readonly [number, number, number] = bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  const own: readonly [number, number, number] = [
    u32(bytes, 54, true) ?? 0,
    u32(bytes, 58, true) ?? 0,
    u32(bytes, 62, true) ?? 0,
  ];
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    pixels: u32(bytes, 10, true) ?? 0,
    palette: 14 + size,
    entry: old ? 3 : 4,
    masks: withMasks ? own : usual,
  };
}

function signed(bytes: Uint8Array, at: number): number | undefined {
  const value = u32(bytes, at, true);
  return value === undefined ? undefined : value | 0;
}

function indexed(bytes: Uint8Array, { bits, palette, entry }: BitmapHeader): PixelWriter {
  return (row, x, out, to) => {
    const place = x * bits;
    const index = ((bytes[row + (place >> 3)] ?? 0) >> (8 - bits - (place & 7))) & ((1 << bits) - 1);
    const at = palette + index * entry;
    out[to] = bytes[at + 2] ?? 0;
    out[to + 1] = bytes[at + 1] ?? 0;
    out[to + 2] = bytes[at] ?? 0;
  };
}

function plain(bytes: Uint8Array): PixelWriter {
  return (row, x, out, to) => {
    const at = row + x * 3;
    out[to] = bytes[at + 2] ?? 0;
    out[to + 1] = bytes[at + 1] ?? 0;
    out[to + 2] = bytes[at] ?? 0;
  };
}

function masked(bytes: Uint8Array, { bits, masks }: BitmapHeader): PixelWriter {
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { shift, most: mask >>> shift };
  });
  return (row, x, out, to) => {
    const value = (bits === 16 ? u16(bytes, row + x * 2, true) : u32(bytes, row + x * 4, true)) ?? 0;
    channels.forEach(({ shift, most }, channel) => {
      out[to + channel] = most === 0 ? 0 : Math.round((((value >>> shift) & most) * 255) / most);
    });
  };
}
