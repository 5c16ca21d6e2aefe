/**
 * People, what they may, and what is attributed to them. Secrets are here as they stand in the records: hashes with their
 * parameters (main/archive/users/secrets.ts). `local_sign_in` counts wrong tries on this machine and survives a rebuild.
 */
export const sql = `
CREATE TABLE user (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  login TEXT NOT NULL,
  login_folded TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'administrator', 'superuser')),
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
  initials TEXT NOT NULL,
  colour TEXT NOT NULL,
  password TEXT,                     -- JSON
  pin TEXT                           -- JSON
) STRICT;

CREATE TABLE archive_setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL                -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE local_sign_in (
  origin TEXT NOT NULL,              -- desk, cli ...: tries over one way in do not slow the others
  way TEXT NOT NULL CHECK (way IN ('password', 'pin')),
  who TEXT NOT NULL,                 -- key of the person, or the hash of a name nobody has
  failures INTEGER NOT NULL,
  last_at TEXT NOT NULL,
  PRIMARY KEY (origin, way, who)
) STRICT, WITHOUT ROWID;

ALTER TABLE image ADD COLUMN stored_by TEXT;
CREATE INDEX image_stored_by ON image (stored_by, id, patient_id, study_id, series_id) WHERE stored_by IS NOT NULL;

ALTER TABLE log ADD COLUMN person TEXT;
`;
