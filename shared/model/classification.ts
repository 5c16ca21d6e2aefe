import { z } from 'zod';
import { RuleKey, SeriesKey, SeriesTagKey, SeriesTypeKey, TagFilterKey } from './ids';
import { SourceRef, SourceType } from './vocabulary';

/**
 * Keywords or tags (GGGGEEEE, (GGGG,EEEE)) joined by full stops; behind a sequence the item, counted from 1, or * for any, in
 * square brackets: `RequestAttributesSequence[*].RequestedProcedureID`.
 */
export const TagPath = z.string().trim().min(1).max(512);

const Value = z.string().trim().min(1).max(256);

/**
 * A condition on an attribute. It holds when one of the values of the attribute (PS3.5 6.4) fulfils it; upper and lower case and
 * accents do not matter. `pattern` is a regular expression that must fit the whole value (of all values together the first
 * 4,096 characters are looked at); `range` is inclusive at both ends.
 */
export const Condition = z.discriminatedUnion('operator', [
  z.object({ operator: z.literal('equals'), path: TagPath, value: Value }),
  z.object({ operator: z.literal('contains'), path: TagPath, value: Value }),
  z.object({ operator: z.literal('startsWith'), path: TagPath, value: Value }),
  z.object({ operator: z.literal('pattern'), path: TagPath, value: Value }),
  z.object({ operator: z.literal('range'), path: TagPath, from: z.number().nullable(), to: z.number().nullable() }),
  z.object({ operator: z.literal('exists'), path: TagPath }),
  z.object({ operator: z.literal('missing'), path: TagPath }),
]);
export type Condition = z.infer<typeof Condition>;
export const conditionOperators = [
  'equals',
  'contains',
  'startsWith',
  'pattern',
  'range',
  'exists',
  'missing',
] as const;
export type ConditionOperator = (typeof conditionOperators)[number];

/** All of them must hold in one image of the series. */
export const Conditions = z.array(Condition).min(1).max(20);
export type Conditions = z.infer<typeof Conditions>;

export const SeriesTagRow = z.object({ tag: SeriesTagKey, name: z.string(), series: z.int() });
export type SeriesTagRow = z.infer<typeof SeriesTagRow>;

export const SeriesTypeRow = z.object({ type: SeriesTypeKey, name: z.string(), rules: z.int(), series: z.int() });
export type SeriesTypeRow = z.infer<typeof SeriesTypeRow>;

export const SeriesRuleRow = z.object({ rule: RuleKey, type: SeriesTypeKey, conditions: Conditions });
export type SeriesRuleRow = z.infer<typeof SeriesRuleRow>;

export const TagsOfSeries = z.object({
  series: SeriesKey,
  tags: z.array(z.object({ tag: SeriesTagKey, name: z.string() })),
});
export type TagsOfSeries = z.infer<typeof TagsOfSeries>;

/** `byRule`: a rule fits; `byHand`: a person said so, and no change of rules takes it away. */
export const TypesOfSeries = z.object({
  series: SeriesKey,
  types: z.array(z.object({ type: SeriesTypeKey, name: z.string(), byRule: z.boolean(), byHand: z.boolean() })),
});
export type TypesOfSeries = z.infer<typeof TypesOfSeries>;

/** What the sorting by rules is doing: `waiting` counts the series still to be looked at. */
export const TypeStatus = z.object({ running: z.boolean(), done: z.int(), total: z.int(), waiting: z.int() });
export type TypeStatus = z.infer<typeof TypeStatus>;

/** An attribute of the dictionary (PS3.6), for choosing by name. `indexed`: its value is known without reading files. */
export const AttributeRow = z.object({
  tag: z.string(),
  keyword: z.string(),
  name: z.string(),
  vr: z.string(),
  indexed: z.boolean(),
});
export type AttributeRow = z.infer<typeof AttributeRow>;

/** A blacklist names what is taken out, a whitelist what alone is kept. */
export const FilterList = z.enum(['blacklist', 'whitelist']);
export type FilterList = z.infer<typeof FilterList>;

/** Images from where: a way in, and which one of its kind; without `sourceRef` all of that kind. */
export const FilterSource = z.object({ source: SourceType, sourceRef: SourceRef.trim() });
export type FilterSource = z.infer<typeof FilterSource>;

export const TagFilterRow = z.object({
  filter: TagFilterKey,
  name: z.string(),
  list: FilterList,
  paths: z.array(TagPath),
  sources: z.array(FilterSource),
});
export type TagFilterRow = z.infer<typeof TagFilterRow>;
