import { AssociationError } from '../../../network/fault';
import { isDone, Status } from '../../../network/status';
import type { SendOutcome, Trouble } from '../remote';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EHOSTDOWN',
]);
const CERTIFICATE = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/;

/** What a broken or refused association means for the person. */
export function troubleOfAssociation(error: unknown): Trouble {
  if (!(error instanceof AssociationError)) return { code: 'REMOTE_CUT' };
  const { fault } = error;
  switch (fault.kind) {
    case 'broken':
      if (CERTIFICATE.test(fault.code)) return { code: 'REMOTE_CERTIFICATE', person: true };
      return { code: UNREACHABLE.has(fault.code) ? 'REMOTE_UNREACHABLE' : 'REMOTE_CUT' };
    case 'silent':
      return { code: 'REMOTE_SILENT' };
    case 'aborted':
      return { code: 'REMOTE_CUT' };
    case 'malformed':
      return { code: 'REMOTE_ANSWER', details: { what: `DICOM: ${fault.what}` }, person: true };
    case 'rejected': {
      const { result, source, reason } = fault.rejection;
      // PS3.8 9.3.4: result 2 is transient; source 1 reasons 3 and 7 are AE titles that are not known there.
      if (result === 2)
        return { code: 'REMOTE_BUSY_THERE', details: { status: `A-ASSOCIATE-RJ ${String(source)}.${String(reason)}` } };
      if (source === 1 && (reason === 3 || reason === 7)) return { code: 'REMOTE_AE_TITLE', person: true };
      return {
        code: 'REMOTE_LOGIN',
        details: { status: `A-ASSOCIATE-RJ ${String(source)}.${String(reason)}` },
        person: true,
      };
    }
  }
}

/** What the status of a C-STORE response means for the image (PS3.4 B.2.3). */
export function outcomeOfStore(status: number): SendOutcome {
  // Whether a duplicate is the same image is seen when it is proven.
  if (isDone(status) || status === Status.DuplicateSOPInstance) return { kind: 'arrived', proof: null };
  const details = { status: `0x${status.toString(16).toUpperCase().padStart(4, '0')}` };
  if (status >= 0xa700 && status <= 0xa7ff)
    return { kind: 'later', whole: true, trouble: { code: 'REMOTE_FAULT', details } };
  if (status === Status.NotAuthorized)
    return { kind: 'later', whole: true, trouble: { code: 'REMOTE_LOGIN', details, person: true } };
  if (status === Status.SOPClassNotSupported) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
  return { kind: 'refused', code: 'REMOTE_REFUSED', details };
}
