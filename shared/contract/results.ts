import { z } from 'zod';
import { ImageId, PatientKey, ResultKey, SeriesKey, StudyKey } from '../model/ids';
import { ResultName, ResultRow, ResultType } from '../model/results';
import { Instant } from '../model/vocabulary';
import { verb } from './verb';

/** A result on its way in: files are given as a path of this laptop or as their bytes. */
export const NewResult = z.object({
  series: SeriesKey,
  /** An image of the series, when the result is about one. */
  image: ImageId.nullable().default(null),
  type: ResultType,
  name: ResultName,
  algorithm: z.string().trim().min(1).max(64),
  product: z.string().trim().max(64).default(''),
  /** Empty when nobody knows. */
  version: z.string().trim().max(64).default(''),
  threshold: z.number().nullable().default(null),
  value: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('number'), number: z.number() }),
    z.object({ kind: z.literal('text'), text: z.string().min(1).max(20_000) }),
    z.object({ kind: z.literal('path'), path: z.string().min(1) }),
    z.object({ kind: z.literal('bytes'), bytes: z.instanceof(Uint8Array), fileName: z.string().min(1).max(255) }),
  ]),
  /** The images it was computed from; left out: the image it is about, else all images that the series has now. */
  inputs: z.array(ImageId).max(10_000).optional(),
  madeAt: Instant.nullable().default(null),
});
export type NewResult = z.infer<typeof NewResult>;

export const resultVerbs = {
  'results.add': verb(NewResult, ResultRow, [
    'NOT_FOUND',
    'RESULT_IMAGE_ELSEWHERE',
    'FILE_EMPTY',
    'FILE_TOO_LARGE',
    'PATH_NOT_FOUND',
    'DISK_FULL',
  ]),
  /** Newest first. Removed ones only when they are asked for. */
  'results.list': verb(
    z.object({
      patient: PatientKey.optional(),
      study: StudyKey.optional(),
      series: SeriesKey.optional(),
      image: ImageId.optional(),
      type: z.string().max(32).optional(),
      name: z.string().max(64).optional(),
      removed: z.boolean().default(false),
      limit: z.int().min(1).max(1000).default(200),
      offset: z.int().min(0).default(0),
    }),
    z.object({ total: z.int(), rows: z.array(ResultRow) }),
  ),
  'results.get': verb(z.object({ result: ResultKey }), ResultRow, ['NOT_FOUND']),
  /** Takes a result off the lists. It stays in the archive, with the reason. */
  'results.remove': verb(z.object({ result: ResultKey, reason: z.string().trim().min(1).max(500) }), ResultRow, [
    'NOT_FOUND',
    'RESULT_REMOVED_BEFORE',
  ]),
  /**
   * Writes results into a new zip: files as they came, numbers and texts together in `results.xml`. An exit: the patient's
   * "no" holds. Gives the names in the zip.
   */
  'results.save': verb(
    z.object({ results: z.array(ResultKey).min(1).max(1000), target: z.string().min(1) }),
    z.object({ target: z.string(), files: z.array(z.string()), bytes: z.int() }),
    ['NOT_FOUND', 'CONSENT_REFUSED', 'OBJECT_MISSING', 'EXPORT_TARGET_NOT_EMPTY', 'EXPORT_INSIDE_ARCHIVE'],
  ),
} as const;
