/**
 * Projects and archives above patients, the state of series, results of algorithms, report forms and their entries. What hangs
 * on a series names it by its key, so that it is there again when the series is.
 */
export const sql = `
CREATE TABLE project (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  description TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;
CREATE INDEX project_name ON project (name_folded);

CREATE TABLE project_archive (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  project_id INTEGER NOT NULL REFERENCES project (id),
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  description TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1))
) STRICT;
CREATE INDEX project_archive_project ON project_archive (project_id, name_folded);

-- Patients and studies that are in an archive as a whole: series that come later go there too.
CREATE TABLE archive_patient (
  archive_id INTEGER NOT NULL REFERENCES project_archive (id),
  patient_id INTEGER NOT NULL REFERENCES patient (id) ON DELETE CASCADE,
  PRIMARY KEY (archive_id, patient_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_patient_patient ON archive_patient (patient_id);
CREATE TABLE archive_study (
  archive_id INTEGER NOT NULL REFERENCES project_archive (id),
  study_id INTEGER NOT NULL REFERENCES study (id) ON DELETE CASCADE,
  PRIMARY KEY (archive_id, study_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_study_study ON archive_study (study_id);
-- Every series that is in an archive, by itself or with its study or patient.
CREATE TABLE archive_series (
  archive_id INTEGER NOT NULL REFERENCES project_archive (id),
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  PRIMARY KEY (archive_id, series_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_series_series ON archive_series (series_id, archive_id);

CREATE TRIGGER archive_series_arrival AFTER INSERT ON series BEGIN
  INSERT OR IGNORE INTO archive_series (archive_id, series_id)
    SELECT archive_id, NEW.id FROM archive_patient WHERE patient_id = NEW.patient_id
    UNION SELECT archive_id, NEW.id FROM archive_study WHERE study_id = NEW.study_id;
END;

CREATE TABLE series_status (
  series TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  message TEXT NOT NULL,
  at TEXT NOT NULL,
  by_user TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX series_status_status ON series_status (status);

CREATE TABLE result (
  id INTEGER PRIMARY KEY,            -- number of the record: the order of arrival
  key TEXT NOT NULL UNIQUE,
  series TEXT NOT NULL,
  image TEXT,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  product TEXT NOT NULL,
  version TEXT NOT NULL,             -- empty: not known
  threshold REAL,
  kind TEXT NOT NULL CHECK (kind IN ('number', 'text', 'file')),
  number REAL,
  text TEXT,
  object TEXT REFERENCES stored_file (sha256),
  file_name TEXT,
  inputs TEXT NOT NULL,              -- JSON: SHA-256 of the images it was computed from
  made_at TEXT,
  added_at TEXT NOT NULL,
  by_user TEXT,
  removed_at TEXT,
  removed_by TEXT,
  removed_reason TEXT
) STRICT;
CREATE INDEX result_series ON result (series, id);
CREATE INDEX result_image ON result (image, id) WHERE image IS NOT NULL;
CREATE INDEX result_type ON result (type, name, id);

CREATE TABLE form (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  version INTEGER NOT NULL,          -- the newest
  active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;
CREATE INDEX form_name ON form (name_folded);
CREATE TABLE form_version (
  form_id INTEGER NOT NULL REFERENCES form (id),
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  at TEXT NOT NULL,
  by_user TEXT,
  PRIMARY KEY (form_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
  id INTEGER PRIMARY KEY,            -- number of its first record
  key TEXT NOT NULL UNIQUE,
  form_id INTEGER NOT NULL REFERENCES form (id),
  form_version INTEGER NOT NULL,
  series TEXT NOT NULL,
  saves INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,         -- number of the last record applied to it
  finished INTEGER,                  -- newest finished revision
  removed_at TEXT,
  removed_by TEXT,
  removed_reason TEXT
) STRICT;
CREATE INDEX entry_form ON entry (form_id, id);
CREATE INDEX entry_series ON entry (series, id);
CREATE TABLE entry_revision (
  entry_id INTEGER NOT NULL REFERENCES entry (id),
  revision INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'finished')),
  "values" TEXT NOT NULL,
  at TEXT NOT NULL,
  by_user TEXT,
  document TEXT,
  PRIMARY KEY (entry_id, revision)
) STRICT, WITHOUT ROWID;
`;
