import { FieldboxError } from '@shared/errors';
import type { DataSetView, Element, Tag, VR } from '../model';
import { Tags } from '../tags';
import type { BuilderEncoding } from '../writer';
import { concat, explicitHeader, implicitHeader, itemHeader, padded } from '../writer/encode';
import { swapped, vrForLength, wordOf } from './byte-order';

/** An element in the place of another one; null takes it out. */
export type Change = { readonly vr: VR; readonly value: Uint8Array } | null;

/** Large values are read piece by piece; a multiple of every word. */
const CHUNK = 1024 * 1024;
const ICON_IMAGE_SEQUENCE = 0x00880200;

/** The header of an element in little endian. `length` is even. */
export function headerOf(tag: Tag, vr: VR, length: number, to: BuilderEncoding): Uint8Array {
  return to === 'explicit' ? explicitHeader(tag, vrForLength(tag, vr, length), length) : implicitHeader(tag, length);
}

/**
 * The elements of a data set from one tag up to before another one, in another encoding of native values (PS3.5 A.1, A.2): values
 * stay as they are but for their byte order, lengths are all defined, group lengths (retired) are left out. The pieces follow
 * each other. Throws PIXELS_UNSUPPORTED where coded pixels stand inside of a sequence that cannot be left out.
 */
export function* reencoded(
  view: DataSetView,
  to: BuilderEncoding,
  changes: ReadonlyMap<Tag, Change> = new Map(),
  from: Tag = 0x00080000,
  until: Tag = 0xffffffff,
): Generator<Uint8Array> {
  const tags = [...new Set([...view.elements.keys(), ...changes.keys()])].sort((a, b) => a - b);
  for (const tag of tags) {
    if (tag < from || tag >= until || (tag & 0xffff) === 0) continue;
    const change = changes.get(tag);
    const element = view.element(tag);
    if (change) {
      const even = padded(change.vr, change.value);
      yield headerOf(tag, change.vr, even.length, to);
      yield even;
    } else if (change === undefined && element !== undefined) yield* elementPieces(view, element, to);
  }
}

function* elementPieces(view: DataSetView, element: Element, to: BuilderEncoding): Generator<Uint8Array> {
  const { tag, vr, items } = element;
  if (element.fragments) throw new FieldboxError('PIXELS_UNSUPPORTED', { transferSyntax: '' });
  if (items === undefined) {
    yield* valuePieces(view, element, to);
    return;
  }
  // An icon may be coded like its image, and is optional (PS3.3 C.7.6.1.1.6): it goes rather than stand there unreadable.
  if (tag === ICON_IMAGE_SEQUENCE && items.some((item) => item.element(Tags.PixelData)?.fragments !== undefined))
    return;
  const content = items.flatMap((item) => {
    const bytes = concat([...reencoded(item, to)]);
    return [itemHeader(Tags.Item, bytes.length), bytes];
  });
  yield headerOf(
    tag,
    vr === 'UN' ? 'SQ' : vr,
    content.reduce((sum, { length }) => sum + length, 0),
    to,
  );
  yield* content;
}

function* valuePieces(view: DataSetView, element: Element, to: BuilderEncoding): Generator<Uint8Array> {
  const { tag, vr, offset, length } = element;
  yield headerOf(tag, vr, length + (length % 2), to);
  const size = view.littleEndian ? 1 : wordIn(view, element);
  for (let at = 0; at < length; at += CHUNK) {
    const bytes = view.source.bytes(offset + at, Math.min(CHUNK, length - at)).slice();
    yield size === 1 ? bytes : swapped(bytes, size);
  }
  if (length % 2 !== 0) yield padded(vr, new Uint8Array(1)).subarray(1);
}

/** Samples of more than 16 bits are turned round as a whole, though OW has words of 16 (PS3.5 8.1.2). */
function wordIn(view: DataSetView, { tag, vr }: Element): number {
  const allocated = tag === Tags.PixelData ? (view.number(Tags.BitsAllocated) ?? 8) : 0;
  return vr === 'OW' && allocated > 16 ? allocated / 8 : wordOf(vr);
}
