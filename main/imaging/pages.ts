import { decodePage, readHeader, type PhotoHeader } from './decode';
import type { PhotoKind } from './detect';
import { checkSize } from './limits';
import { onSheet, toRgb, type Raster } from './raster';

export interface Pages {
  /** All of one size and type. */
  readonly frames: readonly [Raster, ...Raster[]];
  readonly notes: readonly string[];
}

/**
 * Decodes every page or frame, upright. Pages of different sizes are laid onto white sheets of the largest size, pages
 * of different types become the richest type, so that they fit into one multi-frame object and none is lost.
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export async function decodePages(bytes: Uint8Array, kind: PhotoKind, header: PhotoHeader): Promise<Pages> {
  const first = await decodePage(bytes, kind, header, 0);
  const rest: Raster[] = [];
  let most = { width: first.width, height: first.height };
  for (let page = 1; page < header.pages; page += 1) {
    const own = kind === 'tiff' ? await readHeader(bytes, kind, page) : header;
    const raster = await decodePage(bytes, kind, own, page);
    most = { width: Math.max(most.width, raster.width), height: Math.max(most.height, raster.height) };
    checkSize(most.width, most.height, header.pages);
    rest.push(raster);
  }
  const all = [first, ...rest];
  const notes: string[] = [];
  if (all.some(({ width, height }) => width !== most.width || height !== most.height)) {
    notes.push('Smaller pages lie in the upper left corner of a white sheet.');
  }
  const colour = all.some(({ channels }) => channels === 3);
  const deep = all.some(({ data }) => data instanceof Uint16Array);
  if (colour && deep) notes.push('16-bit gray pages were reduced to 8 bits beside colour pages.');
  const alike = (raster: Raster): Raster =>
    onSheet(colour ? toRgb(raster) : deep ? toSixteenBits(raster) : raster, most.width, most.height);
  return { frames: [alike(first), ...rest.map(alike)], notes };
}

/** 0 to 255 as 0 to 65535. */
function toSixteenBits(raster: Raster): Raster {
  return raster.data instanceof Uint16Array
    ? raster
    : { ...raster, data: Uint16Array.from(raster.data, (value) => value * 257) };
}
