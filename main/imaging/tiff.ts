import { latin1, u16, u32 } from './bytes';

/** One entry of a TIFF directory (TIFF 6.0 section 2). */
export interface TiffEntry {
  readonly type: number;
  readonly count: number;
  /** Where the value lies, counted from the TIFF header. */
  readonly at: number;
}

export type TiffDirectory = ReadonlyMap<number, TiffEntry>;

const TYPE_SIZES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  129: 1,
};
const MAX_ENTRIES = 1024;

/**
 * A bounded reader of TIFF structures, as in TIFF files and in Exif. Whatever lies outside of the bytes, overlaps or has
 * an unknown type is left out; nothing throws.
 */
export class TiffReader {
  private constructor(
    readonly bytes: Uint8Array,
    readonly little: boolean,
    readonly first: number,
  ) {}

  /** A reader, or undefined when the bytes do not begin with a TIFF header. */
  static open(bytes: Uint8Array): TiffReader | undefined {
    const order = latin1(bytes, 0, 2);
    if (order !== 'II' && order !== 'MM') return undefined;
    const little = order === 'II';
    const first = u32(bytes, 4, little);
    if (u16(bytes, 2, little) !== 42 || first === undefined || first < 8) return undefined;
    return new TiffReader(bytes, little, first);
  }

  directory(at: number): TiffDirectory {
    const entries = new Map<number, TiffEntry>();
    const count = Math.min(u16(this.bytes, at, this.little) ?? 0, MAX_ENTRIES);
    for (let index = 0; index < count; index += 1) {
      const place = at + 2 + index * 12;
      const tag = u16(this.bytes, place, this.little);
      const type = u16(this.bytes, place + 2, this.little) ?? 0;
      const values = u32(this.bytes, place + 4, this.little);
      const size = (TYPE_SIZES[type] ?? 0) * (values ?? 0);
      const where = size <= 4 ? place + 8 : u32(this.bytes, place + 8, this.little);
      if (tag === undefined || values === undefined || where === undefined || size === 0) continue;
      if (where + size <= this.bytes.length && !entries.has(tag)) entries.set(tag, { type, count: values, at: where });
    }
    return entries;
  }

  /** Every directory of the chain, one a page; at most `limit`, loops broken. */
  pages(limit: number): readonly TiffDirectory[] {
    const pages: TiffDirectory[] = [];
    const seen = new Set<number>();
    for (let at = this.first; at >= 8 && at < this.bytes.length && !seen.has(at) && pages.length < limit;) {
      seen.add(at);
      pages.push(this.directory(at));
      at = u32(this.bytes, at + 2 + (u16(this.bytes, at, this.little) ?? 0) * 12, this.little) ?? 0;
    }
    return pages;
  }

  /** First value of a BYTE, SHORT, LONG or IFD entry. */
  number(directory: TiffDirectory, tag: number): number | undefined {
    const entry = directory.get(tag);
    if (entry === undefined) return undefined;
    if (entry.type === 1) return this.bytes[entry.at];
    if (entry.type === 3) return u16(this.bytes, entry.at, this.little);
    return entry.type === 4 || entry.type === 13 ? u32(this.bytes, entry.at, this.little) : undefined;
  }

  /** An ASCII or UTF-8 entry up to its first NUL, control characters removed, at most `limit` characters. */
  text(directory: TiffDirectory, tag: number, limit: number): string | undefined {
    const entry = directory.get(tag);
    if (entry === undefined || (entry.type !== 2 && entry.type !== 129)) return undefined;
    const raw = this.bytes.subarray(entry.at, entry.at + Math.min(entry.count, limit * 4));
    const end = raw.indexOf(0);
    const value = decodeText(end === -1 ? raw : raw.subarray(0, end));
    const clean = value.replace(/[\p{Cc}\p{Cf}\uFFFD]+/gu, ' ').trim();
    return clean === '' ? undefined : Array.from(clean).slice(0, limit).join('').trim();
  }
}

/** UTF-8 where it is valid, else one character a byte. */
function decodeText(bytes: Uint8Array): string {
  const utf8 = new TextDecoder('utf-8').decode(bytes);
  return utf8.includes('\uFFFD') ? new TextDecoder('windows-1252').decode(bytes) : utf8;
}
