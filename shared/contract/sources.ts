import { z } from 'zod';
import { AnonymisationWay } from '../model/anonymisation';
import {
  ClinicKey,
  ExportSetKey,
  ForwardRuleKey,
  ImageId,
  ImportSessionKey,
  KindKey,
  RemoteKey,
  StationKey,
  WatchKey,
} from '../model/ids';
import { ExportForm, Instant, SourceRef, SourceType } from '../model/vocabulary';
import { ExportSelection } from './release';
import { StateCounts, TransactionRow } from './sync';
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
  /**
   * With `delete`: whether files go too from which a filter took attributes. What was taken out stands nowhere then; without it they
   * are left.
   */
  deleteFiltered: z.boolean().default(false),
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
  /** Files that were stored and left, because a filter took attributes from them. */
  leftFiltered: z.int(),
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

/** Where a rule takes images from. */
const ForwardSource = z.object({
  /** Null: images from anywhere. */
  source: SourceType.nullable(),
  /** The empty text: every source of the type. */
  sourceRef: SourceRef,
});

/** How a rule sends. */
const ForwardManner = z.object({
  /** Whether images stay here; if not, they are moved to the trash once the remote has proven that it holds them. */
  keepImages: z.boolean(),
  /** Null: as they are. */
  anonymise: AnonymisationWay.nullable(),
  /** As for what a person sends. */
  priority: z.int().min(-10).max(10),
  /** Whether newer versions of what was delivered follow it (decision 26); what goes anonymised is not corrected. */
  corrections: z.boolean(),
});

export const ForwardRuleRow = ForwardSource.extend({
  rule: ForwardRuleKey,
  sourceName: z.string().nullable(),
  remote: RemoteKey,
  remoteName: z.string(),
  ...ForwardManner.shape,
  active: z.boolean(),
});
export type ForwardRuleRow = z.infer<typeof ForwardRuleRow>;

/** Images of one source (and import) that a rule will ask the outbox for together, when no more have come for a while. */
export const ForwardGathering = z.object({
  rule: ForwardRuleKey,
  remote: RemoteKey,
  remoteName: z.string(),
  source: SourceType,
  sourceRef: SourceRef,
  sourceName: z.string().nullable(),
  session: ImportSessionKey.nullable(),
  images: z.int(),
  since: Instant,
});
export type ForwardGathering = z.infer<typeof ForwardGathering>;

/** A transaction of the outbox that a rule has asked for, with the source of the rule. */
export const ForwardRow = TransactionRow.extend({
  rule: ForwardRuleKey,
  ...ForwardSource.shape,
  sourceName: z.string().nullable(),
});
export type ForwardRow = z.infer<typeof ForwardRow>;

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

  'forward.rules': verb(Nothing, z.object({ rows: z.array(ForwardRuleRow) })),
  /** The same rule again gives the one there is. */
  'forward.addRule': verb(
    z.object({
      source: SourceType.nullable(),
      sourceRef: SourceRef.default(''),
      remote: RemoteKey,
      keepImages: z.boolean(),
      anonymise: ForwardManner.shape.anonymise.default(null),
      priority: ForwardManner.shape.priority.default(0),
      corrections: ForwardManner.shape.corrections.default(true),
    }),
    ForwardRuleRow,
    ['NOT_FOUND', 'FORWARD_CYCLIC', 'FORWARD_CONFLICT', 'FORWARD_NO_PROOF', 'FORWARD_ANONYMOUS_ONLY'],
  ),
  'forward.changeRule': verb(
    z.object({ rule: ForwardRuleKey, ...ForwardManner.shape, active: z.boolean() }),
    ForwardRuleRow,
    ['NOT_FOUND', 'FORWARD_CYCLIC', 'FORWARD_NO_PROOF', 'FORWARD_ANONYMOUS_ONLY'],
  ),
  /** What the rule has gathered or asked for and is not sent yet is cancelled. */
  'forward.removeRule': verb(z.object({ rule: ForwardRuleKey }), Nothing, ['NOT_FOUND']),
  /** What rules gather now, and what they have asked the outbox for, newest first; `counts` are the images of all of it. */
  'forward.queue': verb(
    z.object({ remote: RemoteKey.optional(), openOnly: z.boolean().default(false), offset, limit }),
    z.object({
      gathering: z.array(ForwardGathering),
      total: z.int(),
      rows: z.array(ForwardRow),
      counts: StateCounts,
    }),
  ),

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
  /** Something about watched folders or about rules and what they send changed: whoever shows them asks again. */
  'sources.changed': z.object({ what: z.enum(['watch', 'forward']) }),
} as const;
