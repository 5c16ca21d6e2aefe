import type { Mask } from './masks';
import type { ExtraValue } from './tag-path';

/**
 * What becomes of dates and times: nothing of them is kept; they are kept as they are (Retain Longitudinal Temporal Information
 * With Full Dates Option, PS3.15 E.3.6); or all of a patient's are moved by one number of days (With Modified Dates Option).
 */
export type DateHandling = 'remove' | 'full' | 'modified';

/** The options of PS3.15 E.3; what is not given is off. The Basic Application Level Confidentiality Profile always applies. */
export interface AnonymisationOptions {
  /** E.3.9 */
  readonly retainUIDs?: boolean;
  /** E.3.8 */
  readonly retainDeviceIdentity?: boolean;
  /** E.3.11 */
  readonly retainInstitutionIdentity?: boolean;
  /** E.3.7 */
  readonly retainPatientCharacteristics?: boolean;
  /** E.3.6; 'remove' when not given. */
  readonly dates?: DateHandling;
  /** E.3.5, by the rules of `Identity`. */
  readonly cleanDescriptors?: boolean;
  /** E.3.4, by the same rules. */
  readonly cleanStructuredContent?: boolean;
  /** E.3.3; see `keepsOverlay`. */
  readonly cleanGraphics?: boolean;
  /** E.3.10, by the list in safe-private.ts. */
  readonly retainSafePrivate?: boolean;
  /**
   * E.3.1: areas to be blackened, found by a person or kept for a device model. Without any, Clean Pixel Data is not claimed.
   * Clean Recognizable Visual Features (E.3.2) cannot be done by a program without a person and is never claimed.
   */
  readonly masks?: readonly Mask[];
}

/** What stands in the place of the patient; the same for all images of one anonymisation key. */
export interface AnonymisationKeyValues {
  readonly patientName?: string;
  readonly patientID?: string;
  /** DA; empty when not given, as the profile wants. */
  readonly patientBirthDate?: string;
  readonly patientSex?: string;
  readonly accessionNumber?: string;
  readonly studyID?: string;
  /** Days that the patient's dates are moved by with Modified Dates; derived from the secret and the patient when not given. */
  readonly dateShiftDays?: number;
  /** Written after everything else, unchecked: these are the caller's words. */
  readonly extra?: readonly ExtraValue[];
}

export interface AnonymisationKey {
  /** At least 16 random bytes, kept secret; the same secret gives the same replacements. */
  readonly secret: Uint8Array;
  readonly values?: AnonymisationKeyValues;
  /**
   * Tells this result apart from another that was made of the same instance with the same key (other areas blackened): it gets a
   * SOP Instance UID of its own, unless UIDs are retained. Empty or not given for the first one, which references lead to.
   */
  readonly variant?: string;
}

export interface DeidentificationCode {
  readonly value: string;
  readonly meaning: string;
}

type OptionTest = (options: AnonymisationOptions) => boolean;

/** PS3.16 CID 7050; coding scheme DCM. */
const CODES: readonly (readonly [string, string, OptionTest])[] = [
  ['113100', 'Basic Application Confidentiality Profile', () => true],
  ['113101', 'Clean Pixel Data Option', (options) => (options.masks ?? []).length > 0],
  ['113103', 'Clean Graphics Option', (options) => options.cleanGraphics === true],
  ['113104', 'Clean Structured Content Option', (options) => options.cleanStructuredContent === true],
  ['113105', 'Clean Descriptors Option', (options) => options.cleanDescriptors === true],
  ['113106', 'Retain Longitudinal Temporal Information Full Dates Option', (options) => options.dates === 'full'],
  [
    '113107',
    'Retain Longitudinal Temporal Information Modified Dates Option',
    (options) => options.dates === 'modified',
  ],
  ['113108', 'Retain Patient Characteristics Option', (options) => options.retainPatientCharacteristics === true],
  ['113109', 'Retain Device Identity Option', (options) => options.retainDeviceIdentity === true],
  ['113110', 'Retain UIDs Option', (options) => options.retainUIDs === true],
  ['113111', 'Retain Safe Private Option', (options) => options.retainSafePrivate === true],
  ['113112', 'Retain Institution Identity Option', (options) => options.retainInstitutionIdentity === true],
];

/** The codes of the profile and of the options that were applied (PS3.15 E.1.1, PS3.16 CID 7050). */
export function deidentificationCodes(options: AnonymisationOptions): readonly DeidentificationCode[] {
  return CODES.filter(([, , applies]) => applies(options)).map(([value, meaning]) => ({ value, meaning }));
}

/** Longitudinal Temporal Information Modified (0028,0303), as PS3.15 E.3.6 wants it. */
export function longitudinalState(options: AnonymisationOptions): 'REMOVED' | 'UNMODIFIED' | 'MODIFIED' {
  if (options.dates === 'full') return 'UNMODIFIED';
  return options.dates === 'modified' ? 'MODIFIED' : 'REMOVED';
}
