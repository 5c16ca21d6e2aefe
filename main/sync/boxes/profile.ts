import type { AnonymisationProfile, AnonymisationWay } from '@shared/model/anonymisation';

/** confidentialityOption of slicebox; only its name is read there, the rank is the order it shows them in. */
export interface ConfidentialityOption {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly rank: number;
}

type Row = readonly [name: string, title: string, rank: number, holds: (profile: AnonymisationProfile) => boolean];

/** Options of PS3.15 annex E by their names there. Clean Pixel Data is left out: slicebox has no table for it and stumbles. */
const OPTIONS: readonly Row[] = [
  ['BASIC_PROFILE', 'Basic Profile', 10, () => true],
  ['CLEAN_GRAPHICS', 'Clean Graphics', 40, ({ cleanGraphics }) => cleanGraphics],
  ['CLEAN_STRUCTURED_CONTENT', 'Clean Structured Content', 50, ({ cleanStructuredContent }) => cleanStructuredContent],
  ['CLEAN_DESCRIPTORS', 'Clean Descriptors', 60, ({ cleanDescriptors }) => cleanDescriptors],
  ['RETAIN_LONGITUDINAL_TEMPORAL_INFORMATION', 'Retain Temporal Info', 70, ({ dates }) => dates === 'full'],
  [
    'RETAIN_LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED_DATES',
    'Retain Modified Temporal Info',
    80,
    ({ dates }) => dates === 'modified',
  ],
  [
    'RETAIN_PATIENT_CHARACTERISTICS',
    'Retain Patient Characteristics',
    90,
    ({ retainPatientCharacteristics }) => retainPatientCharacteristics,
  ],
  ['RETAIN_DEVICE_IDENTITY', 'Retain Device Identity', 100, ({ retainDeviceIdentity }) => retainDeviceIdentity],
  [
    'RETAIN_INSTITUTION_IDENTITY',
    'Retain Institution Identity',
    110,
    ({ retainInstitutionIdentity }) => retainInstitutionIdentity,
  ],
  ['RETAIN_UIDS', 'Retain UIDs', 120, ({ retainUIDs }) => retainUIDs],
  ['RETAIN_SAFE_PRIVATE', 'Retain Safe Private Attributes', 130, ({ retainSafePrivate }) => retainSafePrivate],
];

/** What was done to the images of a transaction, in slicebox's words; no options at all when they are sent as they are. */
export function profileOf(anonymise: AnonymisationWay | null): { readonly options: readonly ConfidentialityOption[] } {
  if (anonymise === null) return { options: [] };
  const holding = OPTIONS.filter(([, , , holds]) => holds(anonymise.profile));
  return { options: holding.map(([name, title, rank]) => ({ name, title, description: title, rank })) };
}
