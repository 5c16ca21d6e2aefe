import { latin1, u16, u32 } from './bytes';

/** What the boxes of a HEIF file (HEIC, AVIF; ISO/IEC 23008-12) say about its primary picture. */
export interface HeifFacts {
  /** Coded size, before rotation; undefined when the file does not say. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Rotation and mirroring as an Exif orientation, 1 to 8. The decoder applies it by itself. */
  readonly orientation: number;
  /** The TIFF structure of the Exif item. */
  readonly exif: Uint8Array | undefined;
}

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const MAX_BOXES = 4096;
const MAX_ITEMS = 65_536;

/** Reads the boxes within bounds; undefined when there is no meta box. Never throws. */
export function readHeif(bytes: Uint8Array): HeifFacts | undefined {
  const meta = boxes(bytes, 0, bytes.length).find((box) => box.type === 'meta');
  if (meta === undefined) return undefined;
  const inner = boxes(bytes, meta.start + 4, meta.end);
  const find = (type: string): Box | undefined => inner.find((box) => box.type === type);
  const pitm = find('pitm');
  const primary = pitm === undefined ? undefined : (bytes[pitm.start] === 0 ? u16 : u32)(bytes, pitm.start + 4);
  const iprp = find('iprp');
  const properties = iprp === undefined || primary === undefined ? [] : propertiesOf(bytes, iprp, primary);
  const ispe = properties.find((box) => box.type === 'ispe');
  const iinf = find('iinf');
  const iloc = find('iloc');
  const exifItem = iinf === undefined ? undefined : itemOfType(bytes, iinf, 'Exif');
  return {
    width: ispe && u32(bytes, ispe.start + 4),
    height: ispe && u32(bytes, ispe.start + 8),
    orientation: orientationOf(bytes, properties),
    exif: iloc === undefined || exifItem === undefined ? undefined : exifData(bytes, iloc, exifItem, find('idat')),
  };
}

function boxes(bytes: Uint8Array, from: number, to: number): readonly Box[] {
  const found: Box[] = [];
  for (let at = from; at + 8 <= to && found.length < MAX_BOXES;) {
    const short = u32(bytes, at);
    if (short === undefined) break;
    const header = short === 1 ? 16 : 8;
    const long = short === 1 ? (u32(bytes, at + 8) ?? 0) * 2 ** 32 + (u32(bytes, at + 12) ?? 0) : short;
    const size = short === 0 ? to - at : long;
    if (size < header || at + size > to) break;
    found.push({ type: latin1(bytes, at + 4, 4), start: at + header, end: at + size });
    at += size;
  }
  return found;
}

/** The properties of an item, in the order of their association (ISO/IEC 23008-12 9.3). */
function propertiesOf(bytes: Uint8Array, iprp: Box, item: number): readonly Box[] {
  const inner = boxes(bytes, iprp.start, iprp.end);
  const ipco = inner.find((box) => box.type === 'ipco');
  if (ipco === undefined) return [];
  const all = boxes(bytes, ipco.start, ipco.end);
  const found: Box[] = [];
  for (const ipma of inner.filter((box) => box.type === 'ipma')) {
    const wide = ((bytes[ipma.start + 3] ?? 0) & 1) === 1;
    const longIds = (bytes[ipma.start] ?? 0) >= 1;
    const entries = Math.min(u32(bytes, ipma.start + 4) ?? 0, MAX_ITEMS);
    let at = ipma.start + 8;
    for (let entry = 0; entry < entries && at < ipma.end; entry += 1) {
      const id = longIds ? u32(bytes, at) : u16(bytes, at);
      at += longIds ? 4 : 2;
      const count = bytes[at] ?? 0;
      at += 1;
      for (let index = 0; index < count; index += 1, at += wide ? 2 : 1) {
        const number = wide ? (u16(bytes, at) ?? 0) & 0x7fff : (bytes[at] ?? 0) & 0x7f;
        const property = all[number - 1];
        if (id === item && property !== undefined) found.push(property);
      }
    }
  }
  return found;
}

/** irot (quarter turns against the clock) and imir (mirror axis), applied in their order, as one Exif orientation. */
function orientationOf(bytes: Uint8Array, properties: readonly Box[]): number {
  // The state is: mirror left-right first (or not), then quarter turns clockwise.
  let mirrored = false;
  let turns = 0;
  for (const property of properties) {
    const value = bytes[property.start] ?? 0;
    if (property.type === 'irot') turns = (turns + 4 - (value & 3)) % 4;
    if (property.type === 'imir') {
      // Axis 1 swaps left and right; axis 0 swaps top and bottom, which is left-right and a half turn.
      mirrored = !mirrored;
      turns = (4 - turns + ((value & 1) === 1 ? 0 : 2)) % 4;
    }
  }
  const orientation = (mirrored ? [2, 7, 4, 5] : [1, 6, 3, 8])[turns];
  return orientation ?? 1;
}

function itemOfType(bytes: Uint8Array, iinf: Box, type: string): number | undefined {
  const countSize = bytes[iinf.start] === 0 ? 2 : 4;
  for (const infe of boxes(bytes, iinf.start + 4 + countSize, iinf.end)) {
    const version = bytes[infe.start] ?? 0;
    if (infe.type !== 'infe' || version < 2) continue;
    const idSize = version === 2 ? 2 : 4;
    const id = version === 2 ? u16(bytes, infe.start + 4) : u32(bytes, infe.start + 4);
    if (latin1(bytes, infe.start + 4 + idSize + 2, 4) === type) return id;
  }
  return undefined;
}

/** The first extent of an item (ISO/IEC 14496-12 8.11.3), behind the offset that precedes the TIFF header. */
function exifData(bytes: Uint8Array, iloc: Box, item: number, idat: Box | undefined): Uint8Array | undefined {
  const version = bytes[iloc.start] ?? 0;
  const sizes = u16(bytes, iloc.start + 4) ?? 0;
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  let at = iloc.start + 6;
  const take = (size: number): number => {
    let value = 0;
    for (let end = at + size; at < end; at += 1) value = value * 256 + (bytes[at] ?? 0);
    return value;
  };
  const count = take(version < 2 ? 2 : 4);
  for (let entry = 0; entry < count && at < iloc.end; entry += 1) {
    const id = take(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : take(2) & 15;
    take(2);
    const base = take(baseSize);
    const extents = take(2);
    for (let extent = 0; extent < extents && at < iloc.end; extent += 1) {
      take(indexSize);
      const start = (method === 1 ? (idat?.start ?? Number.MAX_SAFE_INTEGER) : 0) + base + take(offsetSize);
      const length = take(lengthSize);
      if (id !== item || method > 1) continue;
      const skip = u32(bytes, start);
      return skip === undefined ? undefined : bytes.subarray(start + 4 + skip, start + length);
    }
  }
  return undefined;
}
