import type { Appliers } from './appliers';
import { statement } from './statements';

export const fileAppliers: Appliers<'file.stored'> = {
  'file.stored': (db, { body, at }) => {
    statement(
      db,
      `INSERT INTO object (sha256, bytes, role, state) VALUES (@sha256, @bytes, 'source', 'good')
       ON CONFLICT (sha256) DO UPDATE SET state = excluded.state`,
    ).run({ sha256: body.sha256, bytes: body.bytes });
    statement(
      db,
      `INSERT INTO stored_file (sha256, content_type, kept_at) VALUES (@sha256, @contentType, @at)
       ON CONFLICT (sha256) DO NOTHING`,
    ).run({ sha256: body.sha256, contentType: body.contentType, at });
  },
};
