import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import type { ImageId, SeriesKey } from '@shared/model/ids';
import { statement } from '../index-writer/statements';
import type { ImageFacts } from './gate';

/**
 * SQL of what was said about a picture (`image`, `patient`): an anonymised one is bound by its anonymous patient and, as long as
 * there is a key, by the person it is of. A "no" of either holds.
 */
export const CONSENT_SQL = `CASE WHEN EXISTS (
    SELECT 1 FROM anonymised_image JOIN anonymisation_key ON anonymisation_key.id = anonymised_image.key_id
    JOIN patient AS person ON person.key = anonymisation_key.patient
    WHERE anonymised_image.anonymous = image.object AND person.consent = 'no'
  ) THEN 'no' ELSE patient.consent END`;

/** What the gate needs to know of one image, for exits that give out one at a time. Throws NOT_FOUND. */
export function factsOf(db: Database, image: ImageId): ImageFacts {
  const facts = factsIfHere(db, image);
  if (!facts) throw new FieldboxError('NOT_FOUND', { what: `image ${image}` });
  return facts;
}

/** The same; undefined when the image is not here. */
export function factsIfHere(db: Database, image: ImageId): ImageFacts | undefined {
  const row = statement(
    db,
    `SELECT ${CONSENT_SQL} AS consent, object.state AS objectState FROM image JOIN object ON object.sha256 = image.object
     JOIN patient ON patient.id = image.patient_id WHERE image.object = +?`,
  ).get(image) as Omit<ImageFacts, 'image'> | undefined;
  return row && { image, ...row };
}

/**
 * The same of what is written about a series: a result (with its file, if it has one), a report. What was said about pictures
 * holds for it too, of any picture of the series. Throws NOT_FOUND.
 */
export function factsAbout(
  db: Database,
  series: SeriesKey,
  { image, object }: { readonly image: ImageId | null; readonly object: ImageId | null },
): ImageFacts {
  const row = db
    .prepare<[object], ImageFacts>(
      `SELECT CASE WHEN EXISTS (SELECT 1 FROM image WHERE image.series_id = series.id AND ${CONSENT_SQL} = 'no') THEN 'no'
           ELSE patient.consent END AS consent,
         coalesce((SELECT state FROM object WHERE sha256 = @object), 'good') AS objectState,
         coalesce(@object, @image, (SELECT image.object FROM image WHERE image.series_id = series.id LIMIT 1)) AS image
       FROM series JOIN patient ON patient.id = series.patient_id WHERE series.key = @series`,
    )
    .get({ series, image, object });
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'series' });
  return row;
}
