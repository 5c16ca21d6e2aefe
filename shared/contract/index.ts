import { z } from 'zod';
import { anonymisationVerbs } from './anonymisation';
import { archiveEvents, archiveVerbs } from './archive';
import { attachmentVerbs } from './attachments';
import { boxEvents, boxVerbs } from './boxes';
import { catalogVerbs } from './catalog';
import { classificationVerbs } from './classification';
import { desktopEvents, desktopVerbs } from './desktop';
import { identityVerbs } from './identity';
import { detailsVerbs } from './details';
import { imageVerbs } from './images';
import { formVerbs } from './forms';
import { groupingVerbs } from './grouping';
import { intakeVerbs } from './intake';
import { logVerbs } from './log';
import { peopleVerbs } from './people';
import { releaseVerbs } from './release';
import { sourceEvents, sourceVerbs } from './sources';
import { syncEvents, syncVerbs } from './sync';
import { sessionEvents, sessionVerbs, userVerbs } from './users';
import { resultVerbs } from './results';

/** Verbs about the archive, which anybody who has the engine itself may call. */
export const coreVerbs = {
  ...archiveVerbs,
  ...catalogVerbs,
  ...peopleVerbs,
  ...intakeVerbs,
  ...releaseVerbs,
  ...syncVerbs,
  ...sourceVerbs,
  ...boxVerbs,
  ...anonymisationVerbs,
  ...userVerbs,
  ...logVerbs,
  ...identityVerbs,
  ...attachmentVerbs,
  ...detailsVerbs,
  ...imageVerbs,
  ...groupingVerbs,
  ...resultVerbs,
  ...formVerbs,
  ...classificationVerbs,
} as const;

/** Verbs the engine answers to a caller who may be signed in (main/archive/users/session.ts). */
export const engineVerbs = { ...coreVerbs, ...sessionVerbs } as const;

/** Everything the window may ask. */
export const contract = { ...engineVerbs, ...desktopVerbs } as const;

export const events = {
  ...archiveEvents,
  ...sourceEvents,
  ...syncEvents,
  ...boxEvents,
  ...sessionEvents,
  ...desktopEvents,
} as const;

export type CoreVerb = keyof typeof coreVerbs;
export type SessionVerb = keyof typeof sessionVerbs;
export type EngineVerb = keyof typeof engineVerbs;
/** Verbs of the archive alone; the others are answered by main/sync on top of it. */
export type ArchiveVerb = Exclude<CoreVerb, keyof typeof syncVerbs | keyof typeof boxVerbs>;
export type DesktopVerb = keyof typeof desktopVerbs;
export type VerbName = keyof typeof contract;
export type EventName = keyof typeof events;

/** What a caller passes (defaults may be left out). */
export type Input<V extends VerbName> = z.input<(typeof contract)[V]['input']>;
/** What a handler gets (defaults filled in). */
export type Parsed<V extends VerbName> = z.output<(typeof contract)[V]['input']>;
export type Output<V extends VerbName> = z.output<(typeof contract)[V]['output']>;
export type EventPayload<E extends EventName> = z.output<(typeof events)[E]>;

/** One function per verb: what the engine and the shell implement. */
export type Handlers<V extends VerbName> = { readonly [K in V]: (input: Parsed<K>) => Promise<Output<K>> };

/** The answer as it crosses a border: either side may be older or newer, so it is parsed again on arrival. */
export const WireAnswer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      number: z.int(),
      details: z.record(z.string(), z.union([z.string(), z.number()])),
      message: z.string(),
    }),
  }),
]);
export type WireAnswer = z.infer<typeof WireAnswer>;

/**
 * What the preload puts on `window.fieldbox`: `verbs['patients.register'](input)` and `on('job.changed', listener)`.
 * `pathsOf` gives the paths of files dropped on the window.
 */
export interface Bridge {
  readonly verbs: { readonly [V in VerbName]: (input: Input<V>) => Promise<WireAnswer> };
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
  pathsOf(files: readonly File[]): readonly string[];
}
