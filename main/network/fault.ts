import { CommandError } from './command';
import { PduError, type Rejection } from './pdu';

/** Why an association did not come about or ended. */
export type AssociationFault =
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | { readonly kind: 'aborted' }
  /** The connection broke, or could not be made; with the system's code. */
  | { readonly kind: 'broken'; readonly code: string }
  /** Nothing moved for too long. */
  | { readonly kind: 'silent' }
  /** What came is not DICOM. */
  | { readonly kind: 'malformed'; readonly what: string };

export class AssociationError extends Error {
  override readonly name = 'AssociationError';

  constructor(
    readonly fault: AssociationFault,
    cause?: unknown,
  ) {
    super(fault.kind, { cause });
  }
}

/** Any failure of an association as one of ours. */
export function faultOf(error: unknown): AssociationError {
  if (error instanceof AssociationError) return error;
  if (error instanceof PduError || error instanceof CommandError)
    return new AssociationError({ kind: 'malformed', what: error.message }, error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return new AssociationError({ kind: 'broken', code }, error);
}
