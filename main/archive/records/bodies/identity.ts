import { z } from 'zod';
import { ActKey, ImageId, PatientKey, UserKey } from '@shared/model/ids';
import { ObjectStored } from './intake';

/** Images by the patient under whom they stood, so that a replay can tell also of those whose objects are gone. */
const Groups = z.array(z.object({ patient: PatientKey, images: z.array(ImageId).min(1) })).min(1);
export type ImageGroups = z.infer<typeof Groups>;

/** The version of an image that takes the place of another; whole in itself, so that it is found without the older one. */
const Replacement = z.object({
  old: ImageId,
  /** Under whom the old version stood. */
  from: PatientKey,
  /** The place of the image in the order of arrival, which all its versions share, when it was stored first, and by whom. */
  arrival: z.int(),
  storedAt: z.string(),
  storedBy: UserKey.nullable(),
  next: ObjectStored,
});
export type Replacement = z.infer<typeof Replacement>;

/** Records of what happens to images after they have arrived, and of patients found to be one person. */
export const identityBodies = {
  'images.trashed': z.object({ act: ActKey, reason: z.string(), groups: Groups }),
  'images.restored': z.object({ groups: Groups }),
  /** `source` is the file an object was made from; it goes too unless another image was made from it. */
  'images.erased': z.object({
    groups: z.array(
      z.object({
        patient: PatientKey,
        objects: z.array(z.object({ object: ImageId, source: ImageId.nullable() })).min(1),
      }),
    ),
  }),
  'images.replaced': z.object({
    act: ActKey,
    why: z.enum(['modified', 'reverted']),
    reason: z.string(),
    changes: z.array(Replacement).min(1),
  }),
  'images.moved': z.object({
    act: ActKey,
    to: PatientKey,
    reason: z.string(),
    changes: z.array(Replacement).min(1),
  }),
  'images.moveUndone': z.object({
    act: ActKey,
    move: ActKey,
    to: PatientKey,
    reason: z.string(),
    changes: z.array(Replacement).min(1),
  }),
  'patients.merged': z.object({ from: PatientKey, into: PatientKey, reason: z.string() }),
  'patients.unmerged': z.object({ from: PatientKey, into: PatientKey, reason: z.string() }),
} as const;
