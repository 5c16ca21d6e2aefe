import { z } from 'zod';

/** SHA-256 of a certificate (DER), as lower-case hexadecimal digits. */
export const Fingerprint = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * How a web service is reached. Passwords and tokens are not here: they lie in the system's safe storage under the name of the
 * remote and the words `password`, `token` or `header:<name>`.
 */
export const WebAccess = z.object({
  url: z.url({ protocol: /^https?$/ }).max(1000),
  authentication: z.discriminatedUnion('scheme', [
    z.object({ scheme: z.literal('none') }),
    z.object({ scheme: z.literal('basic'), username: z.string().min(1).max(200) }),
    z.object({ scheme: z.literal('bearer') }),
  ]),
  /** Further request headers; a secret one has its value in safe storage. */
  headers: z
    .array(
      z.object({
        name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/),
        value: z.string().max(2000),
        secret: z.boolean(),
      }),
    )
    .max(16),
  /** The only certificate that is accepted, when a person has said so; null: what the system trusts. */
  certificate: Fingerprint.nullable(),
});
export type WebAccess = z.infer<typeof WebAccess>;

/** What a remote can show as evidence that it really holds an image. */
export const ProofKind = z.enum([
  /** The bytes were read back and are the same. */
  'hash',
  /** Storage commitment (PS3.4 J). */
  'commitment',
  /** C-FIND or QIDO lists the instance. */
  'query',
  /** The remote's own list of its files names it with the right size or checksum. */
  'listing',
  /** The remote's protocol says that the transaction is complete. */
  'status',
  /** A receipt came back from the box that read the bundle. */
  'receipt',
]);
export type ProofKind = z.infer<typeof ProofKind>;
