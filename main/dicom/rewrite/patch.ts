import type { ByteRange, DataSetView, Tag } from '../model';
import { concat } from '../writer/encode';

/** Whole elements by tag, encoded; null takes the element away. */
export type Edits = ReadonlyMap<Tag, Uint8Array | null>;

/** A piece of the new data set: a run of the old bytes, or new ones. */
export type Segment = ByteRange | Uint8Array;

interface Patch {
  readonly tag: Tag;
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/**
 * The data set between `start` and `end` of its source with some elements in the place of others. Everything else, gaps and
 * departures from the standard included, stays byte for byte. New elements stand before the first one with a higher tag.
 */
export function patched(view: DataSetView, edits: Edits, start: number, end: number): readonly Segment[] {
  const patches: Patch[] = [];
  const known = [...view.elements.values()].sort((a, b) => a.start - b.start);
  const last = known.at(-1)?.end ?? start;
  for (const [tag, bytes] of edits) {
    const element = view.element(tag);
    if (element) patches.push({ tag, start: element.start, end: element.end, bytes: bytes ?? new Uint8Array() });
    else if (bytes) {
      const at = known.find((other) => other.tag > tag)?.start ?? last;
      patches.push({ tag, start: at, end: at, bytes });
    }
  }
  // Insertions come before the element they stand in front of, in the order of their tags (PS3.5 7.1).
  patches.sort((a, b) => a.start - b.start || a.tag - b.tag);
  const segments: Segment[] = [];
  let at = start;
  for (const patch of patches) {
    if (patch.start > at) segments.push({ offset: at, length: patch.start - at });
    if (patch.bytes.length > 0) segments.push(patch.bytes);
    at = Math.max(at, patch.end);
  }
  if (end > at) segments.push({ offset: at, length: end - at });
  return segments;
}

/** The content of an item with edits applied. */
export function patchedItem(item: DataSetView, edits: Edits): Uint8Array {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const element of item.elements.values()) {
    start = Math.min(start, element.start);
    end = Math.max(end, element.end);
  }
  if (item.elements.size === 0)
    return concat([...edits].sort(([a], [b]) => a - b).flatMap(([, bytes]) => (bytes ? [bytes] : [])));
  return concat(patched(item, edits, start, end).map((segment) => bytesOf(item, segment)));
}

/** The bytes of a segment in the source of a data set. */
export function bytesOf(view: DataSetView, segment: Segment): Uint8Array {
  return segment instanceof Uint8Array ? segment : view.source.bytes(segment.offset, segment.length).slice();
}
