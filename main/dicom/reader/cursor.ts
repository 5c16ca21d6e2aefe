import type { ByteSource } from '../model';

/** Small reads are served from a window of this size, so that skipping through a large file reads little of it. */
const WINDOW = 16 * 1024;

/** Reads numbers at positions of a source. The caller checks that the bytes are there (`has`). */
export class Cursor {
  private window: DataView;
  private start = 0;

  constructor(readonly source: ByteSource) {
    this.window = view(source.bytes(0, WINDOW));
  }

  get size(): number {
    return this.source.size;
  }

  has(position: number, length: number): boolean {
    return position >= 0 && position + length <= this.source.size;
  }

  u8(position: number): number {
    return this.at(position, 1).getUint8(position - this.start);
  }

  u16(position: number, littleEndian: boolean): number {
    return this.at(position, 2).getUint16(position - this.start, littleEndian);
  }

  u32(position: number, littleEndian: boolean): number {
    return this.at(position, 4).getUint32(position - this.start, littleEndian);
  }

  /** A tag: group and element are two numbers of the byte order. */
  tag(position: number, littleEndian: boolean): number {
    return this.u16(position, littleEndian) * 0x10000 + this.u16(position + 2, littleEndian);
  }

  private at(position: number, length: number): DataView {
    if (position < this.start || position + length > this.start + this.window.byteLength) {
      this.window = view(this.source.bytes(position, Math.max(WINDOW, length)));
      this.start = position;
    }
    return this.window;
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
