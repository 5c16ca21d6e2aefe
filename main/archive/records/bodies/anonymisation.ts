import { z } from 'zod';
import { AnonymisationResult } from '@shared/contract/anonymisation';
import { AnonymisationProfile, Area, DeviceModel, TagValue } from '@shared/model/anonymisation';
import { AnonymisationKeyId, ImageId, PatientKey } from '@shared/model/ids';

/** Everything that is needed to make the same replacements again: whoever has this line can tell whom the copies are of. */
export const AnonymisationKeyMade = z.object({
  key: AnonymisationKeyId,
  patient: PatientKey,
  profile: AnonymisationProfile,
  values: z.array(TagValue),
  /** 32 random bytes in hexadecimal. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  dateShiftDays: z.int(),
  anonymousName: z.string(),
  anonymousID: z.string(),
  PatientName: z.string(),
  PatientID: z.string(),
  PatientBirthDate: z.string(),
});
export type AnonymisationKeyMade = z.infer<typeof AnonymisationKeyMade>;

export const ImageAnonymised = z.object({
  key: AnonymisationKeyId,
  original: ImageId,
  anonymous: ImageId,
  masks: z.string(),
  variant: z.string(),
  purpose: z.enum(['copy', 'replace', 'export', 'send']),
  StudyInstanceUID: z.string(),
  SeriesInstanceUID: z.string(),
  SOPInstanceUID: z.string(),
  anonymousStudyInstanceUID: z.string(),
  anonymousSeriesInstanceUID: z.string(),
  anonymousSOPInstanceUID: z.string(),
  values: z.array(
    z.object({
      keyword: z.string(),
      level: z.enum(['patient', 'study', 'series', 'image']),
      original: z.string().nullable(),
      anonymised: z.string().nullable(),
    }),
  ),
  /** Other UIDs, from the new ones to the original ones. */
  uids: z.record(z.string(), z.string()),
});
export type ImageAnonymised = z.infer<typeof ImageAnonymised>;

/** Records of anonymising. */
export const anonymisationBodies = {
  'anonymisation.keyMade': AnonymisationKeyMade,
  'anonymisation.keyRemoved': z.object({ key: AnonymisationKeyId }),
  /** Stands before the record of the copy it speaks of, so that there is never a copy without its key. */
  'image.anonymised': ImageAnonymised,
  'anonymisation.finished': AnonymisationResult,
  'mask.saved': z.object({ device: DeviceModel, areas: z.array(Area), name: z.string().default('') }),
  'mask.removed': z.object({ device: DeviceModel }),
} as const;
