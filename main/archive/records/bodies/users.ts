import { z } from 'zod';
import { Role } from '@shared/contract/roles';
import { ArchiveSettings, PersonColour } from '@shared/contract/users';
import { UserKey } from '@shared/model/ids';

/** A secret as it is kept: never itself, only what scrypt (RFC 7914) makes of it, with the parameters it was made with. */
export const SecretHash = z.object({
  kdf: z.literal('scrypt'),
  N: z.int().positive(),
  r: z.int().positive(),
  p: z.int().positive(),
  /** Base64. */
  salt: z.string(),
  hash: z.string(),
});
export type SecretHash = z.infer<typeof SecretHash>;

export const SecretWay = z.enum(['password', 'pin']);
export type SecretWay = z.infer<typeof SecretWay>;

/** Records of the people who work with the archive, and of the archive's settings. */
export const userBodies = {
  'user.saved': z.object({
    user: UserKey,
    login: z.string(),
    name: z.string(),
    role: Role,
    active: z.boolean(),
    initials: z.string(),
    colour: PersonColour,
  }),
  /** A new password or PIN; null takes the PIN away. */
  'user.secret': z.object({ user: UserKey, way: SecretWay, secret: SecretHash.nullable() }),
  'user.removed': z.object({ user: UserKey }),
  /** Those that were changed. */
  'archive.settings': ArchiveSettings.partial(),
} as const;
