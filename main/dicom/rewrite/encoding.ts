import { type DataSetView, LONG_VRS, type Tag, type VR } from '../model';
import { Tags } from '../tags';
import { concat, encodeValue, padded } from '../writer/encode';

/** How a data set is encoded (PS3.5 annex A). */
export type Encoding = Pick<DataSetView, 'explicitVR' | 'littleEndian'>;

const WORD: Partial<Record<VR, number>> = { US: 2, SS: 2, AT: 2, UL: 4, SL: 4, FL: 4, FD: 8 };

/** A whole element: header and value, in the encoding of the data set it is for. */
export function elementBytes(tag: Tag, vr: VR, value: Uint8Array, encoding: Encoding): Uint8Array {
  const even = padded(vr, value);
  return concat([header(tag, vr, even.length, encoding), even]);
}

/** Values as they are written: texts in UTF-8, numbers in the byte order of the data set. */
export function valueBytes(vr: VR, values: readonly string[], { littleEndian }: Encoding): Uint8Array {
  if (values.length === 0) return new Uint8Array();
  const numbers = vr === 'AT' ? values.map((value) => Number.parseInt(value, 16)) : values;
  const bytes = encodeValue(vr, numbers);
  const size = WORD[vr];
  if (littleEndian || size === undefined) return bytes;
  const words = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (size === 2) words.swap16();
  else if (size === 4) words.swap32();
  else words.swap64();
  return bytes;
}

/**
 * A sequence of items that are encoded already, with defined lengths. Items in implicit VR within an explicit data set stand in an
 * element of VR UN (PS3.5 6.2.2 note 7).
 */
export function sequenceBytes(
  tag: Tag,
  items: readonly Uint8Array[],
  encoding: Encoding,
  ofItems: Encoding,
): Uint8Array {
  const content = concat(items.flatMap((item) => [itemHeader(item.length, ofItems), item]));
  const vr = encoding.explicitVR && !ofItems.explicitVR ? 'UN' : 'SQ';
  return concat([header(tag, vr, content.length, encoding), content]);
}

function header(tag: Tag, vr: VR, length: number, { explicitVR, littleEndian }: Encoding): Uint8Array {
  const isLong = explicitVR && LONG_VRS.has(vr);
  if (explicitVR && !isLong && length > 0xffff)
    throw new RangeError(`A value of ${vr} is too long for its length field.`);
  const bytes = new Uint8Array(isLong ? 12 : 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, littleEndian);
  view.setUint16(2, tag & 0xffff, littleEndian);
  if (explicitVR) {
    bytes[4] = vr.charCodeAt(0);
    bytes[5] = vr.charCodeAt(1);
  }
  if (isLong) view.setUint32(8, length, littleEndian);
  else if (explicitVR) view.setUint16(6, length, littleEndian);
  else view.setUint32(4, length, littleEndian);
  return bytes;
}

function itemHeader(length: number, { littleEndian }: Encoding): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Tags.Item >>> 16, littleEndian);
  view.setUint16(2, Tags.Item & 0xffff, littleEndian);
  view.setUint32(4, length, littleEndian);
  return bytes;
}
