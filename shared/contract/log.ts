import { z } from 'zod';
import { logLevels, logSubjects, LogCode } from '../log';
import { ImageId, PatientKey, SeriesKey, StudyKey, UserKey } from '../model/ids';
import { Instant, Language } from '../model/vocabulary';
import { verb } from './verb';

/** A line of the log. The sentence is made of `code` and `details` (shared/log); names are looked up when it is shown. */
export const LogRow = z.object({
  /** Number of the record it comes from: names the line for removing it. */
  seq: z.int(),
  at: Instant,
  by: UserKey.nullable(),
  /** Shown name of who did it; empty when nobody was signed in. */
  byName: z.string(),
  subject: z.enum(logSubjects),
  level: z.enum(logLevels),
  code: LogCode,
  details: z.record(z.string(), z.union([z.string(), z.number()])),
  patient: PatientKey.nullable(),
  PatientName: z.string(),
  PatientID: z.string(),
  study: StudyKey.nullable(),
  series: SeriesKey.nullable(),
  image: ImageId.nullable(),
  /** The person whom it is about, such as one who was added. */
  person: UserKey.nullable(),
  personName: z.string(),
});
export type LogRow = z.infer<typeof LogRow>;

/** Which lines: all conditions together. `text`: part of a sentence (in any language), of a detail, or of a name. */
export const LogFilter = z.object({
  subject: z.enum(logSubjects).optional(),
  level: z.enum(logLevels).optional(),
  by: UserKey.optional(),
  patient: PatientKey.optional(),
  text: z.string().max(200).default(''),
  from: Instant.optional(),
  to: Instant.optional(),
});
export type LogFilter = z.infer<typeof LogFilter>;

export const logVerbs = {
  /** Newest first; `after` continues behind a page (`next` of the answer before). */
  'log.list': verb(
    LogFilter.extend({ limit: z.int().min(1).max(1000).default(100), after: z.int().optional() }),
    z.object({ rows: z.array(LogRow), next: z.int().nullable() }),
  ),
  /**
   * Takes lines off the list: the named ones, or all from before a moment. That this was done stays in the log, and cannot be
   * taken off; the records themselves are never deleted.
   */
  'log.remove': verb(
    z.union([z.object({ seqs: z.array(z.int()).min(1).max(1000) }), z.object({ before: Instant })]),
    z.object({ removed: z.int() }),
  ),
  /** Writes the lines as CSV (UTF-8, RFC 4180), newest first. What stands at `path` is replaced when all is written. */
  'log.export': verb(LogFilter.extend({ path: z.string().min(1), language: Language }), z.object({ lines: z.int() }), [
    'EXPORT_TARGET_FULL',
    'EXPORT_TARGET_LOST',
  ]),
} as const;
