import { z } from 'zod';
import { ScpSettings } from '../model/scp';
import { Instant } from '../model/vocabulary';
import { verb } from './verb';

/** A machine that has called since the archive was opened. */
export const ScpCaller = z.object({
  AETitle: z.string(),
  address: z.string(),
  lastAt: Instant,
  /** Whether it was let in the last time. */
  admitted: z.boolean(),
  received: z.int(),
  /** Images that could not be taken. */
  failed: z.int(),
});
export type ScpCaller = z.infer<typeof ScpCaller>;

/** How receiving from machines stands. */
export const ScpStatus = z.object({
  settings: ScpSettings,
  state: z.enum(['off', 'listening', 'failed']),
  /** The port it really listens on; null when it does not. */
  port: z.int().nullable(),
  fault: z.object({ code: z.string(), details: z.record(z.string(), z.union([z.string(), z.number()])) }).nullable(),
  /** Addresses of this laptop in the network: what is entered at the machines. */
  addresses: z.array(z.string()),
  /** Newest first. */
  callers: z.array(ScpCaller),
});
export type ScpStatus = z.infer<typeof ScpStatus>;

const Nothing = z.object({});

export const scpVerbs = {
  'scp.status': verb(Nothing, ScpStatus),
  /** Keeps the settings and starts, stops or restarts listening. A port that cannot be had is told in the status. */
  'scp.set': verb(ScpSettings, ScpStatus),
} as const;

export const scpEvents = {
  /** A machine called, or listening began or ended; at most about once a second. */
  'scp.changed': ScpStatus,
} as const;
