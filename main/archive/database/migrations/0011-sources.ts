/**
 * Where images come from and where they go: watched folders, import sessions that can be taken off the list, sets for
 * fetching, rules for forwarding and what they have gathered. `local_` tables hold what this laptop has yet to do; no record
 * says it, and a rebuild of the index leaves them alone.
 */
export const sql = `
ALTER TABLE image ADD COLUMN source_ref TEXT NOT NULL DEFAULT '';
ALTER TABLE series ADD COLUMN source_ref TEXT NOT NULL DEFAULT '';
CREATE INDEX image_source_ref ON image (source, source_ref, id);
CREATE INDEX series_source_ref ON series (source, source_ref, id);

ALTER TABLE import_session ADD COLUMN source_ref TEXT NOT NULL DEFAULT '';
ALTER TABLE import_session ADD COLUMN open INTEGER NOT NULL DEFAULT 0 CHECK (open IN (0, 1));
ALTER TABLE import_session ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten IN (0, 1));
CREATE INDEX import_session_listed ON import_session (source, source_ref, id) WHERE forgotten = 0;
CREATE INDEX import_item_object ON import_item (session_id, object) WHERE object IS NOT NULL;

CREATE TABLE watched_folder (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  clinic TEXT,                       -- keys: to what photos and documents from it belong
  station TEXT,
  kind TEXT,
  subfolders INTEGER NOT NULL CHECK (subfolders IN (0, 1)),
  afterwards TEXT NOT NULL CHECK (afterwards IN ('keep', 'delete', 'move')),
  move_to TEXT,
  skip TEXT NOT NULL,                -- JSON array of patterns
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;

-- What is known of the files of a watched folder: a file that is the same in name, size and time is not looked at again.
CREATE TABLE local_watched_file (
  watch TEXT NOT NULL,
  path TEXT NOT NULL,                -- below the watched folder, with '/' between names
  size INTEGER NOT NULL,
  mtime INTEGER NOT NULL,            -- milliseconds
  state TEXT NOT NULL CHECK (state IN ('seen', 'stored', 'taken', 'refused')),
  due INTEGER NOT NULL DEFAULT 0,    -- milliseconds: not to be tried before
  tries INTEGER NOT NULL DEFAULT 0,
  code TEXT,                         -- why it is not taken, or not tidied away
  details TEXT NOT NULL DEFAULT '{}',
  images TEXT NOT NULL DEFAULT '[]', -- what was stored of it, until the file has been dealt with
  at INTEGER NOT NULL,
  PRIMARY KEY (watch, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX local_watched_file_seen ON local_watched_file (watch, path) WHERE state = 'seen';
CREATE INDEX local_watched_file_stored ON local_watched_file (watch, path) WHERE state = 'stored';
CREATE INDEX local_watched_file_problem ON local_watched_file (watch, path) WHERE code IS NOT NULL;

CREATE TABLE forward_rule (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  source TEXT,                       -- NULL: any
  source_ref TEXT NOT NULL,          -- '': any of the type
  remote TEXT NOT NULL,
  keep_images INTEGER NOT NULL CHECK (keep_images IN (0, 1)),
  anonymise TEXT,                    -- AnonymisationWay as JSON; NULL: as they are
  priority INTEGER NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;
CREATE INDEX forward_rule_active ON forward_rule (active, removed);

-- Images of one source and import that a rule is going to ask for together.
CREATE TABLE forward_gathering (
  id INTEGER PRIMARY KEY,
  rule_id INTEGER NOT NULL REFERENCES forward_rule (id),
  source TEXT NOT NULL,
  source_ref TEXT NOT NULL,
  session TEXT NOT NULL,             -- '' when the images came in without one
  created INTEGER NOT NULL,          -- milliseconds
  updated INTEGER NOT NULL,
  UNIQUE (rule_id, source, source_ref, session)
) STRICT;

CREATE TABLE forward_gathered (
  image TEXT NOT NULL,
  rule_id INTEGER NOT NULL REFERENCES forward_rule (id),
  gathering_id INTEGER NOT NULL REFERENCES forward_gathering (id),
  seq INTEGER NOT NULL,              -- of the record it arrived with
  bytes INTEGER NOT NULL,
  PRIMARY KEY (image, rule_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX forward_gathered_order ON forward_gathered (gathering_id, seq);
CREATE INDEX forward_gathered_rule ON forward_gathered (rule_id);

-- Images that a rule has delivered, proven, and that are not to be kept here.
CREATE TABLE forward_delivered (
  image TEXT NOT NULL,
  rule_id INTEGER NOT NULL REFERENCES forward_rule (id),
  PRIMARY KEY (image, rule_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_transaction_rule ON outbox_transaction (id) WHERE json_extract(cause, '$.type') = 'rule';

CREATE TABLE local_export_set (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  form TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('making', 'ready', 'failed')),
  images TEXT NOT NULL,              -- JSON array: the images that are in it
  left_out TEXT NOT NULL,            -- JSON array: what was asked for and stayed, with the reason
  bytes INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,          -- milliseconds
  expires INTEGER NOT NULL,
  code TEXT,
  details TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX local_export_set_expires ON local_export_set (expires);
`;
