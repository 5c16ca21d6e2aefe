import { z } from 'zod';
import {
  ClinicKey,
  DestinationKey,
  ExportSetKey,
  ForwardKey,
  ForwardRuleKey,
  ImageId,
  ImportSessionKey,
  KindKey,
  StationKey,
  WatchKey,
} from '../model/ids';
import { ExportForm, Instant, SourceRef, SourceType } from '../model/vocabulary';
import { ExportSelection } from './release';
import { verb } from './verb';

const Nothing = z.object({});
const Reason = z.object({ code: z.string(), details: z.record(z.string(), z.union([z.string(), z.number()])) });
const offset = z.int().min(0).default(0);
const limit = z.int().min(1).max(1000).default(100);

/** What is done with a file in a watched folder once it is proven to be stored. */
export const Afterwards = z.enum(['keep', 'delete', 'move']);
export type Afterwards = z.infer<typeof Afterwards>;

/** What a person sets of a watched folder. */
export const WatchInput = z.object({
  name: z.string().trim().min(1).max(64),
  /** Absolute path of a folder that is there now. */
  path: z.string().min(1).max(4096),
  /** To what photos and documents from it belong; DICOM files say themselves whose they are. */
  clinic: ClinicKey.nullable(),
  station: StationKey.nullable(),
  kind: KindKey.nullable(),
  subfolders: z.boolean(),
  afterwards: Afterwards,
  /** Absolute path of the folder that files are moved to; only with `move`. */
  moveTo: z.string().min(1).max(4096).nullable(),
  /** Names of files and folders that are passed over; `*` and `?` are wildcards, case does not matter. */
  skip: z.array(z.string().trim().min(1).max(128)).max(100),
});
export type WatchInput = z.infer<typeof WatchInput>;

/** Names that are passed over unless a person says otherwise: what systems and programs leave while they write. */
export const USUAL_SKIP: readonly string[] = [
  '.*',
  '~*',
  '*.tmp',
  '*.part',
  '*.partial',
  '*.crdownload',
  '*.lock',
  'thumbs.db',
  'desktop.ini',
];

export const WatchRow = WatchInput.extend({
  watch: WatchKey,
  /** `stopped`: nothing watches in this process (the command line). */
  state: z.enum(['watching', 'taking', 'paused', 'missing', 'error', 'stopped']),
  error: Reason.nullable(),
  /** Files taken in so far, files that are still being written or wait for their turn, and files that could not be taken. */
  taken: z.int(),
  waiting: z.int(),
  problems: z.int(),
  lastFile: z.object({ name: z.string(), at: Instant }).nullable(),
  lastLook: Instant.nullable(),
});
export type WatchRow = z.infer<typeof WatchRow>;

export const WatchProblem = z.object({
  path: z.string(),
  /** Whether it is tried again by itself. */
  again: z.boolean(),
  at: Instant,
  ...Reason.shape,
});
export type WatchProblem = z.infer<typeof WatchProblem>;

/** How a destination is reached. */
export const DestinationType = z.enum(['folder']);
export type DestinationType = z.infer<typeof DestinationType>;

/** A place images are forwarded to. `settings` are the type's own: a folder has `folder`, its absolute path. */
export const DestinationInput = z.object({
  name: z.string().trim().min(1).max(64),
  type: DestinationType,
  settings: z.record(z.string().max(64), z.string().max(4096)),
});
export const DestinationRow = DestinationInput.extend({ destination: DestinationKey, rules: z.int() });
export type DestinationRow = z.infer<typeof DestinationRow>;

export const ForwardRuleRow = z.object({
  rule: ForwardRuleKey,
  /** Null: images from anywhere. */
  source: SourceType.nullable(),
  /** The empty text: every source of the type. */
  sourceRef: SourceRef,
  sourceName: z.string().nullable(),
  destination: DestinationKey,
  destinationName: z.string(),
  /** Whether images stay here; if not, they are moved to the trash once their delivery is proven. */
  keepImages: z.boolean(),
  active: z.boolean(),
});
export type ForwardRuleRow = z.infer<typeof ForwardRuleRow>;

export const ForwardState = z.enum(['waiting', 'sending', 'done', 'failed', 'cancelled']);
export type ForwardState = z.infer<typeof ForwardState>;

/** One delivery: images of one source (and import) that go to one destination together. */
export const ForwardRow = z.object({
  forward: ForwardKey,
  rule: ForwardRuleKey,
  destination: DestinationKey,
  destinationName: z.string(),
  source: SourceType,
  sourceRef: SourceRef,
  sourceName: z.string().nullable(),
  session: ImportSessionKey.nullable(),
  keepImages: z.boolean(),
  state: ForwardState,
  /** More images may join: it is sent when none has come for a while. */
  gathering: z.boolean(),
  images: z.int(),
  sent: z.int(),
  tries: z.int(),
  /** When it is tried next, after a fault that may pass. */
  nextTry: Instant.nullable(),
  error: Reason.nullable(),
  createdAt: Instant,
  finishedAt: Instant.nullable(),
});
export type ForwardRow = z.infer<typeof ForwardRow>;

export const ForwardImage = z.object({
  image: ImageId,
  state: z.enum(['waiting', 'done', 'failed', 'cancelled']),
  error: Reason.nullable(),
  /** How its arrival was proven, and what the destination calls it. */
  proof: z.string().nullable(),
  place: z.string().nullable(),
  at: Instant,
});
export type ForwardImage = z.infer<typeof ForwardImage>;

export const ExportSetRow = z.object({
  set: ExportSetKey,
  name: z.string(),
  form: ExportForm,
  /** `withdrawn`: something in it may not leave any more, so its file was removed. */
  state: z.enum(['making', 'ready', 'failed', 'withdrawn']),
  images: z.array(ImageId),
  leftOut: z.array(z.object({ image: ImageId, code: z.string() })),
  /** Size of the zip. */
  bytes: z.int(),
  createdAt: Instant,
  expiresAt: Instant,
  /** Absolute path of the zip while the set is ready; it is gone when the set expires. */
  path: z.string().nullable(),
  error: Reason.nullable(),
});
export type ExportSetRow = z.infer<typeof ExportSetRow>;

const Ref = z.object({ source: SourceType, ref: SourceRef });

export const sourceVerbs = {
  /** Names of sources, in the order asked; null where nobody knows one. */
  'sources.named': verb(
    z.object({ refs: z.array(Ref).max(1000) }),
    z.object({ rows: z.array(Ref.extend({ name: z.string().nullable() })) }),
  ),

  'watch.list': verb(Nothing, z.object({ rows: z.array(WatchRow) })),
  'watch.create': verb(WatchInput, WatchRow, [
    'WATCH_NO_FOLDER',
    'WATCH_IN_ARCHIVE',
    'WATCH_OVERLAPS',
    'WATCH_MOVE_TARGET',
    'WATCH_NAME_TAKEN',
    'FORWARD_CYCLIC',
    'NOT_FOUND',
  ]),
  'watch.change': verb(z.object({ watch: WatchKey, changes: WatchInput }), WatchRow, [
    'NOT_FOUND',
    'WATCH_NO_FOLDER',
    'WATCH_IN_ARCHIVE',
    'WATCH_OVERLAPS',
    'WATCH_MOVE_TARGET',
    'WATCH_NAME_TAKEN',
    'FORWARD_CYCLIC',
  ]),
  'watch.pause': verb(z.object({ watch: WatchKey, paused: z.boolean() }), WatchRow, ['NOT_FOUND']),
  /** Stops watching; what it brought stays. */
  'watch.remove': verb(z.object({ watch: WatchKey }), Nothing, ['NOT_FOUND']),
  /** Files that could not be taken, or not be tidied away. */
  'watch.problems': verb(
    z.object({ watch: WatchKey, offset, limit }),
    z.object({ total: z.int(), rows: z.array(WatchProblem) }),
    ['NOT_FOUND'],
  ),
  /** Looks again at every file with a problem. */
  'watch.retry': verb(z.object({ watch: WatchKey }), WatchRow, ['NOT_FOUND']),

  'destinations.list': verb(Nothing, z.object({ rows: z.array(DestinationRow) })),
  'destinations.create': verb(DestinationInput, DestinationRow, [
    'DESTINATION_FOLDER',
    'DESTINATION_IN_ARCHIVE',
    'DESTINATION_NAME_TAKEN',
  ]),
  'destinations.change': verb(z.object({ destination: DestinationKey, changes: DestinationInput }), DestinationRow, [
    'NOT_FOUND',
    'DESTINATION_FOLDER',
    'DESTINATION_IN_ARCHIVE',
    'DESTINATION_NAME_TAKEN',
    'FORWARD_CYCLIC',
  ]),
  'destinations.remove': verb(z.object({ destination: DestinationKey }), Nothing, ['NOT_FOUND', 'DESTINATION_IN_USE']),

  'forward.rules': verb(Nothing, z.object({ rows: z.array(ForwardRuleRow) })),
  /** The same source and destination again give the rule there is, unchanged. */
  'forward.addRule': verb(
    z.object({
      source: SourceType.nullable(),
      sourceRef: SourceRef.default(''),
      destination: DestinationKey,
      keepImages: z.boolean(),
    }),
    ForwardRuleRow,
    ['NOT_FOUND', 'FORWARD_CYCLIC'],
  ),
  'forward.changeRule': verb(
    z.object({ rule: ForwardRuleKey, keepImages: z.boolean(), active: z.boolean() }),
    ForwardRuleRow,
    ['NOT_FOUND', 'FORWARD_CYCLIC'],
  ),
  /** What the rule has queued and not sent is cancelled. */
  'forward.removeRule': verb(z.object({ rule: ForwardRuleKey }), Nothing, ['NOT_FOUND']),
  /** Deliveries, newest first; `counts` are of all. */
  'forward.queue': verb(
    z.object({ state: ForwardState.optional(), destination: DestinationKey.optional(), offset, limit }),
    z.object({ total: z.int(), rows: z.array(ForwardRow), counts: z.record(ForwardState, z.int()) }),
  ),
  'forward.images': verb(
    z.object({ forward: ForwardKey, offset, limit }),
    z.object({ total: z.int(), rows: z.array(ForwardImage) }),
    ['NOT_FOUND'],
  ),
  /** Sends what has failed or was cancelled, or what waits for its next try, now. */
  'forward.retry': verb(z.object({ forward: ForwardKey }), ForwardRow, ['NOT_FOUND']),
  'forward.cancel': verb(z.object({ forward: ForwardKey }), ForwardRow, ['NOT_FOUND', 'FORWARD_FINISHED']),

  /** Makes a zip of a selection, which can be fetched until it expires. */
  'exportSets.create': verb(
    z.object({
      name: z.string().trim().min(1).max(64),
      selection: ExportSelection,
      form: ExportForm.default('originals'),
      hours: z
        .int()
        .min(1)
        .max(24 * 30)
        .default(24),
    }),
    ExportSetRow,
    ['EXPORT_NOTHING', 'EXPORT_TARGET_FULL', 'NOT_FOUND'],
  ),
  'exportSets.list': verb(Nothing, z.object({ rows: z.array(ExportSetRow) })),
  'exportSets.get': verb(z.object({ set: ExportSetKey }), ExportSetRow, ['NOT_FOUND']),
  'exportSets.remove': verb(z.object({ set: ExportSetKey }), Nothing, ['NOT_FOUND']),
} as const;

export const sourceEvents = {
  /** Something about watched folders or the queue of deliveries changed: whoever shows them asks again. */
  'sources.changed': z.object({ what: z.enum(['watch', 'forward']) }),
} as const;
