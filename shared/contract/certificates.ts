import { z } from 'zod';
import { TrustedCertificate } from '../model/listener-tls';
import { Fingerprint } from '../model/remotes/access';
import { Instant } from '../model/vocabulary';
import { verb } from './verb';

/** The certificate under which this archive is reached, and shows itself to others. */
export const OwnCertificate = z.object({
  subject: z.string(),
  fingerprint: Fingerprint,
  validUntil: Instant,
  /** Whether it was made here and vouches for itself, so that others compare its fingerprint. */
  selfSigned: z.boolean(),
});
export type OwnCertificate = z.infer<typeof OwnCertificate>;

const Nothing = z.object({});
const FilePath = z.string().min(1).max(4096);

export const certificateVerbs = {
  /** Null until one is needed, made or loaded. */
  'certificate.own': verb(Nothing, z.object({ certificate: OwnCertificate.nullable() })),
  /** Makes a new key and certificate; the one before is no longer used. Listeners begin again with it. */
  'certificate.make': verb(Nothing, OwnCertificate, ['CERTIFICATE_NOT_KEPT']),
  /** Takes certificate and key from one or two files (PEM; the certificate also DER; the key without a password). */
  'certificate.load': verb(z.object({ paths: z.array(FilePath).min(1).max(2) }), OwnCertificate, [
    'CERTIFICATE_UNREADABLE',
    'CERTIFICATE_KEY_UNREADABLE',
    'CERTIFICATE_KEY_MISMATCH',
    'CERTIFICATE_NOT_KEPT',
  ]),
  /** Writes the own certificate, which is no secret, into a file that machines can be given. */
  'certificate.save': verb(z.object({ path: FilePath }), Nothing, ['NOT_FOUND', 'DISK_FAILED', 'DISK_FULL']),
  /** Reads somebody's certificate from a file, so that it can be trusted. Nothing is kept. */
  'certificate.read': verb(z.object({ path: FilePath }), TrustedCertificate, ['CERTIFICATE_UNREADABLE']),
} as const;

export type CertificateVerb = keyof typeof certificateVerbs;
