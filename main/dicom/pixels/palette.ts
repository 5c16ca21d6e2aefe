import { FieldboxError } from '@shared/errors';
import type { DataSetView, Tag } from '../model';
import { Tags } from '../tags';

/** A palette as 8-bit colours: entry i is the colour of stored value `first + i`. */
export interface Palette {
  readonly first: number;
  readonly red: Uint8Array;
  readonly green: Uint8Array;
  readonly blue: Uint8Array;
}

/**
 * The Palette Color Lookup Tables (PS3.3 C.7.6.3.1.5 and .6), segmented ones unfolded (C.7.9.2). @param signed whether the
 * stored values have a sign, and with them the first value mapped. Throws PIXELS_DAMAGED.
 */
export function readPalette(dataset: DataSetView, signed: boolean): Palette {
  const red = channel(
    dataset,
    Tags.RedPaletteColorLookupTableDescriptor,
    Tags.RedPaletteColorLookupTableData,
    Tags.SegmentedRedPaletteColorLookupTableData,
  );
  const green = channel(
    dataset,
    Tags.GreenPaletteColorLookupTableDescriptor,
    Tags.GreenPaletteColorLookupTableData,
    Tags.SegmentedGreenPaletteColorLookupTableData,
  );
  const blue = channel(
    dataset,
    Tags.BluePaletteColorLookupTableDescriptor,
    Tags.BluePaletteColorLookupTableData,
    Tags.SegmentedBluePaletteColorLookupTableData,
  );
  return {
    first: signed ? (red.first << 16) >> 16 : red.first,
    red: red.colours,
    green: green.colours,
    blue: blue.colours,
  };
}

function channel(
  dataset: DataSetView,
  descriptor: Tag,
  data: Tag,
  segmented: Tag,
): { first: number; colours: Uint8Array } {
  const [count = 0, first = 0, bits = 16] = dataset.numbers(descriptor);
  const entries = count & 0xffff || 65_536; // a descriptor that was written with a sign says the same
  const plain = dataset.bytes(data);
  if (plain && plain.length > 0)
    return { first, colours: toBytes(entriesOf(plain, entries, bits, dataset.littleEndian), entries, bits) };
  const folded = dataset.bytes(segmented);
  if (!folded || folded.length === 0) throw new FieldboxError('PIXELS_DAMAGED');
  return { first, colours: toBytes(unfold(words(folded, bits, dataset.littleEndian), entries, bits), entries, bits) };
}

/** Entries of 8 bits may be packed two a word or stand one a word (both are found, PS3.3 C.7.6.3.1.6). */
function entriesOf(bytes: Uint8Array, entries: number, bits: number, little: boolean): number[] {
  return words(bytes, bits === 8 && bytes.length < entries * 2 ? 8 : 16, little);
}

function words(bytes: Uint8Array, bits: number, little: boolean): number[] {
  // Two entries of 8 bits in a word, the first one in its low byte (PS3.3 C.7.6.3.1.6).
  if (bits === 8) return [...(little || bytes.length % 2 === 1 ? bytes : Buffer.from(bytes).swap16())];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 1 }, (_, index) => view.getUint16(index * 2, little));
}

/** 16-bit entries keep their high byte; a table that says 16 bits but holds small values only is one of 8 bits. */
function toBytes(values: readonly number[], entries: number, bits: number): Uint8Array {
  const wide = bits > 8 && values.some((value) => value > 255);
  const colours = new Uint8Array(entries);
  for (let i = 0; i < entries; i += 1) {
    const value = values[Math.min(i, values.length - 1)] ?? 0;
    colours[i] = wide ? value >> 8 : value;
  }
  return colours;
}

/** Discrete (0), linear (1) and indirect (2) segments (PS3.3 C.7.9.2). */
function unfold(data: readonly number[], entries: number, bits: number): number[] {
  const out: number[] = [];
  const run = (from: number, segments: number, nested: boolean): void => {
    let at = from;
    for (let done = 0; at + 1 < data.length && done < segments && out.length < entries; done += 1) {
      const code = data[at] ?? 0;
      const length = data[at + 1] ?? 0;
      at += 2;
      if (code === 0) {
        out.push(...data.slice(at, at + length));
        at += length;
      } else if (code === 1) {
        const start = out.at(-1) ?? 0;
        const end = data[at] ?? 0;
        for (let i = 1; i <= length; i += 1) out.push(Math.round(start + ((end - start) * i) / length));
        at += 1;
      } else if (code === 2 && !nested) {
        // A copy of earlier segments, none of which is a copy itself (C.7.9.2.3).
        run(segmentOffset(data, at, bits), length, true);
        at += bits === 8 ? 4 : 2;
      } else {
        throw new FieldboxError('PIXELS_DAMAGED');
      }
    }
  };
  run(0, Number.POSITIVE_INFINITY, false);
  return out;
}

/** The 32-bit byte offset of an indirect segment, least significant part first, as an index of entries. */
function segmentOffset(data: readonly number[], at: number, bits: number): number {
  const parts = data.slice(at, at + (bits === 8 ? 4 : 2));
  const bytes = parts.reduce((sum, part, index) => sum + part * 2 ** (index * (bits === 8 ? 8 : 16)), 0);
  return bits === 8 ? bytes : bytes >>> 1;
}
