import { FieldboxError } from '@shared/errors';
import { lookUp } from '../dictionary';
import type { Tag, VR } from '../model';
import { Tags } from '../tags';
import type { PlacedValue } from '../anonymise/tag-path';
import { checkedValues, tagLabel } from './values';

export const ORIGINAL_ATTRIBUTES_SEQUENCE = 0x04000561;
const MODIFIED_ATTRIBUTES_SEQUENCE = 0x04000550;

/** They say how pixels and texts are to be read, or which object it is; a new value would make another thing of it. */
const FIXED: ReadonlySet<Tag> = new Set<Tag>([
  Tags.SpecificCharacterSet,
  Tags.SOPClassUID,
  Tags.SOPInstanceUID,
  Tags.SamplesPerPixel,
  Tags.PhotometricInterpretation,
  Tags.PlanarConfiguration,
  Tags.NumberOfFrames,
  Tags.Rows,
  Tags.Columns,
  Tags.BitsAllocated,
  Tags.BitsStored,
  Tags.HighBit,
  Tags.PixelRepresentation,
  Tags.EncapsulatedDocument,
  ORIGINAL_ATTRIBUTES_SEQUENCE,
  MODIFIED_ATTRIBUTES_SEQUENCE,
]);
const PIXEL_GROUP = 0x7fe0;
/** Bytes that only programs can read. */
const BINARY: ReadonlySet<VR> = new Set<VR>(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
/** Without them an image has no place (PS3.3 C.7.2.1, C.7.3.1: Type 1). */
const NEVER_EMPTY: ReadonlySet<Tag> = new Set<Tag>([Tags.StudyInstanceUID, Tags.SeriesInstanceUID]);

/**
 * Refuses values for attributes that say how the file is built, and for UIDs unless `uids` says that they are meant.
 * Throws TAG_PROTECTED, TAG_IS_UID.
 */
export function refuseProtected(values: readonly PlacedValue[], uids: boolean): void {
  for (const { steps, value } of values) {
    const last = steps.at(-1);
    const first = steps[0];
    if (!last || !first) continue;
    const { tag } = last;
    const vr = lookUp(tag)?.vr ?? 'UN';
    const isFixed = steps.length === 1 ? FIXED.has(tag) : tag === Tags.SpecificCharacterSet || FIXED.has(first.tag);
    const isStructure = (tag & 0xffff) === 0 || tag >>> 16 < 0x0008 || tag >>> 16 === PIXEL_GROUP;
    const isSequenceValue = vr === 'SQ' && value !== null;
    if (isFixed || isStructure || isSequenceValue || BINARY.has(vr))
      throw new FieldboxError('TAG_PROTECTED', { tag: tagLabel(tag) });
    const isEmpty = value === null || value === '' || value.length === 0;
    if (steps.length === 1 && NEVER_EMPTY.has(tag) && isEmpty)
      throw new FieldboxError('TAG_PROTECTED', { tag: tagLabel(tag) });
    if (vr === 'UI' && !uids) throw new FieldboxError('TAG_IS_UID', { tag: tagLabel(tag) });
  }
}

/**
 * Refuses values that no object could take, whatever it holds; those of attributes whose VR depends on the object are judged
 * there. Throws TAG_VALUE.
 */
export function refuseImpossible(values: readonly PlacedValue[]): void {
  for (const { steps, value } of values) {
    const tag = steps.at(-1)?.tag;
    const entry = tag === undefined ? undefined : lookUp(tag);
    if (tag !== undefined && entry && entry.ambiguous === null && value !== null) checkedValues(tag, entry.vr, value);
  }
}
