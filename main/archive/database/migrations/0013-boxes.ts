/**
 * The listener and the boxes. What came in is in the records with every image; the transactions it came in are the peer's
 * way of counting, and belong to this laptop alone.
 */
export const sql = `
CREATE TABLE hub_setting (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  settings TEXT NOT NULL             -- HubSettings as JSON
) STRICT;

CREATE TABLE box_token (
  remote TEXT PRIMARY KEY,
  token TEXT NOT NULL                -- SHA-256 of the token the box calls with
) STRICT, WITHOUT ROWID;
CREATE INDEX box_token_token ON box_token (token);

CREATE TABLE local_incoming (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  remote TEXT NOT NULL,
  number INTEGER NOT NULL,           -- as the sender counts
  way TEXT NOT NULL CHECK (way IN ('brought', 'fetched')),
  state TEXT NOT NULL CHECK (state IN ('processing', 'finished', 'failed')),
  total INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (remote, way, number)
) STRICT;

CREATE TABLE local_incoming_image (
  incoming INTEGER NOT NULL REFERENCES local_incoming (id) ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  image TEXT,                        -- null: rejected
  is_new INTEGER NOT NULL CHECK (is_new IN (0, 1)),
  restored INTEGER NOT NULL CHECK (restored IN (0, 1)),
  code TEXT,
  at TEXT NOT NULL,
  PRIMARY KEY (incoming, sequence)
) STRICT, WITHOUT ROWID;
`;
