import { isPrivate, lookUp, vrOf } from '../dictionary';
import { below, here, type PlacedValue, toBeMade } from '../anonymise/tag-path';
import type { DataSetView, Element, Tag, VR } from '../model';
import { Tags } from '../tags';
import { type Encoding, elementBytes, sequenceBytes, valueBytes } from './encoding';
import { type Edits, patchedItem } from './patch';
import { checkedValues, splitValues } from './values';

/** VRs whose bytes depend on Specific Character Set (PS3.5 6.1.2.3). */
const AFFECTED: ReadonlySet<VR> = new Set<VR>(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT']);

export interface EditOptions {
  /** All texts are written in UTF-8. */
  readonly toUtf8?: boolean;
  /** Values are written as they are, without asking whether the standard allows them. */
  readonly trusted?: boolean;
}

/** What to change in a data set, encoded as it is: `values` at their paths. Throws TAG_VALUE. */
export function editsOf(view: DataSetView, values: readonly PlacedValue[], options: EditOptions = {}): Edits {
  const { toUtf8 = false, trusted = false } = options;
  const edits = new Map<Tag, Uint8Array | null>();
  for (const [tag, value] of here(values)) {
    const element = view.element(tag);
    if (value === null) {
      if (element) edits.set(tag, null);
      continue;
    }
    const vr = vrFor(tag, element);
    const checked = trusted ? splitValues(vr, value) : checkedValues(tag, vr, value);
    if (element && isSame(view, tag, checked)) continue;
    edits.set(tag, elementBytes(tag, vr, valueBytes(vr, checked, view), view));
  }
  for (const tag of sequencesIn(values)) {
    if (edits.has(tag)) continue;
    const bytes = sequenceEdit(view, tag, values, options);
    if (bytes) edits.set(tag, bytes);
  }
  if (toUtf8) for (const [tag, bytes] of conversions(view)) if (!edits.has(tag)) edits.set(tag, bytes);
  for (const tag of [...edits.keys()]) {
    const groupLength = (tag & 0xffff0000) >>> 0;
    if (view.has(groupLength)) edits.set(groupLength, null); // retired, and now wrong (PS3.5 7.2)
  }
  return edits;
}

function vrFor(tag: Tag, element: Element | undefined): VR {
  // Programs that do not know a private block make its VR unknown; what is set in one here is text.
  if (isPrivate(tag)) return element === undefined || element.vr === 'UN' ? 'LO' : element.vr;
  const entry = lookUp(tag);
  if (entry?.ambiguous && element) return element.vr;
  return entry?.vr ?? element?.vr ?? vrOf(tag);
}

function isSame(view: DataSetView, tag: Tag, values: readonly string[]): boolean {
  const old = view.strings(tag);
  return old.length === values.length && old.every((value, at) => value === values[at]);
}

function sequencesIn(values: readonly PlacedValue[]): ReadonlySet<Tag> {
  return new Set(values.flatMap(({ steps }) => (steps.length > 1 && steps[0] ? [steps[0].tag] : [])));
}

/** A sequence whose items change; undefined when none does. */
function sequenceEdit(
  view: DataSetView,
  tag: Tag,
  values: readonly PlacedValue[],
  options: EditOptions,
): Uint8Array | undefined {
  const items = view.items(tag);
  if (items.length === 0) {
    if (!toBeMade(values).includes(tag)) return undefined;
    const made = patchedItem(emptyLike(view), editsOf(emptyLike(view), below(values, tag, 0), options));
    return made.length === 0 ? undefined : sequenceBytes(tag, [made], view, view);
  }
  const edits = items.map((item, index) => editsOf(item, below(values, tag, index), options));
  return rewritten(view, tag, items, edits);
}

function rewritten(
  view: DataSetView,
  tag: Tag,
  items: readonly DataSetView[],
  edits: readonly Edits[],
): Uint8Array | undefined {
  if (edits.every((each) => each.size === 0)) return undefined;
  const bytes = items.map((item, index) => patchedItem(item, edits[index] ?? new Map<Tag, null>()));
  return sequenceBytes(tag, bytes, view, items[0] ?? view);
}

/** All texts of a data set that are not plain ASCII, in UTF-8; character sets of items are left out, the one around them holds. */
function conversions(view: DataSetView): ReadonlyMap<Tag, Uint8Array | null> {
  const found = new Map<Tag, Uint8Array | null>();
  for (const { tag, vr, items } of view.elements.values()) {
    if (tag === Tags.SpecificCharacterSet) found.set(tag, null);
    else if (items && items.length > 0) {
      const bytes = rewritten(view, tag, items, items.map(conversions));
      if (bytes) found.set(tag, bytes);
    } else if (AFFECTED.has(vr)) {
      const bytes = view.bytes(tag) ?? new Uint8Array();
      if (!isAscii(bytes)) found.set(tag, elementBytes(tag, vr, valueBytes(vr, view.strings(tag), view), view));
    }
  }
  return found;
}

/** Whether a data set's texts, also those in items, may be followed by texts in UTF-8. */
export function isUtf8(view: DataSetView): boolean {
  const own = view.strings(Tags.SpecificCharacterSet);
  if (view.has(Tags.SpecificCharacterSet) && (own.length !== 1 || own[0] !== 'ISO_IR 192')) return false;
  for (const { items } of view.elements.values()) if (items && !items.every(isUtf8)) return false;
  return true;
}

/** Whether any value holds more than ASCII in a VR where that matters. */
export function needsUtf8(values: readonly PlacedValue[]): boolean {
  return values.some(
    ({ value }) => value !== null && /[^\0-~]/u.test(typeof value === 'string' ? value : value.join('')),
  );
}

/** Without escape sequences, which switch character sets (PS3.5 6.1.2.5). */
function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80 || byte === 0x1b) return false;
  return true;
}

/** A data set without elements in the encoding of another one. */
export function emptyLike({ explicitVR, littleEndian }: Encoding): DataSetView {
  return {
    source: { size: 0, bytes: () => new Uint8Array() },
    littleEndian,
    explicitVR,
    elements: new Map(),
    has: () => false,
    element: () => undefined,
    bytes: () => undefined,
    strings: () => [],
    string: () => undefined,
    numbers: () => [],
    number: () => undefined,
    items: () => [],
  };
}
