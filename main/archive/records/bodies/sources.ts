import { z } from 'zod';
import { Afterwards } from '@shared/contract/sources';
import { AnonymisationWay } from '@shared/model/anonymisation';
import { ClinicKey, ForwardRuleKey, KindKey, RemoteKey, StationKey, WatchKey } from '@shared/model/ids';
import { SourceRef, SourceType } from '@shared/model/vocabulary';

/** Records of where images come from and go to by themselves. */
export const sourceBodies = {
  'watch.saved': z.object({
    watch: WatchKey,
    name: z.string(),
    path: z.string(),
    clinic: ClinicKey.nullable(),
    station: StationKey.nullable(),
    kind: KindKey.nullable(),
    subfolders: z.boolean(),
    afterwards: Afterwards,
    moveTo: z.string().nullable(),
    skip: z.array(z.string()),
    paused: z.boolean(),
    deleteFiltered: z.boolean().default(false),
  }),
  'watch.removed': z.object({ watch: WatchKey }),
  'forward.rule-saved': z.object({
    rule: ForwardRuleKey,
    /** Null: any. */
    source: SourceType.nullable(),
    /** The empty text: any of the type. */
    sourceRef: SourceRef,
    remote: RemoteKey,
    keepImages: z.boolean(),
    anonymise: AnonymisationWay.nullable(),
    priority: z.int(),
    /** Rules made before there was a choice correct nothing. */
    corrections: z.boolean().default(false),
    active: z.boolean(),
  }),
  'forward.rule-removed': z.object({ rule: ForwardRuleKey }),
} as const;
