import { z } from 'zod';
import { ClinicKey, ImageId, KindKey, PatientKey, StationKey, UserKey } from '../model/ids';
import { Instant } from '../model/vocabulary';
import { Window } from './frames';
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

/** What the pixels of an image are like, without the pixels. */
export const ImageInformation = z.object({
  image: ImageId,
  frames: z.int(),
  /** Place of the image in its series: the larger of InstanceNumber and ImageIndex, 1 when neither is given. */
  frameIndex: z.int(),
  rows: z.int(),
  columns: z.int(),
  samplesPerPixel: z.int(),
  bitsAllocated: z.int(),
  bitsStored: z.int(),
  /** Whether samples may be below zero (PixelRepresentation). */
  signed: z.boolean(),
  photometricInterpretation: z.string(),
  colour: z.boolean(),
  transferSyntaxUID: z.string(),
  transferSyntax: z.string(),
  /** The pixel data are encapsulated or deflated. */
  compressed: z.boolean(),
  /** Something was lost by compression, at any time (LossyImageCompression or the transfer syntax). */
  lossy: z.boolean(),
  /** SmallestImagePixelValue and LargestImagePixelValue as the file says them; null when it does not. */
  smallestPixelValue: z.number().nullable(),
  largestPixelValue: z.number().nullable(),
  /** Smallest and largest modality value of the first frame (padding left out); null when it cannot be decoded. */
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  unit: z.string(),
  /** The windows the file proposes, the first of which is the usual one. */
  windows: z.array(Window),
});
export type ImageInformation = z.infer<typeof ImageInformation>;

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
   * else its first frame as PNG, which everything can show. An exit: the patient's "no" holds.
   */
  'images.base64': verb(
    z.object({ image: ImageId, form: z.enum(['stored', 'picture']).default('picture') }),
    z.object({ data: z.string(), contentType: z.string(), bytes: z.int() }),
    ['NOT_FOUND', 'CONSENT_REFUSED', 'OBJECT_MISSING', 'FILE_TOO_LARGE', 'NO_PIXELS'],
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
  'images.information': verb(z.object({ image: ImageId }), ImageInformation, [
    'NOT_FOUND',
    'OBJECT_MISSING',
    'NO_PIXELS',
    'PIXELS_DAMAGED',
    'PIXELS_TOO_LARGE',
  ]),
  /** Writes a copy of the stored file, byte for byte, outside of the archive, when the patient did not say no, and reads it back. */
  'images.saveCopy': verb(
    z.object({
      image: ImageId,
      /** Absolute path of the new file. */
      target: z.string().min(1),
      overwrite: z.boolean().default(false),
    }),
    z.object({ path: z.string(), bytes: z.int() }),
    [
      'NOT_FOUND',
      'CONSENT_REFUSED',
      'OBJECT_MISSING',
      'OBJECT_DAMAGED',
      'EXPORT_INSIDE_ARCHIVE',
      'EXPORT_TARGET_NOT_EMPTY',
      'EXPORT_TARGET_FULL',
      'EXPORT_TARGET_LOST',
      'EXPORT_FAT_LIMIT',
      'EXPORT_VERIFY_FAILED',
    ],
  ),
} as const;
