import { z } from 'zod';
import { Conditions, FilterList, FilterSource, TagPath } from '@shared/model/classification';
import { RuleKey, SeriesKey, SeriesTagKey, SeriesTypeKey, TagFilterKey } from '@shared/model/ids';

/** Records of series tags, series types with their rules, and filters for arriving images. What rules find is not recorded: it follows from rules and objects. */
export const classificationBodies = {
  'seriesTag.saved': z.object({ tag: SeriesTagKey, name: z.string() }),
  'seriesTag.removed': z.object({ tag: SeriesTagKey }),
  'series.tagged': z.object({ tag: SeriesTagKey, series: z.array(SeriesKey), on: z.boolean() }),
  'seriesType.saved': z.object({ type: SeriesTypeKey, name: z.string() }),
  'seriesType.removed': z.object({ type: SeriesTypeKey }),
  'seriesRule.saved': z.object({ rule: RuleKey, type: SeriesTypeKey, conditions: Conditions }),
  'seriesRule.removed': z.object({ rule: RuleKey }),
  /** By hand: given to series, or taken off them for good. */
  'series.typed': z.object({ type: SeriesTypeKey, series: z.array(SeriesKey), on: z.boolean() }),
  'tagFilter.saved': z.object({ filter: TagFilterKey, name: z.string(), list: FilterList, paths: z.array(TagPath) }),
  'tagFilter.removed': z.object({ filter: TagFilterKey }),
  'tagFilter.switched': z.object({ filter: TagFilterKey, ...FilterSource.shape, on: z.boolean() }),
} as const;
