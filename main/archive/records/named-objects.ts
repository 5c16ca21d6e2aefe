import type { ArchiveRecord } from './record';

/** The objects that a record makes part of the archive, by their SHA-256. */
export function objectsNamedBy(record: ArchiveRecord): readonly string[] {
  switch (record.type) {
    case 'object.stored': {
      const { image, sourceObject } = record.body;
      return sourceObject ? [image, sourceObject.sha256] : [image];
    }
    case 'result.added':
      return record.body.value.kind === 'file' ? [record.body.value.object] : [];
    default:
      return [];
  }
}
