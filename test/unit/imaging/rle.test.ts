import { describe, expect, it } from 'vitest';
import { encodeRle } from '../../../main/imaging/rle';

/** The decoder of PS3.5 G.3.2, written from its text. */
function unpack(frame: Uint8Array, expected: number): Uint8Array[] {
  const header = new DataView(frame.buffer, frame.byteOffset, 64);
  const count = header.getUint32(0, true);
  return Array.from({ length: count }, (_, index) => {
    let at = header.getUint32(4 + index * 4, true);
    const out: number[] = [];
    while (out.length < expected) {
      const code = ((frame[at] ?? 0) << 24) >> 24;
      if (code >= 0) out.push(...frame.subarray(at + 1, at + 2 + code));
      else if (code !== -128) out.push(...new Array<number>(1 - code).fill(frame[at + 1] ?? 0));
      at += code >= 0 ? code + 2 : code === -128 ? 1 : 2;
    }
    return Uint8Array.from(out);
  });
}

describe('encodeRle', () => {
  it('makes one segment a sample and gives the samples back', () => {
    const [width, height] = [300, 5];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, index) =>
      index % 3 === 0 ? 7 : index % 3 === 1 ? index * 31 : Math.floor(index / 400),
    );
    const frame = encodeRle(data, width, height, 3);
    const planes = unpack(frame, width * height);
    expect(planes).toHaveLength(3);
    planes.forEach((plane, sample) => expect(plane).toEqual(data.filter((_, index) => index % 3 === sample)));
    expect(frame.length % 2).toBe(0);
  });

  it('splits 16-bit samples into high and low bytes', () => {
    const data = Uint16Array.from({ length: 256 * 4 }, (_, index) => index * 61);
    const [high, low] = unpack(encodeRle(data, 256, 4, 1), data.length);
    expect(high).toEqual(Uint8Array.from(data, (value) => value >> 8));
    expect(low).toEqual(Uint8Array.from(data, (value) => value & 255));
  });

  it('survives every short pattern of runs', () => {
    for (let pattern = 0; pattern < 4 ** 6; pattern += 1) {
      const row = Uint8Array.from({ length: 6 }, (_, index) => (pattern >> (index * 2)) & 3);
      expect(unpack(encodeRle(row, 6, 1, 1), 6)[0]).toEqual(row);
    }
  });

  it('keeps runs within a row and shrinks flat pictures well', () => {
    const flat = encodeRle(new Uint8Array(1024 * 64), 1024, 64, 1);
    expect(flat.length).toBe(64 + 64 * (1024 / 128) * 2);
  });
});
