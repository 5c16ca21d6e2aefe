import type { Tag } from '../model';
import { Tags } from '../tags';
import { tagOf } from '../dictionary';

/** Pixel data (PS3.3 C.7.6.3), its description, functional groups of frames (C.7.6.16), waveforms (C.10.9), presentation (C.11.6). */
const GROUPS: ReadonlySet<number> = new Set([0x0028, 0x2050, 0x5200, 0x5400, 0x7fe0]);
/** Of group 0028, but saying nothing about how to draw. */
const FREE: ReadonlySet<Tag> = tags(
  'BurnedInAnnotation',
  'RecognizableVisualFeatures',
  'LongitudinalTemporalInformationModified',
);
const SINGLE: ReadonlySet<Tag> = new Set([
  ...tags('SOPClassUID', 'SOPInstanceUID', 'StudyInstanceUID', 'SeriesInstanceUID', 'Modality'),
  ...tags('EncapsulatedDocument', 'EncapsulatedDocumentLength', 'MIMETypeOfEncapsulatedDocument'),
  Tags.SpecificCharacterSet,
]);

function tags(...keywords: readonly string[]): Set<Tag> {
  return new Set(keywords.flatMap((keyword) => tagOf(keyword) ?? []));
}

/** Whether a top-level attribute is needed to file an image or to show it: no filter takes it out. */
export function isProtected(tag: Tag): boolean {
  return SINGLE.has(tag) || (GROUPS.has(tag >>> 16) && !FREE.has(tag));
}
