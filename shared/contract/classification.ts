import { z } from 'zod';
import {
  AttributeRow,
  Conditions,
  FilterList,
  FilterSource,
  SeriesRuleRow,
  SeriesTagRow,
  SeriesTypeRow,
  TagFilterRow,
  TagPath,
  TagsOfSeries,
  TypesOfSeries,
  TypeStatus,
} from '../model/classification';
import { JobId, RuleKey, SeriesKey, SeriesTagKey, SeriesTypeKey, TagFilterKey } from '../model/ids';
import type { ErrorCode } from '../errors';
import { verb } from './verb';

const Nothing = z.object({});
const Name = z.string().trim().min(1).max(64);
const SomeSeries = z.array(SeriesKey).min(1).max(10_000);
const FilterInput = z.object({ name: Name, list: FilterList, paths: z.array(TagPath).min(1).max(500) });

const RULE_ERRORS: readonly ErrorCode[] = [
  'NOT_FOUND',
  'TAG_PATH_MALFORMED',
  'PATTERN_MALFORMED',
  'PATTERN_TOO_LARGE',
  'RULE_CONFLICT',
  'RULE_IMPOSSIBLE',
];
const FILTER_ERRORS: readonly ErrorCode[] = ['NOT_FOUND', 'NAME_TAKEN', 'TAG_PATH_MALFORMED', 'TAG_PROTECTED'];

export const classificationVerbs = {
  /** Every tag with the number of series that carry it; with `inUse` only those that some series carries. */
  'seriesTags.list': verb(z.object({ inUse: z.boolean().default(false) }), z.object({ rows: z.array(SeriesTagRow) })),
  /** Puts a tag on series; a name that is not there yet becomes a new tag. */
  'seriesTags.add': verb(z.object({ series: SomeSeries, name: Name }), SeriesTagRow, ['NOT_FOUND']),
  'seriesTags.remove': verb(z.object({ series: SomeSeries, tag: SeriesTagKey }), Nothing, ['NOT_FOUND']),
  'seriesTags.rename': verb(z.object({ tag: SeriesTagKey, name: Name }), SeriesTagRow, ['NOT_FOUND', 'NAME_TAKEN']),
  /** Takes a tag off every series, and off the list. */
  'seriesTags.delete': verb(z.object({ tag: SeriesTagKey }), Nothing, ['NOT_FOUND']),
  'seriesTags.of': verb(z.object({ series: SomeSeries }), z.object({ rows: z.array(TagsOfSeries) }), ['NOT_FOUND']),

  'seriesTypes.list': verb(Nothing, z.object({ rows: z.array(SeriesTypeRow) })),
  'seriesTypes.create': verb(z.object({ name: Name }), SeriesTypeRow, ['NAME_TAKEN']),
  'seriesTypes.rename': verb(z.object({ type: SeriesTypeKey, name: Name }), SeriesTypeRow, ['NOT_FOUND', 'NAME_TAKEN']),
  /** Removes a type with its rules and takes it off every series. */
  'seriesTypes.remove': verb(z.object({ type: SeriesTypeKey }), Nothing, ['NOT_FOUND']),
  'seriesTypes.assign': verb(z.object({ series: SomeSeries, type: SeriesTypeKey }), Nothing, ['NOT_FOUND']),
  /** Takes a type (without `type`: every type they have) off series; rules do not bring it back, a person can. */
  'seriesTypes.unassign': verb(z.object({ series: SomeSeries, type: SeriesTypeKey.nullable() }), Nothing, [
    'NOT_FOUND',
  ]),
  'seriesTypes.of': verb(z.object({ series: SomeSeries }), z.object({ rows: z.array(TypesOfSeries) }), ['NOT_FOUND']),
  'seriesTypes.rules': verb(z.object({ type: SeriesTypeKey }), z.object({ rows: z.array(SeriesRuleRow) }), [
    'NOT_FOUND',
  ]),
  'seriesTypes.addRule': verb(z.object({ type: SeriesTypeKey, conditions: Conditions }), SeriesRuleRow, [
    ...RULE_ERRORS,
    'RULE_DOUBLE',
  ]),
  'seriesTypes.changeRule': verb(z.object({ rule: RuleKey, conditions: Conditions }), SeriesRuleRow, [
    ...RULE_ERRORS,
    'RULE_DOUBLE',
  ]),
  'seriesTypes.removeRule': verb(z.object({ rule: RuleKey }), Nothing, ['NOT_FOUND']),
  /**
   * How many series conditions would fit. `exact` is false when some of the conditions can only be told by reading files:
   * then `matching` is the most there can be. A new question ends one that is still being answered (CANCELLED).
   */
  'seriesTypes.preview': verb(
    z.object({ conditions: Conditions }),
    z.object({ matching: z.int(), series: z.int(), exact: z.boolean() }),
    [...RULE_ERRORS, 'CANCELLED'],
  ),
  /** Looks at every series again; rules do that by themselves when they change. */
  'seriesTypes.reassign': verb(Nothing, z.object({ job: JobId })),
  'seriesTypes.status': verb(Nothing, TypeStatus),

  /** Attributes whose name, keyword or tag holds the text, those people mean most often first. */
  'attributes.search': verb(
    z.object({ text: z.string().max(64), limit: z.int().min(1).max(100).default(20) }),
    z.object({ rows: z.array(AttributeRow) }),
  ),

  'tagFilters.list': verb(Nothing, z.object({ rows: z.array(TagFilterRow) })),
  'tagFilters.create': verb(FilterInput, TagFilterRow, FILTER_ERRORS),
  'tagFilters.change': verb(z.object({ filter: TagFilterKey, changes: FilterInput }), TagFilterRow, FILTER_ERRORS),
  /** Removes a filter; from then on images of its sources are stored as they come. */
  'tagFilters.remove': verb(z.object({ filter: TagFilterKey }), Nothing, ['NOT_FOUND']),
  'tagFilters.associate': verb(z.object({ filter: TagFilterKey, ...FilterSource.shape }), TagFilterRow, [
    'NOT_FOUND',
    'FILTER_SOURCE_UNFIT',
  ]),
  'tagFilters.dissociate': verb(z.object({ filter: TagFilterKey, ...FilterSource.shape }), TagFilterRow, ['NOT_FOUND']),
} as const;
