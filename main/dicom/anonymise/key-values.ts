import { lookUp, tagOf } from '../dictionary';
import type { DataSetView } from '../model';
import { Tags } from '../tags';
import type { AnonymisationOptions } from './options';
import { isPublicUID, Replacements } from './replacement';

/** How much of who it was an attribute belongs to. */
export type KeyLevel = 'patient' | 'study' | 'series' | 'image';

/**
 * The attributes whose original values a key keeps beside the UIDs, so that they can be put back (`reidentify`): what names the
 * patient, and what a study, series and instance are told apart and ordered by.
 */
const ATTRIBUTES: readonly (readonly [string, KeyLevel])[] = [
  ['PatientName', 'patient'],
  ['PatientID', 'patient'],
  ['IssuerOfPatientID', 'patient'],
  ['PatientBirthDate', 'patient'],
  ['PatientSex', 'patient'],
  ['StudyDate', 'study'],
  ['StudyTime', 'study'],
  ['StudyID', 'study'],
  ['AccessionNumber', 'study'],
  ['StudyDescription', 'study'],
  ['ReferringPhysicianName', 'study'],
  ['SeriesDate', 'series'],
  ['SeriesTime', 'series'],
  ['SeriesDescription', 'series'],
  ['ProtocolName', 'series'],
  ['AcquisitionDate', 'image'],
  ['AcquisitionTime', 'image'],
  ['AcquisitionDateTime', 'image'],
  ['ContentDate', 'image'],
  ['ContentTime', 'image'],
  ['InstanceCreationDate', 'image'],
  ['InstanceCreationTime', 'image'],
];

/** One attribute before and after; null where it was not there or is not there any more. */
export interface KeyValue {
  readonly keyword: string;
  readonly level: KeyLevel;
  readonly original: string | null;
  readonly anonymised: string | null;
}

const KNOWN = ATTRIBUTES.map(([keyword, level]) => ({ keyword, level, tag: tagOf(keyword) ?? 0 }));

/** The attributes of the key that the original or the result has. */
export function keyValuesOf(original: DataSetView, anonymised: DataSetView): readonly KeyValue[] {
  return KNOWN.flatMap(({ keyword, level, tag }) =>
    original.has(tag) || anonymised.has(tag)
      ? [{ keyword, level, original: valueOf(original, tag), anonymised: valueOf(anonymised, tag) }]
      : [],
  );
}

function valueOf(dataset: DataSetView, tag: number): string | null {
  return dataset.has(tag) ? dataset.strings(tag).join('\\') : null;
}

const OWN_COLUMNS: ReadonlySet<number> = new Set([Tags.StudyInstanceUID, Tags.SeriesInstanceUID, Tags.SOPInstanceUID]);

/**
 * The other UIDs of the top level that were replaced (frames of reference, devices), from the new one to the original one.
 * Empty when UIDs are retained.
 */
export function replacedUIDs(
  original: DataSetView,
  options: AnonymisationOptions,
  secret: Uint8Array,
): Readonly<Record<string, string>> {
  if (options.retainUIDs) return {};
  const replacements = Replacements.of(secret);
  const found: Record<string, string> = {};
  for (const { tag, vr } of original.elements.values()) {
    if (vr !== 'UI' || OWN_COLUMNS.has(tag) || lookUp(tag) === undefined) continue;
    for (const uid of original.strings(tag))
      if (uid !== '' && !isPublicUID(tag, uid)) found[replacements.uid(uid)] = uid;
  }
  return found;
}
