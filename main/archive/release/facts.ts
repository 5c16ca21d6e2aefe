import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { ImageFacts } from './gate';

/** What the gate needs to know of one image, for exits that give out one at a time. Throws NOT_FOUND. */
export function factsOf(db: Database, image: ImageId): ImageFacts {
  const row = db
    .prepare<[string], Omit<ImageFacts, 'image'>>(
      `SELECT patient.consent, object.state AS objectState FROM image JOIN object ON object.sha256 = image.object
       JOIN patient ON patient.id = image.patient_id WHERE image.object = ?`,
    )
    .get(image);
  if (!row) throw new FieldboxError('NOT_FOUND', { what: `image ${image}` });
  return { image, ...row };
}
