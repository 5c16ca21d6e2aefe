import { z } from 'zod';
import { ImageId, PatientKey, SeriesKey, StudyKey, UserKey } from '@shared/model/ids';
import { LogCode } from '@shared/log';

/** What a line of the log is about, for finding it from there. */
export const LogAbout = z.object({
  patient: PatientKey.nullable(),
  study: StudyKey.nullable(),
  series: SeriesKey.nullable(),
  image: ImageId.nullable(),
  /** A person who works here, such as one who was added. */
  person: UserKey.nullable(),
});
export type LogAbout = z.infer<typeof LogAbout>;

/** Records that only speak: acts that change nothing in the index are noted by them, and old lines are taken off the list. */
export const journalBodies = {
  'log.noted': z.object({
    code: LogCode,
    details: z.record(z.string(), z.union([z.string(), z.number()])),
    about: LogAbout.partial(),
  }),
  'log.removed': z.object({ seqs: z.array(z.int()).min(1).max(1000) }),
} as const;
