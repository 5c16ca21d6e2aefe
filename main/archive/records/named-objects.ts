import type { ImageId } from '@shared/model/ids';
import type { ObjectStored } from './bodies/intake';
import type { ArchiveRecord } from './record';

/** What a record says of objects that are images from then on; their own attributes are needed to apply it. */
export function objectsIn(record: ArchiveRecord): readonly ObjectStored[] {
  switch (record.type) {
    case 'object.stored':
      return [record.body];
    case 'images.replaced':
    case 'images.moved':
    case 'images.moveUndone':
      return record.body.changes.map((change) => change.next);
    default:
      return [];
  }
}

/** The files that a record makes part of the archive, by their SHA-256; what images were made from included. */
export function filesIn(record: ArchiveRecord): readonly ImageId[] {
  if (record.type === 'file.stored') return [record.body.sha256];
  return objectsIn(record).flatMap((stored) =>
    stored.sourceObject ? [stored.image, stored.sourceObject.sha256] : [stored.image],
  );
}
