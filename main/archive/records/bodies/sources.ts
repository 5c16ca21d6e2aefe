import { z } from 'zod';
import { Afterwards, DestinationType } from '@shared/contract/sources';
import { ClinicKey, DestinationKey, ForwardRuleKey, KindKey, StationKey, WatchKey } from '@shared/model/ids';
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
  }),
  'watch.removed': z.object({ watch: WatchKey }),
  'destination.saved': z.object({
    destination: DestinationKey,
    name: z.string(),
    type: DestinationType,
    settings: z.record(z.string(), z.string()),
  }),
  'destination.removed': z.object({ destination: DestinationKey }),
  'forward.rule-saved': z.object({
    rule: ForwardRuleKey,
    /** Null: any. */
    source: SourceType.nullable(),
    /** The empty text: any of the type. */
    sourceRef: SourceRef,
    destination: DestinationKey,
    keepImages: z.boolean(),
    active: z.boolean(),
  }),
  'forward.rule-removed': z.object({ rule: ForwardRuleKey }),
} as const;
