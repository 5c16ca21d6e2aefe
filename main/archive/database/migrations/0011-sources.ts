/**
 * Where images come from and where they go: watched folders, import sessions that can be taken off the list, sets for
 * fetching, rules for forwarding. `local_` tables hold what this laptop has yet to do; no record says it, and a rebuild of the
 * index leaves them alone.
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

CREATE TABLE destination (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  settings TEXT NOT NULL,            -- JSON object, as the type wants it
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;

CREATE TABLE forward_rule (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  source TEXT,                       -- NULL: any
  source_ref TEXT NOT NULL,          -- '': any of the type
  destination TEXT NOT NULL,
  keep_images INTEGER NOT NULL CHECK (keep_images IN (0, 1)),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;
CREATE INDEX forward_rule_active ON forward_rule (active, removed);

CREATE TABLE local_forward (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  rule TEXT NOT NULL,
  destination TEXT NOT NULL,
  source TEXT NOT NULL,
  source_ref TEXT NOT NULL,
  session TEXT NOT NULL,             -- '' when the images came in without one
  keep_images INTEGER NOT NULL CHECK (keep_images IN (0, 1)),
  gathering INTEGER NOT NULL CHECK (gathering IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'done', 'failed', 'cancelled')),
  images INTEGER NOT NULL DEFAULT 0,
  sent INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  due INTEGER NOT NULL DEFAULT 0,    -- milliseconds
  code TEXT,
  details TEXT NOT NULL DEFAULT '{}',
  created INTEGER NOT NULL,          -- milliseconds
  updated INTEGER NOT NULL,
  finished INTEGER
) STRICT;
CREATE INDEX local_forward_open ON local_forward (rule, source, source_ref, session) WHERE gathering = 1;
CREATE INDEX local_forward_state ON local_forward (state, id);
CREATE INDEX local_forward_destination ON local_forward (destination, id);

CREATE TABLE local_forward_item (
  id INTEGER PRIMARY KEY,
  forward_id INTEGER NOT NULL REFERENCES local_forward (id),
  image TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'cancelled')),
  code TEXT,
  details TEXT NOT NULL DEFAULT '{}',
  proof TEXT,
  place TEXT,
  at INTEGER NOT NULL,
  discard INTEGER NOT NULL DEFAULT 0 CHECK (discard IN (0, 1)), -- delivered, and to be moved to the trash
  UNIQUE (forward_id, image)
) STRICT;
CREATE INDEX local_forward_item_state ON local_forward_item (forward_id, state, id);
CREATE INDEX local_forward_item_image ON local_forward_item (image, state);
CREATE INDEX local_forward_item_discard ON local_forward_item (id) WHERE discard = 1;

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
