import type { ByteSource } from './model';
import { concat } from './writer/encode';

/** A source over bytes in memory; what it gives are views. */
export class BufferSource implements ByteSource {
  readonly size: number;

  constructor(private readonly buffer: Uint8Array) {
    this.size = buffer.length;
  }

  bytes(offset: number, length: number): Uint8Array {
    return this.buffer.subarray(Math.min(offset, this.size), Math.min(offset + Math.max(0, length), this.size));
  }
}

/** A source over bytes in memory that lie in several places and belong one behind the other. */
export class PartsSource implements ByteSource {
  readonly size: number;

  constructor(private readonly parts: readonly Uint8Array[]) {
    this.size = parts.reduce((sum, part) => sum + part.length, 0);
  }

  /** A view where the bytes lie in one place, else a copy. */
  bytes(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + Math.max(0, length), this.size);
    const found: Uint8Array[] = [];
    let start = 0;
    for (const part of this.parts) {
      const from = Math.max(0, offset - start);
      const to = Math.min(part.length, end - start);
      if (from < to) found.push(part.subarray(from, to));
      start += part.length;
    }
    const [only] = found;
    return only && found.length === 1 ? only : concat(found);
  }
}
