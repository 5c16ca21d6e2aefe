import type { DicomFile, Element } from '../model';
import { Tags } from '../tags';
import { swapped } from '../transcode/byte-order';
import { itemHeader, explicitHeader, padded, UNDEFINED_LENGTH } from '../writer/encode';
import { isJpegCoded, withoutRemarks } from './jpeg-segments';

const OVERLAY_BIT_POSITION = 0x0102;

/** Pixel data as they are, ready to be written behind an explicit VR little endian data set; [] when there are none. */
export function pixelElementBytes(file: DicomFile): Uint8Array[] {
  const { dataset } = file;
  const element = dataset.element(Tags.PixelData);
  if (!element) return [];
  if (element.fragments) return encapsulated(file, element, element.fragments);
  const allocated = dataset.number(Tags.BitsAllocated) ?? 8;
  // A view of the source: copied only where something changes.
  const view = dataset.source.bytes(element.offset, element.length);
  const isChanged = !dataset.littleEndian || hasOverlayInPixels(file);
  const bytes = isChanged ? view.slice() : view;
  const size = allocated > 8 ? allocated / 8 : element.vr === 'OW' ? 2 : 1;
  if (!dataset.littleEndian) swapped(bytes, size);
  if (hasOverlayInPixels(file)) clearUnused(bytes, file, allocated);
  return native(bytes, allocated > 8 || !dataset.explicitVR || element.vr !== 'OB' ? 'OW' : 'OB');
}

/** Native pixel data with their header (PS3.5 A.2). */
export function native(bytes: Uint8Array, vr: 'OB' | 'OW' | 'OF' | 'OD', tag: number = Tags.PixelData): Uint8Array[] {
  const even = padded('OB', bytes);
  return [explicitHeader(tag, vr, even.length), even];
}

/**
 * Offset table and fragments one by one as they were, so that the offsets stay right (PS3.5 A.4); where a JPEG carried remarks
 * (Exif, comments) its fragment is shorter, and the table is left empty.
 */
function encapsulated(file: DicomFile, element: Element, fragments: NonNullable<Element['fragments']>): Uint8Array[] {
  const isJpeg = isJpegCoded(file);
  const holdsSeveral = (file.dataset.number(Tags.NumberOfFrames) ?? 1) > fragments.length - 1;
  const parts = fragments.map(({ offset, length }, index) => {
    const bytes = file.dataset.source.bytes(offset, length).slice();
    return padded('OB', isJpeg && index > 0 ? withoutRemarks(bytes, holdsSeveral) : bytes);
  });
  if (fragments.slice(1).some(({ length }, index) => parts[index + 1]?.length !== length)) parts[0] = new Uint8Array();
  return [
    explicitHeader(element.tag, 'OB', UNDEFINED_LENGTH),
    ...parts.flatMap((part) => [itemHeader(Tags.Item, part.length), part]),
    itemHeader(Tags.SequenceDelimitationItem, 0),
  ];
}

/** Retired: an overlay in bits of the pixels that the image does not use (PS3.3-2004 C.9.2). */
function hasOverlayInPixels({ dataset }: DicomFile): boolean {
  for (const tag of dataset.elements.keys()) {
    if (tag >>> 24 === 0x60 && (tag & 0xffff) === OVERLAY_BIT_POSITION && (dataset.number(tag) ?? 0) > 0) return true;
  }
  return false;
}

/** Zeroes the bits that belong to no stored value; signed values keep their sign in the bits above (PS3.5 8.1.1). */
function clearUnused(bytes: Uint8Array, { dataset }: DicomFile, allocated: number): void {
  if (allocated !== 8 && allocated !== 16) return;
  const stored = Math.min(allocated, dataset.number(Tags.BitsStored) ?? allocated);
  const high = Math.min(allocated - 1, dataset.number(Tags.HighBit) ?? stored - 1);
  const low = Math.max(0, high + 1 - stored);
  const mask = (2 ** (high - low + 1) - 1) * 2 ** low;
  const isSigned = dataset.number(Tags.PixelRepresentation) === 1;
  const size = allocated / 8;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + size <= bytes.length; at += size) {
    const value = (size === 2 ? view.getUint16(at, true) : view.getUint8(at)) & mask;
    const signed = isSigned && (value & (1 << high)) !== 0 ? value | ~((1 << (high + 1)) - 1) : value;
    if (size === 2) view.setUint16(at, signed & 0xffff, true);
    else view.setUint8(at, signed & 0xff);
  }
}
