import { z } from 'zod';
import { ClinicKey, ImageId, KindKey, PatientKey, StationKey, UserKey } from '../model/ids';
import { Instant } from '../model/vocabulary';
import { IntakeContext } from './intake';
import { verb } from './verb';

/** Most bytes of a picture that travels as base64 text. */
export const MAX_BASE64_BYTES = 64 * 2 ** 20;

/** Whose, where and what a picture is; all that is given must hold. */
const Which = z.object({
  patient: PatientKey.optional(),
  clinic: ClinicKey.optional(),
  station: StationKey.optional(),
  kind: KindKey.optional(),
  /** `arrival`: when it came into the archive; `taken`: when the device says it was taken. */
  order: z.enum(['arrival', 'taken']).default('arrival'),
});

/** One picture as systems know it that have no studies: a kind, a place and a person. */
export const TakenImage = z.object({
  image: ImageId,
  /** Our own counter: the order of arrival; never given twice. */
  number: z.int(),
  patient: PatientKey,
  clinic: ClinicKey.nullable(),
  station: StationKey.nullable(),
  kind: KindKey.nullable(),
  takenAt: z.string().nullable(),
  storedAt: Instant,
  /** Who took it or brought it in; null when nobody was signed in. */
  by: UserKey.nullable(),
});
export type TakenImage = z.infer<typeof TakenImage>;

export const imageVerbs = {
  'images.list': verb(
    Which.extend({
      number: z.int().optional(),
      newestFirst: z.boolean().default(true),
      limit: z.int().min(1).max(1000).default(100),
      offset: z.int().min(0).default(0),
    }),
    z.object({ total: z.int(), rows: z.array(TakenImage) }),
    ['NOT_FOUND'],
  ),
  /** The newest one. NOT_FOUND when there is none. */
  'images.newest': verb(Which, TakenImage, ['NOT_FOUND']),
  /**
   * The bytes of an image as base64 without line breaks. `stored`: the file as it came; `picture`: that when it is a JPEG or PNG,
   * else its first frame as PNG, which everything can show.
   */
  'images.base64': verb(
    z.object({ image: ImageId, form: z.enum(['stored', 'picture']).default('picture') }),
    z.object({ data: z.string(), contentType: z.string(), bytes: z.int() }),
    ['NOT_FOUND', 'OBJECT_MISSING', 'FILE_TOO_LARGE', 'NO_PIXELS'],
  ),
  /**
   * Keeps one picture that comes as base64 text; line breaks and a `data:` prefix do not matter. Durable when it answers.
   * Sent again for the same person, place and kind it is the picture that is there.
   */
  'images.keepBase64': verb(
    z.object({
      data: z
        .string()
        .min(1)
        .max(Math.ceil((MAX_BASE64_BYTES * 4) / 3) * 1.1),
      context: IntakeContext,
      takenAt: Instant.optional(),
      /** What the sending device calls itself. */
      device: z.string().max(256).default(''),
    }),
    z.object({ image: ImageId }),
    ['NOT_FOUND', 'BASE64_WRONG', 'FILE_TOO_LARGE', 'PHOTO_DAMAGED', 'DISK_FULL', 'DISK_FAILED'],
  ),
} as const;
