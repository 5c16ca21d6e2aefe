import { z } from 'zod';
import { Fingerprint, WebAccess } from './access';

/** PS3.5 6.2, AE: up to sixteen printing characters, no backslash. */
export const AETitle = z
  .string()
  .trim()
  .min(1)
  .max(16)
  .regex(/^[\x20-\x5b\x5d-\x7e]+$/);

/** A folder on this laptop, a stick or a network share, in which images are laid down as DICOM files. */
export const FolderSettings = z.object({ kind: z.literal('folder'), path: z.string().min(1).max(4096) });

/** A slicebox, or another Fieldbox, as a box: `connects` holds the peer's URL with the token, `reached` waits for the peer. */
export const SliceboxSettings = z.object({
  kind: z.literal('slicebox'),
  role: z.enum(['connects', 'reached']),
  /** For `connects` the URL up to the token, which is a secret; for `reached` empty. */
  url: z.string().max(1000),
  certificate: Fingerprint.nullable(),
});

export const OrthancSettings = z.object({ kind: z.literal('orthanc'), access: WebAccess });

/** PS3.18: the three services may lie under different addresses below the base. */
export const DicomWebSettings = z.object({
  kind: z.literal('dicomweb'),
  access: WebAccess,
  stow: z.string().max(200),
  qido: z.string().max(200),
  wado: z.string().max(200),
  /** Every image is read back and compared byte for byte: the strongest proof, at twice the traffic. */
  readBack: z.boolean(),
});

export const DimseSettings = z.object({
  kind: z.literal('dimse'),
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65535),
  calledAETitle: AETitle,
  callingAETitle: AETitle,
  tls: z.boolean(),
  certificate: Fingerprint.nullable(),
  /** Storage commitment is asked for when the peer accepts it. */
  commitment: z.boolean(),
  /** Whether files may be decompressed when the peer refuses their transfer syntax. */
  mayTranscode: z.boolean(),
});

export const TschartsSettings = z.object({
  kind: z.literal('tscharts'),
  access: WebAccess.omit({ authentication: true }),
  username: z.string().min(1).max(200),
  /** Numbers of the remote's clinic and station that pictures go to when they have none of their own. */
  clinic: z.int().nullable(),
  station: z.int().nullable(),
});

export const ArchiveV1Settings = z.object({
  kind: z.literal('archive-v1'),
  access: WebAccess.omit({ authentication: true }),
  username: z.string().min(1).max(200),
  project: z.string().max(200),
  archive: z.string().max(200),
});

export const AttachmentsSettings = z.object({
  kind: z.literal('attachments'),
  access: WebAccess.omit({ authentication: true }),
});

/** A stick carried to another Fieldbox; `recipient` is that box's public key. */
export const CourierSettings = z.object({ kind: z.literal('courier'), recipient: z.string().max(200) });

/** How a remote is reached; secrets are kept apart. */
export const RemoteSettings = z.discriminatedUnion('kind', [
  FolderSettings,
  SliceboxSettings,
  OrthancSettings,
  DicomWebSettings,
  DimseSettings,
  TschartsSettings,
  ArchiveV1Settings,
  AttachmentsSettings,
  CourierSettings,
]);
export type RemoteSettings = z.infer<typeof RemoteSettings>;
export const RemoteKind = z.enum([
  'folder',
  'slicebox',
  'orthanc',
  'dicomweb',
  'dimse',
  'tscharts',
  'archive-v1',
  'attachments',
  'courier',
]) satisfies z.ZodType<RemoteSettings['kind']>;
export type RemoteKind = RemoteSettings['kind'];
export type SettingsOf<K extends RemoteKind> = Extract<RemoteSettings, { kind: K }>;

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** When and how fast a remote may be used. */
export const RemotePolicy = z.object({
  paused: z.boolean(),
  /** Local time of day between which it sends; over midnight when `from` is later than `to`. */
  hours: z.object({ from: TimeOfDay, to: TimeOfDay }).nullable(),
  /** Only while an address of this laptop begins with this, such as 192.168.7. */
  network: z.string().max(64).nullable(),
  bytesPerSecond: z.int().min(1024).nullable(),
  smallFirst: z.boolean(),
});
export type RemotePolicy = z.infer<typeof RemotePolicy>;
