import { z } from 'zod';
import { UserKey } from '../ids';
import { Instant } from '../vocabulary';

/** Codes with which an item is parked until a person says who its patient is. */
export const MATCH_CODES = ['REMOTE_WHO', 'MATCH_LACKS', 'MATCH_CANNOT_CREATE', 'MATCH_GONE'] as const;

/** Why somebody at a remote may be a patient of ours. */
export const MatchReason = z.enum(['number', 'nationalNumber', 'name', 'birthDate', 'sex']);
export type MatchReason = z.infer<typeof MatchReason>;

/** A patient as a remote knows them. */
export const RemotePatient = z.object({
  /** The remote's own id. */
  id: z.string().min(1).max(64),
  /** As the remote writes it, for people to read. */
  name: z.string(),
  /** Any other number it shows; empty when there is none. */
  number: z.string(),
  /** YYYYMMDD, or empty. */
  birthDate: z.string(),
  /** M, F, O, or empty. */
  sex: z.string(),
  reasons: z.array(MatchReason),
  /** `privacy`: has not agreed there to the privacy policy; `archived`: is put away there. */
  warnings: z.array(z.enum(['privacy', 'archived'])),
});
export type RemotePatient = z.infer<typeof RemotePatient>;

/** How it came to be known who a patient is at a remote. */
export const MatchBasis = z.enum([
  /** A person said so. */
  'person',
  /** The same number of ours, or of the nation, stands there, and the birth date is the same. */
  'number',
  /** Surname, first name, birth date and sex are the same, where the remote is set up to accept that. */
  'card',
  /** Was made there by Fieldbox. */
  'made',
]);
export type MatchBasis = z.infer<typeof MatchBasis>;

/** Who a patient is at a remote. `new`: is to be made there with the next image. */
export const MatchDecision = z.object({
  choice: z.enum(['this', 'new', 'none']),
  remotePatient: z.string().nullable(),
  basis: MatchBasis,
  at: Instant,
  by: UserKey.nullable(),
});
export type MatchDecision = z.infer<typeof MatchDecision>;
