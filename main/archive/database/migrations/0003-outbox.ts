/**
 * The outbox. All of it comes from records; what is being sent at this moment, and how often it was tried, is known to the
 * running program only, so that nothing can be stuck as "sending" after a crash.
 */
export const sql = `
CREATE TABLE remote (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,            -- RemoteSettings as JSON, without secrets
  policy TEXT NOT NULL,              -- RemotePolicy as JSON
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;

CREATE TABLE outbox_transaction (
  id INTEGER PRIMARY KEY,            -- the number of the record that asked for it: never used again
  key TEXT NOT NULL UNIQUE,
  remote_id INTEGER NOT NULL REFERENCES remote (id),
  at TEXT NOT NULL,
  by_user TEXT,
  cause TEXT NOT NULL,
  anonymise TEXT,
  priority INTEGER NOT NULL,
  total INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_transaction_remote ON outbox_transaction (remote_id, id);

CREATE TABLE outbox_item (
  id INTEGER PRIMARY KEY,
  transaction_id INTEGER NOT NULL REFERENCES outbox_transaction (id),
  remote_id INTEGER NOT NULL REFERENCES remote (id),
  position INTEGER NOT NULL,         -- from 1
  image TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'arrived', 'proven', 'refused', 'parked', 'cancelled')),
  code TEXT,
  details TEXT NOT NULL DEFAULT '{}',
  arrived_at TEXT,
  proof_kind TEXT,
  proof_at TEXT,
  proof_note TEXT NOT NULL DEFAULT '',
  UNIQUE (transaction_id, position)
) STRICT;
CREATE INDEX outbox_item_queue ON outbox_item (remote_id, priority DESC, transaction_id, position) WHERE state = 'waiting';
CREATE INDEX outbox_item_small ON outbox_item (remote_id, priority DESC, bytes, id) WHERE state = 'waiting';
CREATE INDEX outbox_item_unproven ON outbox_item (remote_id, id) WHERE state = 'arrived';
CREATE INDEX outbox_item_state ON outbox_item (state, remote_id);
CREATE INDEX outbox_item_image ON outbox_item (image, remote_id);

-- How far an interrupted transfer has come, in the words of its driver: an offset, an upload's address.
CREATE TABLE local_resume (
  item TEXT PRIMARY KEY,             -- transaction key and position
  token TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The small memory of the drivers: numbers they have given, addresses they were told.
CREATE TABLE local_driver_memory (
  remote TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (remote, name)
) STRICT, WITHOUT ROWID;
`;
