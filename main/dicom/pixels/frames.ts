import { FieldboxError } from '@shared/errors';
import type { ByteRange, DicomFile, Element } from '../model';
import { Tags } from '../tags';
import type { PixelDescription } from './description';

/** The pixel data element, of whichever kind. Throws NO_PIXELS. */
export function pixelElement(file: DicomFile): Element {
  for (const tag of [Tags.PixelData, Tags.FloatPixelData, Tags.DoubleFloatPixelData]) {
    const element = file.dataset.element(tag);
    if (element) return element;
  }
  throw new FieldboxError('NO_PIXELS');
}

/** Throws NO_SUCH_FRAME unless the frame (counted from 0) exists. */
export function requireFrame(description: PixelDescription, frame: number): void {
  if (!Number.isInteger(frame) || frame < 0 || frame >= description.frames) {
    throw new FieldboxError('NO_SUCH_FRAME', { frame: frame + 1, frames: description.frames });
  }
}

/** Bytes of one frame as they are coded. Throws NO_SUCH_FRAME, PIXELS_DAMAGED. */
export function encapsulatedFrame(file: DicomFile, description: PixelDescription, frame: number): Uint8Array {
  requireFrame(description, frame);
  const fragments = frameFragments(file, description, frame);
  if (fragments.length === 0) throw new FieldboxError('PIXELS_DAMAGED');
  const total = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const fragment of fragments) {
    const part = file.dataset.source.bytes(fragment.offset, fragment.length);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Which fragments make up a frame (PS3.5 A.4): by the Extended Offset Table, by the Basic Offset Table, one each, all of them
 * for a single frame, and where none of these says it, by where coded images begin.
 */
function frameFragments(file: DicomFile, description: PixelDescription, frame: number): readonly ByteRange[] {
  const all = pixelElement(file).fragments ?? [];
  const [table, ...fragments] = all;
  if (!table) throw new FieldboxError('PIXELS_DAMAGED');
  if (description.frames === 1) return fragments;
  const starts = extendedOffsets(file) ?? basicOffsets(file, table);
  if (starts.length >= description.frames) {
    const base = table.offset + table.length;
    const from = starts[frame] ?? 0;
    const to = starts[frame + 1] ?? Number.POSITIVE_INFINITY;
    const found = fragments.filter((fragment) => fragment.offset - 8 - base >= from && fragment.offset - 8 - base < to);
    if (found.length > 0) return found;
  }
  if (fragments.length === description.frames) return fragments.slice(frame, frame + 1);
  if (fragments.length < description.frames) return fragments.slice(frame, frame + 1);
  const beginnings = fragments.flatMap((fragment, index) => (beginsImage(file, fragment) ? [index] : []));
  const first = beginnings[frame];
  return first === undefined ? [] : fragments.slice(first, beginnings[frame + 1] ?? fragments.length);
}

function basicOffsets(file: DicomFile, table: ByteRange): number[] {
  const bytes = file.dataset.source.bytes(table.offset, table.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets: number[] = [];
  for (let at = 0; at + 4 <= view.byteLength; at += 4) offsets.push(view.getUint32(at, true));
  return offsets;
}

/** PS3.3 C.7.6.3.1.8: 64-bit offsets of the first byte of each frame's item. */
function extendedOffsets(file: DicomFile): readonly number[] | null {
  const bytes = file.dataset.bytes(Tags.ExtendedOffsetTable);
  if (!bytes || bytes.length < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets: number[] = [];
  for (let at = 0; at + 8 <= view.byteLength; at += 8) offsets.push(Number(view.getBigUint64(at, true)));
  return offsets;
}

/** Whether a fragment begins a coded image: SOI (JPEG, JPEG-LS), SOC and SIZ (JPEG 2000), or the header of RLE (PS3.5 annex G). */
function beginsImage(file: DicomFile, fragment: ByteRange): boolean {
  const head = file.dataset.source.bytes(fragment.offset, Math.min(64, fragment.length));
  if (head[0] === 0xff && (head[1] === 0xd8 || (head[1] === 0x4f && head[2] === 0xff && head[3] === 0x51))) return true;
  if (head.length < 64) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const segments = view.getUint32(0, true);
  return segments >= 1 && segments <= 15 && view.getUint32(4, true) === 64;
}
