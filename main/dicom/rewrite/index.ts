import { FieldboxError } from '@shared/errors';
import { isPrivate, vrOf } from '../dictionary';
import type { PlacedValue } from '../anonymise/tag-path';
import type { DataSetView, DicomFile, Tag, VR } from '../model';
import { Tags } from '../tags';
import { concat } from '../writer/encode';
import { editsOf, emptyLike, isUtf8, needsUtf8 } from './edits';
import { elementBytes, sequenceBytes, valueBytes } from './encoding';
import { type Edits, patched, patchedItem, type Segment } from './patch';
import { ORIGINAL_ATTRIBUTES_SEQUENCE } from './protected';

export type { Segment } from './patch';
export { refuseImpossible, refuseProtected } from './protected';

/** What is written about a change (PS3.3 C.12.1, Original Attributes Sequence). */
export interface ModificationNote {
  /** DT, with the offset from UTC. */
  readonly dateTime: string;
  readonly system: string;
  /** CORRECT: a mistake was put right; COERCE: fitted to what this archive goes by. */
  readonly reason: 'CORRECT' | 'COERCE';
}

const ISO_IR_192 = 'ISO_IR 192';

/**
 * An object with some attributes changed: the pieces of its new data set in the old one's encoding. All other bytes are the old
 * ones, but when a new text needs it, texts are written in UTF-8. The old values stand in a new item of the Original Attributes
 * Sequence (0400,0561); attributes that were not there before stand in it without a value. Undefined when nothing changes.
 *
 * The pieces are of `file.dataset.source`; for a deflated file they are the data set before deflating.
 * `trusted` values are written as they are. Throws TAG_VALUE, DICOM_MALFORMED. Whether the attributes may be changed at all is asked before (`refuseProtected`).
 */
export function changeAttributes(
  file: DicomFile,
  values: readonly PlacedValue[],
  note: ModificationNote,
  trusted = false,
): readonly Segment[] | undefined {
  const { dataset } = file;
  const asked = editsOf(dataset, values, { trusted });
  if (asked.size === 0) return undefined;
  const toUtf8 = needsUtf8(values) && !(isUtf8(dataset) && dataset.has(Tags.SpecificCharacterSet));
  const edits = new Map(toUtf8 ? editsOf(dataset, values, { toUtf8, trusted }) : asked);
  const converted = toUtf8 ? editsOf(dataset, [], { toUtf8 }) : new Map<Tag, Uint8Array | null>();
  if (toUtf8) edits.set(Tags.SpecificCharacterSet, text(dataset, Tags.SpecificCharacterSet, 'CS', ISO_IR_192));
  edits.set(ORIGINAL_ATTRIBUTES_SEQUENCE, originalAttributes(dataset, [...asked.keys()], converted, toUtf8, note));
  const group = (ORIGINAL_ATTRIBUTES_SEQUENCE & 0xffff0000) >>> 0;
  if (dataset.has(group)) edits.set(group, null);
  return patched(dataset, edits, startOf(file), dataset.source.size);
}

/** Deflated data sets lie in a source of their own. */
function startOf(file: DicomFile): number {
  return file.dataset.source === file.meta.source ? file.datasetOffset : 0;
}

/** The sequence with one more item; those that stand there already stay as they are. */
function originalAttributes(
  dataset: DataSetView,
  changed: readonly Tag[],
  converted: Edits,
  toUtf8: boolean,
  note: ModificationNote,
): Uint8Array {
  const items = dataset.items(ORIGINAL_ATTRIBUTES_SEQUENCE);
  if (items.some((item) => item.explicitVR !== dataset.explicitVR))
    throw new FieldboxError('DICOM_MALFORMED', { reason: 'encoding of the Original Attributes Sequence' });
  const old = items.map((item) => patchedItem(item, editsOf(item, [], { toUtf8 })));
  const modified = changed
    .filter((tag) => (tag & 0xffff) !== 0 && !isPrivate(tag))
    .sort((a, b) => a - b)
    .map((tag) => oldElement(dataset, tag, converted));
  const item = concat([
    sequenceBytes(0x04000550, [concat(modified)], dataset, emptyLike(dataset)),
    text(dataset, 0x04000562, 'DT', note.dateTime),
    text(dataset, 0x04000563, 'LO', note.system),
    text(dataset, 0x04000564, 'LO', ''),
    text(dataset, 0x04000565, 'CS', note.reason),
  ]);
  return sequenceBytes(ORIGINAL_ATTRIBUTES_SEQUENCE, [...old, item], dataset, dataset);
}

/** An element as it was; its texts in the character set of the new object. */
function oldElement(dataset: DataSetView, tag: Tag, converted: Edits): Uint8Array {
  const element = dataset.element(tag);
  if (!element) return elementBytes(tag, vrOf(tag), new Uint8Array(), dataset);
  return converted.get(tag) ?? dataset.source.bytes(element.start, element.end - element.start).slice();
}

function text(dataset: DataSetView, tag: Tag, vr: VR, value: string): Uint8Array {
  return elementBytes(tag, vr, valueBytes(vr, value === '' ? [] : [value], dataset), dataset);
}
