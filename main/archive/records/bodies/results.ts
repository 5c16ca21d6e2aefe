import { z } from 'zod';
import { ImageId, ResultKey, SeriesKey } from '@shared/model/ids';
import { ResultValue } from '@shared/model/results';

export const ResultAdded = z.object({
  result: ResultKey,
  series: SeriesKey,
  image: ImageId.nullable(),
  type: z.string(),
  name: z.string(),
  algorithm: z.string(),
  product: z.string(),
  version: z.string(),
  threshold: z.number().nullable(),
  value: ResultValue,
  inputs: z.array(ImageId),
  madeAt: z.string().nullable(),
});
export type ResultAdded = z.infer<typeof ResultAdded>;

/** Records of what algorithms found. */
export const resultBodies = {
  'result.added': ResultAdded,
  'result.removed': z.object({ result: ResultKey, reason: z.string() }),
} as const;
