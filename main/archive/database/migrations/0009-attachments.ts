/**
 * Files kept byte for byte beside the images, and what is attached to patients. The bytes are objects (role 'source'); what is
 * known of a file stands in stored_file. Whatever needs a file refers to it there, so that it cannot be taken away beneath it.
 * Also what is known of patients besides their card, and who brought a picture in.
 */
export const sql = `
CREATE TABLE stored_file (
  sha256 TEXT PRIMARY KEY REFERENCES object (sha256),
  content_type TEXT NOT NULL,        -- found from the bytes
  kept_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE attachment (
  id INTEGER PRIMARY KEY,            -- number of its record: the order of arrival
  key TEXT NOT NULL UNIQUE,
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  file TEXT NOT NULL REFERENCES stored_file (sha256),
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  description TEXT NOT NULL,
  description_folded TEXT NOT NULL,
  pinned_at TEXT,
  processed_at TEXT,
  archived_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  by_user TEXT                       -- key of who added it; NULL when nobody was signed in
) STRICT;
CREATE INDEX attachment_patient ON attachment (patient_id, id);
CREATE INDEX attachment_file ON attachment (file);
CREATE INDEX attachment_updated ON attachment (updated_at, id);

-- The studies and visits (to a clinic) of its patient that an attachment belongs to; one of the two is given.
CREATE TABLE attachment_case (
  attachment_id INTEGER NOT NULL REFERENCES attachment (id),
  position INTEGER NOT NULL,
  study TEXT,
  clinic TEXT,
  PRIMARY KEY (attachment_id, position),
  CHECK ((study IS NULL) <> (clinic IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_case_study ON attachment_case (study, attachment_id) WHERE study IS NOT NULL;
CREATE INDEX attachment_case_clinic ON attachment_case (clinic, attachment_id) WHERE clinic IS NOT NULL;

-- Columns hold folded text, as it is searched; the details themselves are JSON. phones: digits only, each between spaces.
CREATE TABLE patient_details (
  patient_id INTEGER PRIMARY KEY REFERENCES patient (id),
  paternal TEXT NOT NULL,
  maternal TEXT NOT NULL,
  first TEXT NOT NULL,
  middle TEXT NOT NULL,
  curp TEXT NOT NULL,
  old_number TEXT NOT NULL,
  other_id TEXT NOT NULL,
  email TEXT NOT NULL,
  phones TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;

`;
