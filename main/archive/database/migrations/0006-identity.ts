/**
 * Whose an image is, its versions, the trash. The table `image` holds living images only and `patient` only patients who stand
 * for themselves; what was set aside and who was merged into another one stands here.
 */
export const sql = `
-- The patient to whom a study belongs by itself; study.patient_id is the one it is shown under, another one after a merge.
ALTER TABLE study ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE study SET owner = (SELECT patient.key FROM patient WHERE patient.id = study.patient_id);
CREATE INDEX study_owner ON study (owner);

-- The identities (number, issuer and name) that registered patients have gone by, with the patient's key.
CREATE TABLE known_identity (
  identity TEXT PRIMARY KEY,
  patient TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO known_identity (identity, patient)
  SELECT identity, patient.key FROM patient_identity JOIN patient ON patient.id = patient_id WHERE patient.registered = 1;
DROP TABLE patient_identity;

CREATE TABLE patient_merge (
  from_patient TEXT PRIMARY KEY,     -- keys
  into_patient TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at TEXT NOT NULL,
  by_user TEXT,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_merge_into ON patient_merge (into_patient);

-- Rows of the table patient while they stand under another one.
CREATE TABLE merged_patient (
  key TEXT PRIMARY KEY,
  survivor_id INTEGER NOT NULL REFERENCES patient (id),
  PatientID TEXT NOT NULL,
  IssuerOfPatientID TEXT NOT NULL,
  PatientName TEXT NOT NULL,
  id_folded TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  registered INTEGER NOT NULL CHECK (registered IN (0, 1)),
  columns TEXT NOT NULL              -- all columns as JSON, for putting the row back
) STRICT, WITHOUT ROWID;
CREATE INDEX merged_patient_survivor ON merged_patient (survivor_id);
CREATE INDEX merged_patient_number ON merged_patient (id_folded);

CREATE TABLE set_aside (
  object TEXT PRIMARY KEY REFERENCES object (sha256),
  why TEXT NOT NULL CHECK (why IN ('trashed', 'replaced')),
  act TEXT NOT NULL,
  seq INTEGER NOT NULL,              -- of the record that set it aside
  at TEXT NOT NULL,
  by_user TEXT,
  reason TEXT NOT NULL,
  arrival INTEGER NOT NULL,          -- the same for all versions of an image
  owner TEXT NOT NULL,               -- key of the patient
  study TEXT NOT NULL,               -- keys of where it was
  series TEXT NOT NULL,
  source_object TEXT REFERENCES object (sha256),
  bytes INTEGER NOT NULL,
  PatientID TEXT NOT NULL,
  PatientName TEXT NOT NULL,
  found_by TEXT NOT NULL,            -- folded words of name, number and file name
  image TEXT NOT NULL                -- StoredImage as JSON (main/archive/index-writer/stored-image.ts): brings it back as it was
) STRICT, WITHOUT ROWID;
CREATE INDEX set_aside_list ON set_aside (why, seq, arrival);
CREATE INDEX set_aside_time ON set_aside (why, at);
CREATE INDEX set_aside_arrival ON set_aside (arrival);
CREATE INDEX set_aside_act ON set_aside (act);
CREATE INDEX set_aside_owner ON set_aside (owner);
CREATE INDEX set_aside_study ON set_aside (study);
CREATE INDEX set_aside_source ON set_aside (source_object) WHERE source_object IS NOT NULL;

CREATE TABLE image_move (
  act TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  at TEXT NOT NULL,
  by_user TEXT,
  reason TEXT NOT NULL,
  to_patient TEXT NOT NULL,
  images INTEGER NOT NULL,
  undone_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX image_move_to ON image_move (to_patient);

CREATE TABLE image_moved (
  act TEXT NOT NULL REFERENCES image_move (act),
  old TEXT NOT NULL,
  new TEXT NOT NULL,
  from_patient TEXT NOT NULL,
  PRIMARY KEY (act, old)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_moved_from ON image_moved (from_patient);

-- Files that a record says are erased and that may still lie in objects/.
CREATE TABLE local_erasing (
  object TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE INDEX import_item_added ON import_item (object, session_id) WHERE outcome = 'added';
`;
