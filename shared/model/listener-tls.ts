import { z } from 'zod';
import { Fingerprint } from './remotes/access';

/** A certificate of somebody else that is trusted: the machine's own, or of the authority that has signed it. */
export const TrustedCertificate = z.object({
  /** Whom it names, for people. */
  subject: z.string().max(1000),
  fingerprint: Fingerprint,
  /** PEM (RFC 7468). */
  text: z
    .string()
    .max(64 * 1024)
    .startsWith('-----BEGIN CERTIFICATE-----'),
});
export type TrustedCertificate = z.infer<typeof TrustedCertificate>;

/** Whether a listener of this laptop is encrypted (TLS), with this archive's own certificate. */
export const ListenerTls = z.object({
  on: z.boolean(),
  /** Only who shows one of these, or one that is signed by one of these, may connect; none: everybody may. */
  clients: z.array(TrustedCertificate).max(64),
});
export type ListenerTls = z.infer<typeof ListenerTls>;

export const noTls: ListenerTls = { on: false, clients: [] };
