import { z } from 'zod';
import { ImageId, RemoteKey } from '../model/ids';
import { HubSettings } from '../model/remotes/hub';
import { Instant } from '../model/vocabulary';
import { RemoteRow } from './sync';
import { verb } from './verb';

const Nothing = z.object({});
const Fault = z.object({ code: z.string(), details: z.record(z.string(), z.union([z.string(), z.number()])) });

/** How the listener stands by which others reach this archive. */
export const HubStatus = z.object({
  settings: HubSettings,
  listening: z.boolean(),
  /** Where it listens now; the port is the real one also where 0 was asked for. */
  port: z.int().nullable(),
  /** What others call this laptop: each begins an address that can be handed over. */
  addresses: z.array(z.string()),
  /** Why it does not listen although it is switched on. */
  fault: Fault.nullable(),
  connections: z.int(),
});
export type HubStatus = z.infer<typeof HubStatus>;

/** The states of slicebox (BoxProtocol): WAITING, PROCESSING, FINISHED, FAILED. */
export const IncomingState = z.enum(['waiting', 'processing', 'finished', 'failed']);
export type IncomingState = z.infer<typeof IncomingState>;

/** What another box sends to this one under one number. */
export const IncomingRow = z.object({
  id: z.int(),
  remote: RemoteKey,
  remoteName: z.string(),
  /** The number that the sender gave it. */
  transaction: z.int(),
  /** Which side opened the connections: the other box brought it, or it was fetched from there. */
  way: z.enum(['brought', 'fetched']),
  state: IncomingState,
  total: z.int(),
  /** Images that came, whatever became of them. */
  received: z.int(),
  /** Of these, images that were not here before. */
  added: z.int(),
  /** Of these, files that are no images this archive can hold. */
  rejected: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type IncomingRow = z.infer<typeof IncomingRow>;

export const IncomingImageRow = z.object({
  sequence: z.int(),
  /** As it lies in the archive; null when it was rejected, or is here no more. */
  image: ImageId.nullable(),
  isNew: z.boolean(),
  /** It came back anonymous and has its identity again. */
  restored: z.boolean(),
  /** Why it was rejected. */
  fault: Fault.nullable(),
  at: Instant,
});
export type IncomingImageRow = z.infer<typeof IncomingImageRow>;

/** How a box stands with this archive. */
export const BoxRow = z.object({
  remote: RemoteKey,
  name: z.string(),
  role: z.enum(['connects', 'reached']),
  /** Whether the two were in contact lately. */
  online: z.boolean(),
  heardAt: Instant.nullable(),
  /** Whether it is a Fieldbox too, so that transfers go on where they broke off and are proven by hash; null: not known yet. */
  isFieldbox: z.boolean().nullable(),
  /** Why it could not be asked for images the last time. */
  fault: Fault.nullable(),
});
export type BoxRow = z.infer<typeof BoxRow>;

export const boxVerbs = {
  'hub.status': verb(Nothing, HubStatus),
  /** Switches the listener on or off, or moves it. What cannot be opened stays off. */
  'hub.set': verb(HubSettings, HubStatus, ['HUB_PORT_TAKEN', 'HUB_ADDRESS', 'HUB_PORT_FORBIDDEN']),
  'boxes.list': verb(Nothing, z.object({ rows: z.array(BoxRow) })),
  /**
   * Makes an address by which another box reaches this one. It holds the token: who has it may send and fetch. The name of a box
   * that has one already gives the same one.
   */
  'boxes.createConnection': verb(
    z.object({ name: z.string().trim().min(1).max(64) }),
    z.object({ remote: RemoteRow, url: z.string() }),
    ['REMOTE_NAME_TAKEN', 'HUB_OFF', 'BOX_URL_GONE'],
  ),
  /** Connects to another box by the address it has given out. */
  'boxes.connect': verb(
    z.object({ name: z.string().trim().min(1).max(64), url: z.string().max(1000) }),
    z.object({ remote: RemoteRow }),
    ['BOX_URL', 'REMOTE_NAME_TAKEN'],
  ),
  /** The address that was handed to a box, once more. */
  'boxes.address': verb(z.object({ remote: RemoteKey }), z.object({ url: z.string() }), [
    'NOT_FOUND',
    'REMOTE_CANNOT',
    'HUB_OFF',
    'BOX_URL_GONE',
  ]),
  /** Gives a box a new address; the old one is void at once. */
  'boxes.renewAddress': verb(z.object({ remote: RemoteKey }), z.object({ url: z.string() }), [
    'NOT_FOUND',
    'REMOTE_CANNOT',
    'HUB_OFF',
  ]),
  /** Asks a box at once what it has for this archive, and takes it in. */
  'boxes.fetch': verb(z.object({ remote: RemoteKey }), z.object({ received: z.int(), rejected: z.int() }), [
    'NOT_FOUND',
    'REMOTE_CANNOT',
    'REMOTE_UNREACHABLE',
    'REMOTE_SILENT',
    'REMOTE_CUT',
    'REMOTE_LOGIN',
    'BOX_TOKEN',
    'REMOTE_CERTIFICATE',
    'REMOTE_ANSWER',
    'REMOTE_BUSY_THERE',
    'REMOTE_FAULT',
    'DISK_FULL',
  ]),
  /** What other boxes send here, newest first. */
  'boxes.incoming': verb(
    z.object({
      remote: RemoteKey.optional(),
      limit: z.int().min(1).max(500).default(50),
      offset: z.int().min(0).default(0),
    }),
    z.object({ total: z.int(), rows: z.array(IncomingRow) }),
  ),
  'boxes.incomingImages': verb(
    z.object({
      id: z.int(),
      limit: z.int().min(1).max(1000).default(200),
      offset: z.int().min(0).default(0),
    }),
    z.object({ total: z.int(), rows: z.array(IncomingImageRow) }),
    ['NOT_FOUND'],
  ),
  /** Takes a transaction out of the list; the images stay. */
  'boxes.forgetIncoming': verb(z.object({ id: z.int() }), Nothing, ['NOT_FOUND']),
} as const;

export const boxEvents = {
  /** Something came from a box, or the listener changed; at most a few times a second. */
  'boxes.changed': z.object({ listening: z.boolean() }),
} as const;

export type BoxVerb = keyof typeof boxVerbs;
