import * as first from './0001-first';
import * as log from './0002-log';
import * as outbox from './0003-outbox';
import * as anonymisation from './0005-anonymisation';
import * as users from './0007-users';
import * as identity from './0006-identity';
import * as attachments from './0009-attachments';
import * as grouping from './0008-grouping';
import * as classification from './0010-classification';
import * as sources from './0011-sources';
import * as scp from './0016-scp';
import * as shortPieces from './0017-short-pieces';
import * as sentFiles from './0018-sent-files';
import * as remains from './0019-remains';
import * as counts from './0020-counts';
import * as corrections from './0022-corrections';
import * as datedValues from './0026-dated-values';
import * as notedImages from './0030-noted-images';
import * as finding from './0012-finding';
import * as boxes from './0013-boxes';
import * as clinicRemotes from './0014-clinic-remotes';

/**
 * Numbered, forward only. A released migration is never edited (test/unit/archive/migrations.test.ts keeps their hashes);
 * changes come as the next number.
 */
export const migrations: readonly { readonly version: number; readonly sql: string }[] = [
  { version: 1, sql: first.sql },
  { version: 2, sql: log.sql },
  { version: 3, sql: outbox.sql },
  { version: 5, sql: anonymisation.sql },
  { version: 6, sql: identity.sql },
  { version: 7, sql: users.sql },
  { version: 8, sql: grouping.sql },
  { version: 9, sql: attachments.sql },
  { version: 10, sql: classification.sql },
  { version: 11, sql: sources.sql },
  { version: 12, sql: finding.sql },
  { version: 13, sql: boxes.sql },
  { version: 14, sql: clinicRemotes.sql },
  { version: 16, sql: scp.sql },
  { version: 17, sql: shortPieces.sql },
  { version: 18, sql: sentFiles.sql },
  { version: 19, sql: remains.sql },
  { version: 20, sql: counts.sql },
  { version: 22, sql: corrections.sql },
  { version: 26, sql: datedValues.sql },
  { version: 30, sql: notedImages.sql },
];
