/** Thrown when the coded data end or hold a code that is in no table. */
export class CodedDataError extends Error {}

/** A Huffman table (ITU-T T.81 annex C): codes of up to 16 bits. */
export class HuffmanTable {
  private readonly maxCode = new Int32Array(18).fill(-1);
  private readonly offset = new Int32Array(17);

  constructor(
    counts: Uint8Array,
    private readonly symbols: Uint8Array,
  ) {
    let code = 0;
    let index = 0;
    for (let length = 1; length <= 16; length += 1) {
      const count = counts[length - 1] ?? 0;
      this.offset[length] = index - code;
      index += count;
      code += count;
      this.maxCode[length] = count > 0 ? code - 1 : -1;
      code <<= 1;
    }
  }

  read(bits: BitReader): number {
    let code = 0;
    for (let length = 1; length <= 16; length += 1) {
      code = (code << 1) | bits.bit();
      const max = this.maxCode[length] ?? -1;
      if (max >= 0 && code <= max && code + (this.offset[length] ?? 0) >= 0) {
        const symbol = this.symbols[code + (this.offset[length] ?? 0)];
        if (symbol !== undefined) return symbol;
      }
    }
    throw new CodedDataError('a code is in no table');
  }
}

/** Reads entropy-coded bits; stops at markers, and skips the zero stuffed behind FF (T.81 F.1.2.3). */
export class BitReader {
  private buffer = 0;
  private count = 0;

  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  bit(): number {
    if (this.count === 0) this.fill();
    this.count -= 1;
    return (this.buffer >> this.count) & 1;
  }

  bits(length: number): number {
    let value = 0;
    for (let i = 0; i < length; i += 1) value = (value << 1) | this.bit();
    return value;
  }

  /** RECEIVE and EXTEND (T.81 F.2.2.1). */
  signed(length: number): number {
    if (length === 0) return 0;
    const value = this.bits(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** Leaves the rest of the byte and steps over a restart marker, if one stands here. */
  restart(): void {
    this.count = 0;
    while (this.at + 1 < this.bytes.length && this.bytes[this.at] === 0xff && this.bytes[this.at + 1] === 0xff)
      this.at += 1;
    const marker = this.bytes[this.at] === 0xff ? (this.bytes[this.at + 1] ?? 0) : 0;
    if (marker >= 0xd0 && marker <= 0xd7) this.at += 2;
  }

  private fill(): void {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new CodedDataError('the coded data end');
    if (byte === 0xff) {
      const next = this.bytes[this.at + 1];
      if (next !== 0) throw new CodedDataError('a marker stands where data should be');
      this.at += 1;
    }
    this.at += 1;
    this.buffer = byte;
    this.count = 8;
  }
}
