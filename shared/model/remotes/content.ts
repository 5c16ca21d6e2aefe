import { z } from 'zod';
import { ImageId } from '../ids';

/** What can be fetched back from a remote besides DICOM instances. */
export const Fetchable = z.enum([
  /** Results of algorithms on series that were sent there. */
  'results',
  /** Reports on series that were sent there. */
  'forms',
  /** Clinics and their stations. */
  'clinics',
  /** Pictures of patients who are known there. */
  'images',
  /** Files attached to patients who are known there. */
  'files',
]);
export type Fetchable = z.infer<typeof Fetchable>;

/** What a kind of remote can do besides taking images. */
export const RemoteAbilities = z.object({
  /** Has patients of its own: who is who is asked (`matching.*`). */
  matches: z.boolean(),
  fetches: z.array(Fetchable),
  /** Lists what it holds of a patient (`remotes.files`). */
  lists: z.boolean(),
  /** Takes an image away again when a person says so: deletes it, or puts it away. */
  withdraws: z.enum(['no', 'deletes', 'archives']),
  /** Takes finished reports (`remotes.sendEntry`). */
  takesEntries: z.boolean(),
  /** Has a place for files of any kind that are attached to patients. */
  takesFiles: z.boolean(),
});
export type RemoteAbilities = z.infer<typeof RemoteAbilities>;

export const noAbilities: RemoteAbilities = {
  matches: false,
  fetches: [],
  lists: false,
  withdraws: 'no',
  takesEntries: false,
  takesFiles: false,
};

/** One picture or file of a patient as a remote lists it. What it does not tell is null or empty. */
export const RemoteFile = z.object({
  id: z.string(),
  name: z.string(),
  /** The remote's own word for what it is: Xray, image/png. */
  type: z.string(),
  description: z.string(),
  bytes: z.int().nullable(),
  /** The remote's own ids of the clinic and station. */
  clinic: z.string().nullable(),
  station: z.string().nullable(),
  /** As the remote writes it. */
  addedAt: z.string().nullable(),
  archived: z.boolean(),
  /** The image here that was sent there as this. */
  image: ImageId.nullable(),
});
export type RemoteFile = z.infer<typeof RemoteFile>;
