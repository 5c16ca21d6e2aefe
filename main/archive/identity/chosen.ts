import type { Database } from 'better-sqlite3';
import type { ImageSelection } from '@shared/contract/identity';
import { FieldboxError } from '@shared/errors';
import type { ImageId, PatientKey } from '@shared/model/ids';
import { idOf, statement } from '../index-writer/statements';
import { livingImage, type Standing } from '../index-writer/stored-image';
import type { ImageGroups } from '../records/bodies/identity';

/**
 * The living images of a selection, in order of arrival, each once. Throws NOT_FOUND for what the archive does not know and
 * IMAGES_NONE_CHOSEN when nothing is left.
 */
export function chosenImages(db: Database, selection: ImageSelection): readonly ImageId[] {
  const found = new Map<number, ImageId>();
  const add = (row: { id: number; object: ImageId }): void => void found.set(row.id, row.object);
  const levels = [
    ['patient', selection.patients],
    ['study', selection.studies],
    ['series', selection.series],
  ] as const;
  for (const [level, keys] of levels) {
    for (const key of keys) {
      const rows = statement(db, `SELECT id, object FROM image WHERE ${level}_id = ?`).all(idOfLevel(db, level, key));
      for (const row of rows as { id: number; object: ImageId }[]) add(row);
    }
  }
  for (const image of selection.images) {
    const row = statement(db, 'SELECT id, object FROM image WHERE object = ?').get(image) as
      { id: number; object: ImageId } | undefined;
    add(row ?? missing('image', image));
  }
  if (found.size === 0) throw new FieldboxError('IMAGES_NONE_CHOSEN');
  return [...found].sort(([a], [b]) => a - b).map(([, object]) => object);
}

function idOfLevel(db: Database, level: 'patient' | 'study' | 'series', key: string): number {
  if (level === 'patient') return idOf(db, 'patient', key) ?? missing(level, key);
  const row = statement(db, `SELECT id FROM ${level} WHERE key = ?`).get(key) as { id: number } | undefined;
  return row?.id ?? missing(level, key);
}

function missing(what: string, key: string): never {
  throw new FieldboxError('NOT_FOUND', { what: `${what} ${key}` });
}

/** How a chosen image stands now. Throws CHANGED_MEANWHILE. */
export function standingOf(db: Database, image: ImageId): Standing {
  const standing = livingImage(db, image);
  if (!standing) throw new FieldboxError('CHANGED_MEANWHILE', { images: 1 });
  return standing;
}

/** Images by the patient they stand under, as records hold them. */
export function grouped(images: readonly { readonly image: ImageId; readonly patient: PatientKey }[]): ImageGroups {
  const groups = new Map<PatientKey, ImageId[]>();
  for (const { image, patient } of images) {
    const group = groups.get(patient) ?? [];
    groups.set(patient, group);
    group.push(image);
  }
  return [...groups].map(([patient, members]) => ({ patient, images: members }));
}
