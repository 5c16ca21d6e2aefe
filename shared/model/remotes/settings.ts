import { z } from 'zod';
import { ResultName, ResultType } from '../results';
import { Fingerprint, WebAccess } from './access';

/** PS3.5 6.2, AE: up to sixteen printing characters, no backslash. */
export const AETitle = z
  .string()
  .trim()
  .min(1)
  .max(16)
  .regex(/^[\x20-\x5b\x5d-\x7e]+$/);

/**
 * As what photos and documents are laid into a folder: as DICOM files, as the files they were taken as (byte for byte), or as both.
 * What came as DICOM, and what is anonymised, is DICOM always.
 */
export const FolderPhotos = z.enum(['dicom', 'pictures', 'both']);
export type FolderPhotos = z.infer<typeof FolderPhotos>;

/** A folder on this laptop, a stick or a network share. Without `photos` they are DICOM. */
export const FolderSettings = z.object({
  kind: z.literal('folder'),
  path: z.string().min(1).max(4096),
  photos: FolderPhotos.optional(),
});

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
  /** Compressed images are sent decoded to a peer that does not take their compression. */
  mayTranscode: z.boolean().default(false),
});

/** The four types of picture that tscharts has. */
export const TschartsImageType = z.enum(['Headshot', 'Xray', 'Surgery', 'Audiogram']);
export type TschartsImageType = z.infer<typeof TschartsImageType>;

export const TschartsSettings = z.object({
  kind: z.literal('tscharts'),
  access: WebAccess.omit({ authentication: true }),
  username: z.string().min(1).max(200),
  /** Numbers of the remote's clinic and station that pictures go to when they have none of their own. */
  clinic: z.int().positive().nullable(),
  station: z.int().positive().nullable(),
  /** What kinds of pictures go as that it has no word for; null: they are not sent. */
  otherAs: TschartsImageType.nullable().default(null),
  /** Whoever has the same surname, first name, birth date and sex there is taken for the same person without asking. */
  exactMatch: z.boolean().default(false),
});

export const ArchiveV1Settings = z.object({
  kind: z.literal('archive-v1'),
  access: WebAccess.omit({ authentication: true }),
  username: z.string().min(1).max(200),
  project: z.string().trim().min(1).max(200),
  archive: z.string().trim().min(1).max(200),
  /** Results that are fetched back; the server cannot list their names. */
  results: z
    .array(
      z.object({
        type: ResultType,
        name: ResultName,
        /** The site's own, where the server tells none. */
        threshold: z.number().nullable(),
      }),
    )
    .max(20)
    .default([]),
});
export type ArchiveV1Settings = z.infer<typeof ArchiveV1Settings>;

export const AttachmentsSettings = z.object({
  kind: z.literal('attachments'),
  /** The address with the shard of the key, such as https://api.uk1.cliniko.com/v1. The key is the secret `token`. */
  access: WebAccess.omit({ authentication: true }),
  /** E-mail address that the service may write to; it must stand in every request. */
  contact: z.email().max(200),
  /** How images that came as DICOM go: as a picture that everybody sees, or as the file, which the service only keeps. */
  dicomAs: z.enum(['picture', 'file']).default('picture'),
  /** Files of a study or visit are put into a case of the patient there, which is made if there is none. */
  intoCases: z.boolean().default(false),
  /** The service allows 200 in a minute to all programs together that use the key. */
  callsPerMinute: z.int().min(1).max(10_000).default(120),
});

/** A stick carried to another Fieldbox. */
export const CourierSettings = z.object({
  kind: z.literal('courier'),
  /** The other box's public key, as that box shows it (./box-key.ts). */
  recipient: z.string().max(200),
  /** Where bundles are laid whenever the folder is there; empty: only where `courier.write` says. */
  path: z.string().max(4096),
});

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
