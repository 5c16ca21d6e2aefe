import { tagOf, lookUp } from '../dictionary';
import type { DataSetView, DicomFile, Tag } from '../model';
import { Tags } from '../tags';
import { DataSetBuilder, part10Header } from '../writer';
import { concat } from '../writer/encode';
import { copyElement, isStructural, setText } from './copy';
import { pixelElementBytes } from './pixel-element';

/** What a key gives back. */
export interface OriginalIdentity {
  /** By keyword, for the top level; null takes the attribute away. */
  readonly attributes: Readonly<Record<string, string | null>>;
  /** From UIDs of the anonymised objects to those of the originals, wherever they stand. */
  readonly uids: Readonly<Record<string, string>>;
}

const EXPLICIT_LE = '1.2.840.10008.1.2.1';
const PATIENT_IDENTITY_REMOVED = 0x00120062;
/** Speaks of a de-identification that has been taken back. */
const METHOD: ReadonlySet<Tag> = new Set<Tag>([PATIENT_IDENTITY_REMOVED, 0x00120063, 0x00120064, 0x00280303]);

/** UIDs that stand in a data set, in its sequences too. */
export function uidsIn(dataset: DataSetView, found = new Set<string>()): ReadonlySet<string> {
  for (const { tag, vr, items } of dataset.elements.values()) {
    if (vr === 'UI') for (const uid of dataset.strings(tag)) found.add(uid);
    for (const item of items ?? []) uidsIn(item, found);
  }
  return found;
}

/**
 * Gives an anonymised data set, or one that was made from anonymised data elsewhere, the identity back that its key knows. What
 * the anonymisation took away beyond that, and what was blackened, is not in it any more. Pixel data stay as they are coded.
 * Patient Identity Removed says NO afterwards, so that nobody takes it for anonymous.
 */
export function reidentify(
  file: DicomFile,
  { attributes, uids }: OriginalIdentity,
): { readonly part10: readonly Uint8Array[]; readonly sopInstanceUID: string } {
  const { dataset } = file;
  const fixed = new Map(
    Object.entries(attributes).flatMap(([keyword, value]) => {
      const tag = tagOf(keyword);
      return tag === undefined ? [] : [[tag, value] as const];
    }),
  );
  const copy = (view: DataSetView, isTop: boolean): DataSetBuilder => {
    const builder = new DataSetBuilder();
    for (const element of view.elements.values()) {
      const { tag, vr } = element;
      if (isStructural(tag) || tag === Tags.PixelData || (isTop && (fixed.has(tag) || METHOD.has(tag)))) continue;
      if (element.items || vr === 'SQ')
        builder.set(
          tag,
          (element.items ?? []).map((item) => copy(item, false)),
          'SQ',
        );
      else if (vr === 'UI')
        setText(
          builder,
          tag,
          vr,
          view.strings(tag).map((uid) => uids[uid] ?? uid),
        );
      else if (element.fragments === undefined) copyElement(view, element, builder);
    }
    return builder;
  };
  const builder = copy(dataset, true);
  for (const [tag, value] of fixed)
    if (value !== null) setText(builder, tag, lookUp(tag)?.vr ?? 'LO', value === '' ? [] : value.split('\\'));
  const anonymous = dataset.string(Tags.SOPInstanceUID) ?? file.meta.string(Tags.MediaStorageSOPInstanceUID) ?? '';
  const sopInstanceUID = uids[anonymous] ?? anonymous;
  const sopClassUID = dataset.string(Tags.SOPClassUID) ?? file.meta.string(Tags.MediaStorageSOPClassUID) ?? '';
  builder
    .set(Tags.SpecificCharacterSet, 'ISO_IR 192', 'CS')
    .set(Tags.SOPInstanceUID, sopInstanceUID, 'UI')
    .set(PATIENT_IDENTITY_REMOVED, 'NO', 'CS');
  const isCoded = dataset.element(Tags.PixelData)?.fragments !== undefined;
  const header = part10Header({
    sopClassUID,
    sopInstanceUID,
    transferSyntaxUID: isCoded ? file.transferSyntaxUID : EXPLICIT_LE,
  });
  return { part10: [concat([header, builder.toBytes()]), ...pixelElementBytes(file)], sopInstanceUID };
}
