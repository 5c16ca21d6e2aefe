import { crc32 as zlibCrc32, deflateSync } from 'node:zlib';
import type { RgbaPicture } from './render';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const GRAY = 0;
const RGB = 2;

/** A picture as PNG (ISO/IEC 15948), 8 bits a sample; gray where all pixels are. The alpha channel is left out. */
export function encodePng(picture: RgbaPicture): Uint8Array {
  const { width, height, data } = picture;
  const gray = isGray(data);
  const channels = gray ? 1 : 3;
  const raw = new Uint8Array(height * (1 + width * channels));
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    raw[at++] = 0; // filter: none
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < channels; channel += 1) raw[at++] = data[(y * width + x) * 4 + channel] ?? 0;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, gray ? GRAY : RGB, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw, { level: 6 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

function isGray(data: Uint8Array): boolean {
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  }
  return true;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const bytes = Buffer.alloc(typed.length + 8);
  bytes.writeUInt32BE(content.length, 0);
  typed.copy(bytes, 4);
  bytes.writeUInt32BE(zlibCrc32(typed), typed.length + 4);
  return bytes;
}
