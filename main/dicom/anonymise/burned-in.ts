import type { DataSetView } from '../model';
import { Tags } from '../tags';

/** How likely it is that writing in the picture tells who it is of, and what says so. */
export interface BurnedInRisk {
  readonly level: 'certain' | 'high' | 'some' | 'low' | 'none';
  readonly reason: 'no-pixels' | 'said-yes' | 'said-no' | 'sop-class' | 'modality' | 'secondary' | 'not-said';
}

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const ENCAPSULATED_DOCUMENTS = '1.2.840.10008.5.1.4.1.1.104.';
/** Screens that were photographed, ultrasound, scopes and camera pictures: writing in the picture is usual. */
const HIGH_CLASSES: readonly string[] = [
  SECONDARY_CAPTURE,
  ENCAPSULATED_DOCUMENTS,
  '1.2.840.10008.5.1.4.1.1.3.1', // ultrasound multi-frame
  '1.2.840.10008.5.1.4.1.1.6.1', // ultrasound
  '1.2.840.10008.5.1.4.1.1.77.1.1', // endoscopy and its video
  '1.2.840.10008.5.1.4.1.1.77.1.4', // photographs and video
  '1.2.840.10008.5.1.4.1.1.12.77', // retired
];
const HIGH_MODALITIES: ReadonlySet<string> = new Set([
  'US',
  'IVUS',
  'ES',
  'SC',
  'OT',
  'DOC',
  'ECG',
  'DG',
  'BDUS',
  'IO',
  'HC',
  'XC',
  'GM',
]);
/** Markers and labels are exposed on plates and films, or scanned with them. */
const SOME_MODALITIES: ReadonlySet<string> = new Set([
  'CR',
  'DX',
  'RG',
  'MG',
  'PX',
  'XA',
  'RF',
  'OP',
  'SM',
  'NM',
  'PT',
  'BMD',
  'OCT',
  'OPT',
]);

/** What says how likely it is: values as they stand in the data set, '' and [] for those that are not there. */
export interface BurnedInFacts {
  readonly SOPClassUID: string;
  readonly Modality: string;
  readonly BurnedInAnnotation: string;
  readonly ImageType: readonly string[];
  readonly hasPixels: boolean;
}

/**
 * What to warn of before a picture is given away: from Burned In Annotation (0028,0301), SOP class, Modality and Image Type
 * (PS3.15 E.3.1). NO of a device is believed for its own acquisitions, not for captures of screens and not for ultrasound, where
 * it is often written without looking.
 */
export function burnedInRiskOf(facts: BurnedInFacts): BurnedInRisk {
  const { SOPClassUID: sopClass } = facts;
  const isDocument = sopClass.startsWith(ENCAPSULATED_DOCUMENTS);
  if (!isDocument && !facts.hasPixels) return { level: 'none', reason: 'no-pixels' };
  const said = facts.BurnedInAnnotation.toUpperCase();
  if (said === 'YES') return { level: 'certain', reason: 'said-yes' };
  const isHighClass = HIGH_CLASSES.some(
    (uid) => sopClass === uid || sopClass.startsWith(uid.endsWith('.') ? uid : `${uid}.`),
  );
  const modality = facts.Modality.toUpperCase();
  if (said === 'NO') return isHighClass ? { level: 'some', reason: 'sop-class' } : { level: 'low', reason: 'said-no' };
  if (isHighClass) return { level: 'high', reason: 'sop-class' };
  if (HIGH_MODALITIES.has(modality)) return { level: 'high', reason: 'modality' };
  if (facts.ImageType.includes('SECONDARY')) return { level: 'some', reason: 'secondary' };
  if (SOME_MODALITIES.has(modality)) return { level: 'some', reason: 'modality' };
  return { level: 'low', reason: 'not-said' };
}

/** The same for a data set; one with a document in it counts as a document whatever its class is. */
export function burnedInRisk(dataset: DataSetView): BurnedInRisk {
  const sopClass = dataset.string(Tags.SOPClassUID) ?? '';
  const isDocument = dataset.has(Tags.EncapsulatedDocument) && !sopClass.startsWith(ENCAPSULATED_DOCUMENTS);
  return burnedInRiskOf({
    SOPClassUID: isDocument ? ENCAPSULATED_DOCUMENTS : sopClass,
    Modality: dataset.string(Tags.Modality) ?? '',
    BurnedInAnnotation: dataset.string(Tags.BurnedInAnnotation) ?? '',
    ImageType: dataset.strings(Tags.ImageType),
    hasPixels:
      dataset.has(Tags.PixelData) || dataset.has(Tags.FloatPixelData) || dataset.has(Tags.DoubleFloatPixelData),
  });
}
