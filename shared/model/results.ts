import { z } from 'zod';
import { ImageId, PatientKey, ResultKey, SeriesKey, UserKey } from './ids';
import { Instant } from './vocabulary';

/** What kind of algorithm a result is of, such as `cad4tb` or `retina`; any other word may stand here. */
export const ResultType = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,31}$/u);
export const knownResultTypes = ['cad4tb', 'retina'] as const;

/** Name of a result, such as "CAD4TB 6". A comma separates names when several are asked for, so none may stand in one. */
export const ResultName = z
  .string()
  .trim()
  .regex(/^[^,\p{C}]{1,64}$/u);

/** What came out: a number, text, or a file kept byte for byte. */
export const ResultValue = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), number: z.number() }),
  z.object({ kind: z.literal('text'), text: z.string().min(1).max(20_000) }),
  z.object({
    kind: z.literal('file'),
    /** SHA-256 of its bytes. */
    object: ImageId,
    bytes: z.int(),
    fileName: z.string(),
  }),
]);
export type ResultValue = z.infer<typeof ResultValue>;

/** Why a number is no score: what the negative values of an algorithm mean. */
export const ResultFault = z.enum(['unusable', 'refused', 'failed']);
export type ResultFault = z.infer<typeof ResultFault>;

/** One result of an algorithm on a series or one image of it. */
export const ResultRow = z.object({
  result: ResultKey,
  patient: PatientKey,
  seriesKey: SeriesKey,
  /** The image it is about, when it is about one. */
  image: ImageId.nullable(),
  type: z.string(),
  name: z.string(),
  algorithm: z.string(),
  product: z.string(),
  /** Empty: nobody said which version computed it; it is shown as "version unknown" wherever it is shown. */
  version: z.string(),
  threshold: z.number().nullable(),
  value: ResultValue,
  /** Set when the number says that there is no score. */
  fault: ResultFault.nullable(),
  /** The number reaches the threshold; null when there is none of either. */
  reachesThreshold: z.boolean().nullable(),
  /** The images it was computed from, by the SHA-256 of their bytes. */
  inputs: z.array(ImageId),
  /** When it was computed, if that is known. */
  madeAt: Instant.nullable(),
  addedAt: Instant,
  by: UserKey.nullable(),
  removed: z.object({ at: Instant, by: UserKey.nullable(), reason: z.string() }).nullable(),
});
export type ResultRow = z.infer<typeof ResultRow>;
