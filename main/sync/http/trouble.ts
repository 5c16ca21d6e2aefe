import type { SendOutcome, Trouble } from '../remotes/remote';

/** Codes of Node for a link that could not be made. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'EADDRNOTAVAIL',
]);

/** Codes of OpenSSL and Node for a certificate that is not trusted. */
const CERTIFICATE =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|FIELDBOX_PIN)/;

/** A request that got no usable answer. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';

  constructor(
    readonly trouble: Trouble,
    cause?: unknown,
    /** The connection was an old one that the server had closed already: nothing of the request was looked at. */
    readonly stale = false,
  ) {
    super(trouble.code, { cause });
  }
}

/** What a technical error of a connection means for the person. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof HttpFailure) return error.trouble;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (UNREACHABLE.has(code)) return { code: 'REMOTE_UNREACHABLE' };
  if (code === 'ETIMEDOUT') return { code: 'REMOTE_SILENT' };
  if (CERTIFICATE.test(code)) return { code: 'REMOTE_CERTIFICATE', person: true };
  if (/^(ERR_SSL|EPROTO)/.test(code)) return { code: 'REMOTE_ANSWER', details: { what: 'TLS' } };
  return { code: 'REMOTE_CUT' };
}

/** Seconds or a date (RFC 9110 10.2.3), as milliseconds from now; at most an hour, since their clock may be as wrong as ours. */
export function retryAfterMs(value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(seconds) ? Math.min(3_600_000, Math.max(1000, seconds)) : undefined;
}

/** An answer that is not the one hoped for, as trouble with the remote as such; null when it concerns only what was sent. */
export function troubleOfStatus(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Trouble | null {
  const after = headers['retry-after'];
  const afterMs = retryAfterMs(typeof after === 'string' ? after : undefined);
  const wait = afterMs === undefined ? {} : { afterMs };
  if (status === 401 || status === 403 || status === 407)
    return { code: 'REMOTE_LOGIN', details: { status }, person: true };
  if (status === 408 || status === 425 || status === 429)
    return { code: 'REMOTE_BUSY_THERE', details: { status }, ...wait };
  // 507 Insufficient Storage (RFC 4918 11.5) passes when somebody there makes room.
  if (status >= 500) return { code: 'REMOTE_FAULT', details: { status }, ...wait };
  // A redirect to somewhere else is a captive portal, or an address that is not the service's.
  if (status >= 300 && status < 400)
    return { code: 'REMOTE_ANSWER', details: { what: `HTTP ${String(status)}` }, person: true };
  return null;
}

/** What an unhoped-for answer to an upload means for the image. */
export function outcomeOfStatus(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): SendOutcome {
  const trouble = troubleOfStatus(status, headers);
  if (trouble !== null) return { kind: 'later', whole: true, trouble };
  if (status === 413) return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
  if (status === 415) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
  return { kind: 'refused', code: 'REMOTE_REFUSED', details: { status } };
}
