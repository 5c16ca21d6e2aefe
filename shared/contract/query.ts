import { z } from 'zod';

/**
 * How a property is compared. `=` means the whole value, without regard to case and accents; of several values (PS3.5 6.4) any
 * one. `like` finds a text anywhere in the value and may hold the wildcards `*` and `?`. `!=` also finds rows without a value.
 */
export const QueryOperator = z.enum(['=', '!=', '<', '<=', '>', '>=', 'like', 'startsWith', 'in', 'exists', 'empty']);
export type QueryOperator = z.infer<typeof QueryOperator>;

const One = z.union([z.string().max(256), z.number(), z.boolean()]);
export type QueryOne = z.infer<typeof One>;

/**
 * One condition of a structured query. `property` is a property of the row, of the rows above it, or any DICOM keyword that
 * the index keeps; a keyword of a row below is fulfilled when at least one such row fulfils it. Dates are YYYYMMDD or
 * YYYY-MM-DD. `in` takes a list, `exists` and `empty` nothing.
 */
export const QueryCondition = z.object({
  property: z.string().min(1).max(64),
  operator: QueryOperator,
  value: z.union([One, z.array(One).min(1).max(200)]).optional(),
});
export type QueryCondition = z.infer<typeof QueryCondition>;

/** What a property holds, which decides what it can be compared with. */
export const PropertyKind = z.enum(['text', 'name', 'number', 'date', 'time', 'moment', 'uid', 'flag', 'key']);
export type PropertyKind = z.infer<typeof PropertyKind>;

/** One property that can be asked for. */
export const PropertyRow = z.object({
  property: z.string(),
  /** The level whose rows have it. */
  level: z.enum(['patient', 'study', 'series', 'image']),
  kind: PropertyKind,
  operators: z.array(QueryOperator),
  /** Whether rows of the list have it, so that the list can be sorted by it. */
  inRow: z.boolean(),
});
export type PropertyRow = z.infer<typeof PropertyRow>;
