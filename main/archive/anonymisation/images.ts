import type { Database } from 'better-sqlite3';
import type { BurnedIn } from '@shared/contract/anonymisation';
import { FieldboxError } from '@shared/errors';
import type { DeviceModel } from '@shared/model/anonymisation';
import type { ImageId, KindKey, PatientKey } from '@shared/model/ids';
import { burnedInRiskOf } from '../../dicom/anonymise';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { statement } from '../index-writer/statements';

/** What anonymising needs to know of one image. */
export interface Subject {
  readonly image: ImageId;
  readonly state: 'good' | 'missing' | 'corrupt';
  readonly bytes: number;
  readonly patient: PatientKey;
  readonly kind: KindKey | null;
  readonly takenAt: string | null;
  readonly hasPixels: boolean;
  readonly SOPClassUID: string;
  readonly attributes: IndexAttributes;
  /** It is itself the result of an anonymisation here. */
  readonly isAnonymous: boolean;
}

/** Whether an image is here and its stored file is sound, as far as the index knows. */
export function isHere(db: Database, image: ImageId): boolean {
  const sql = `SELECT 1 FROM image JOIN object ON object.sha256 = image.object WHERE image.object = +? AND object.state = 'good'`;
  return statement(db, sql).get(image) !== undefined;
}

interface Raw extends Omit<Subject, 'hasPixels' | 'attributes' | 'isAnonymous'> {
  readonly hasPixels: 0 | 1;
  readonly attributes: string;
  readonly isAnonymous: 0 | 1;
}

const SUBJECT = `
  SELECT image.object AS image, object.state, object.bytes, patient.key AS patient, kind.key AS kind, image.taken_at AS takenAt,
    image.has_pixels AS hasPixels, image.SOPClassUID, image.attributes,
    EXISTS (SELECT 1 FROM anonymised_image WHERE anonymous = image.object) AS isAnonymous
  FROM image
  JOIN object ON object.sha256 = image.object
  JOIN patient ON patient.id = image.patient_id
  LEFT JOIN kind ON kind.id = image.kind_id`;

/** An image by its number in the index; undefined when it has gone meanwhile. */
export function subjectById(db: Database, id: number): Subject | undefined {
  return subjectOf(statement(db, `${SUBJECT} WHERE image.id = +?`).get(id) as Raw | undefined);
}

/** Throws NOT_FOUND. */
export function subjectOfImage(db: Database, image: ImageId): Subject {
  const subject = subjectOf(statement(db, `${SUBJECT} WHERE image.object = +?`).get(image) as Raw | undefined);
  if (!subject) throw new FieldboxError('NOT_FOUND', { what: `image ${image}` });
  return subject;
}

function subjectOf(raw: Raw | undefined): Subject | undefined {
  if (!raw) return undefined;
  return {
    ...raw,
    hasPixels: raw.hasPixels === 1,
    isAnonymous: raw.isAnonymous === 1,
    // Written by the index from IndexAttributes and nothing else.
    attributes: JSON.parse(raw.attributes) as IndexAttributes,
  };
}

/** How likely writing in the picture tells who it is of. */
export function riskOf({ SOPClassUID, hasPixels, attributes }: Subject): BurnedIn {
  return burnedInRiskOf({
    SOPClassUID,
    hasPixels,
    Modality: attributes.Modality ?? '',
    BurnedInAnnotation: attributes.BurnedInAnnotation ?? '',
    ImageType: (attributes.ImageType ?? '').split('\\'),
  });
}

/** What made the picture; null for what is no picture. */
export function deviceOf({ hasPixels, attributes }: Subject): DeviceModel | null {
  const { Rows, Columns } = attributes;
  if (!hasPixels || Rows === undefined || Columns === undefined) return null;
  return {
    Manufacturer: attributes.Manufacturer ?? '',
    ManufacturerModelName: attributes.ManufacturerModelName ?? '',
    Modality: attributes.Modality ?? '',
    Rows,
    Columns,
  };
}

/** Encapsulated documents (PDF, CDA, STL ...), PS3.4 B.5. */
export function isDocument({ SOPClassUID }: Subject): boolean {
  return SOPClassUID.startsWith('1.2.840.10008.5.1.4.1.1.104.');
}
