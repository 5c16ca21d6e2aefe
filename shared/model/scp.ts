import { z } from 'zod';
import { ListenerTls, noTls } from './listener-tls';
import { Fingerprint } from './remotes/access';
import { AETitle } from './remotes/settings';

/** A machine that may ask and be sent to. */
export const ScpPeer = z.object({
  AETitle,
  /** The address it has to call from, and that a C-MOVE sends to; empty: it may call from any, and nothing can be sent to it. */
  host: z.string().trim().max(255),
  /** Where it receives (C-MOVE); not looked at when it calls. */
  port: z.int().min(1).max(65535),
  /** Whether what is sent to it (C-MOVE) is encrypted. */
  tls: z.boolean().default(false),
  /** The only certificate of it that is accepted, when a person has said so; null: what the system trusts. */
  certificate: Fingerprint.nullable().default(null),
  /** Compressed images that it asks for are given decoded when it does not take their compression. */
  mayTranscode: z.boolean().default(false),
});
export type ScpPeer = z.infer<typeof ScpPeer>;

/** How Fieldbox receives from machines on the network (DICOM service class provider). */
export const ScpSettings = z.object({
  /** Off until somebody switches it on. */
  enabled: z.boolean(),
  AETitle,
  port: z.int().min(1).max(65535),
  /** The address of this laptop on which it listens: 127.0.0.1, one of its own, or 0.0.0.0 for all. */
  host: z.union([z.ipv4(), z.ipv6()]),
  peers: z.array(ScpPeer).max(64),
  /** Whether machines that are not in the list may send images. Questions are answered to those in the list only. */
  strangersMayStore: z.boolean(),
  /** Whether the people registered today are given as a worklist to the machines in the list. */
  worklist: z.boolean(),
  /** Whether images of classes are taken that the standard does not know, such as makers' own (PS3.4 B.5). */
  unknownClasses: z.boolean().default(true),
  tls: ListenerTls.default(noTls),
});
export type ScpSettings = z.infer<typeof ScpSettings>;

export const scpOff: ScpSettings = {
  enabled: false,
  AETitle: 'FIELDBOX',
  port: 11112, // registered for DICOM (PS3.8 9.1.1), above those that need a privilege
  host: '0.0.0.0',
  peers: [],
  strangersMayStore: false,
  worklist: true,
  unknownClasses: true,
  tls: noTls,
};
