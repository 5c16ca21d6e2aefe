import type { DataSetView, Element, Tag, VR } from '../model';
import { Tags } from '../tags';
import { littleEndianValue, vrForLength } from '../transcode/byte-order';
import type { DataSetBuilder } from '../writer';
import { utf8Bytes } from '../writer/encode';

/** Whose bytes depend on Specific Character Set (PS3.5 6.1.2.3). */
export const FREE_TEXT: ReadonlySet<VR> = new Set<VR>(['LO', 'LT', 'SH', 'ST', 'UC', 'UT']);
const TEXT: ReadonlySet<VR> = new Set<VR>([
  ...FREE_TEXT,
  'AE',
  'AS',
  'CS',
  'DA',
  'DS',
  'DT',
  'IS',
  'PN',
  'TM',
  'UI',
  'UR',
]);

export function isText(vr: VR): boolean {
  return TEXT.has(vr);
}

/** Writes values as text, in UTF-8. */
export function setText(builder: DataSetBuilder, tag: Tag, vr: VR, values: readonly string[]): void {
  setBytes(builder, tag, vr, utf8Bytes(values.join('\\')));
}

/**
 * Writes an element with its value as it was: text in UTF-8, numbers little endian. The builder may then hold views of the source,
 * which must not change before it is written.
 */
export function copyElement(view: DataSetView, element: Element, builder: DataSetBuilder): void {
  const { tag, vr } = element;
  if (!TEXT.has(vr)) {
    setBytes(builder, tag, vr, littleEndianValue(view, element));
    return;
  }
  const bytes = view.source.bytes(element.offset, element.length);
  if (isAscii(bytes)) setBytes(builder, tag, vr, bytes);
  else setText(builder, tag, vr, view.strings(tag));
}

function setBytes(builder: DataSetBuilder, tag: Tag, vr: VR, bytes: Uint8Array): void {
  builder.set(tag, bytes, vrForLength(tag, vr, bytes.length));
}

/** Without escape sequences, which switch character sets (PS3.5 6.1.2.5). */
function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80 || byte === 0x1b) return false;
  return true;
}

/** Elements that are never copied: their meaning lies in the encoding of the original. */
export function isStructural(tag: Tag): boolean {
  return (tag & 0xffff) === 0 || tag >>> 16 < 0x0008 || tag === Tags.SpecificCharacterSet;
}
