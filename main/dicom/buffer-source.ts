import type { ByteSource } from './model';

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
