import type { Database } from 'better-sqlite3';
import type { IndexAttributes } from '../../dicom/index-attributes';
import type { RecordOf, RecordType } from '../records/record';

/** Attributes of the objects that records name; undefined when the object cannot be read any more. */
export type AttributesOf = (sha256: string) => IndexAttributes | undefined;

/** What each type of record does to the index; one file a subject gives its share. */
export type Appliers<T extends RecordType> = {
  readonly [K in T]: (db: Database, record: RecordOf<K>, attributesOf: AttributesOf) => void;
};
