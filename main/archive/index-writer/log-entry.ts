import type { Database } from 'better-sqlite3';
import { type LogCode, logCatalogue } from '@shared/log';
import type { LogAbout } from '../records/bodies/journal';
import type { ArchiveRecord } from '../records/record';
import { statement } from './statements';

/** Numbers or words that fill the sentence of a line; nothing personal. */
export type LogDetails = Readonly<Record<string, string | number>>;

/** Keys of what a line is about, as far as there are. */
export type About = { readonly [K in keyof LogAbout]?: LogAbout[K] | undefined };

/**
 * Adds a line to the log, as part of applying a record. A record that is applied again does not add its lines again.
 * `about` gives the keys of what the line is about.
 */
export function addLogEntry(
  db: Database,
  record: Pick<ArchiveRecord, 'seq' | 'at' | 'by'>,
  code: LogCode,
  details: LogDetails = {},
  about: About = {},
): void {
  const { subject, level } = logCatalogue[code];
  statement(
    db,
    `INSERT INTO log (seq, at, by_user, subject, level, code, details, patient, study, series, image, person)
     SELECT @seq, @at, @by, @subject, @level, @code, @details, @patient, @study, @series, @image, @person
     WHERE NOT EXISTS (SELECT 1 FROM log WHERE seq = @seq AND code = @code AND details = @details
       AND patient IS @patient AND series IS @series AND image IS @image AND person IS @person)`,
  ).run({
    seq: record.seq,
    at: record.at,
    by: record.by,
    subject,
    level,
    code,
    details: JSON.stringify(details),
    patient: about.patient ?? null,
    study: about.study ?? null,
    series: about.series ?? null,
    image: about.image ?? null,
    person: about.person ?? null,
  });
}
