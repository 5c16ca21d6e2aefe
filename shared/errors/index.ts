import { anonymisationErrors } from './anonymisation';
import { attachmentErrors } from './attachments';
import { classificationErrors } from './classification';
import { boxErrors } from './boxes';
import { courierErrors } from './courier';
import { clinicRemoteErrors } from './clinic-remotes';
import { dicomErrors } from './dicom';
import type { ErrorEntry } from './entry';
import { findingErrors } from './finding';
import { generalErrors } from './general';
import { identityErrors } from './identity';
import { groupingErrors } from './grouping';
import { intakeErrors } from './intake';
import { releaseErrors } from './release';
import { sourceErrors } from './sources';
import { scpErrors } from './scp';
import { storageErrors } from './storage';
import { syncErrors } from './sync';
import { userErrors } from './users';

export type { ErrorEntry, Remedy, Severity } from './entry';

/**
 * The one catalogue of numbered errors. Log, interface, command line and tests use the same code and number.
 * A code, once released, keeps its number and meaning.
 */
export const catalogue = {
  ...generalErrors,
  ...findingErrors,
  ...storageErrors,
  ...dicomErrors,
  ...intakeErrors,
  ...releaseErrors,
  ...syncErrors,
  ...sourceErrors,
  ...boxErrors,
  ...anonymisationErrors,
  ...userErrors,
  ...identityErrors,
  ...attachmentErrors,
  ...groupingErrors,
  ...classificationErrors,
  ...courierErrors,
  ...clinicRemoteErrors,
  ...scpErrors,
} as const;

export type ErrorCode = keyof typeof catalogue;
export type Language = 'en' | 'es' | 'fr' | 'ar';
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** Whether a text is a code of the catalogue (codes from newer versions are not). */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}

/** The sentence for people, in their language, with details filled in. */
export function errorSentence(code: ErrorCode, details: ErrorDetails = {}, language: Language = 'en'): string {
  const entry: ErrorEntry = catalogue[code];
  return entry[language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = details[name];
    return value === undefined ? whole : String(value);
  });
}

/**
 * Every error that Fieldbox throws on purpose. `code` is of the catalogue, `details` fill the sentence and never hold
 * personal data, `cause` is the technical fault beneath.
 */
export class FieldboxError extends Error {
  override readonly name = 'FieldboxError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    super(errorSentence(code, details), cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  get number(): number {
    return catalogue[this.code].number;
  }

  /** A plain form that crosses threads, processes and the command line. */
  toJSON(): WireError {
    return { code: this.code, number: this.number, details: this.details, message: this.message };
  }
}

export interface WireError {
  readonly code: ErrorCode;
  readonly number: number;
  readonly details: ErrorDetails;
  readonly message: string;
}

/** Turns a wire form back into an error. */
export function fromWire(error: WireError): FieldboxError {
  return new FieldboxError(error.code, error.details);
}

/** Any thrown value as a FieldboxError; what is not ours becomes INTERNAL with the cause kept. */
export function asFieldboxError(thrown: unknown): FieldboxError {
  return thrown instanceof FieldboxError ? thrown : new FieldboxError('INTERNAL', {}, thrown);
}
