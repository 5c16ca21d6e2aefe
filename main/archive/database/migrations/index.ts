import * as first from './0001-first';
import * as log from './0002-log';
import * as attachments from './0009-attachments';

/**
 * Numbered, forward only. A released migration is never edited (test/unit/archive/migrations.test.ts keeps their hashes);
 * changes come as the next number.
 */
export const migrations: readonly { readonly version: number; readonly sql: string }[] = [
  { version: 1, sql: first.sql },
  { version: 2, sql: log.sql },
  { version: 9, sql: attachments.sql },
];
