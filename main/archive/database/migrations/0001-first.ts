/**
 * The first shape of the index. Every row here can be made again from the objects and the records
 * (docs/architecture.md, "The archive folder"); `key` columns are stable across a rebuild, `id` columns are not.
 *
 * Columns named like DICOM keywords hold the attribute's value in Unicode; `*_folded` hold the text as it is searched
 * (main/archive/catalog/folding.ts).
 */
export const sql = `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE object (
  sha256 TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('instance', 'source')),
  state TEXT NOT NULL DEFAULT 'good' CHECK (state IN ('good', 'missing', 'corrupt')),
  checked_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX object_bad ON object (state) WHERE state <> 'good';

CREATE TABLE clinic (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  place TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL
) STRICT;

CREATE TABLE station (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  clinic_id INTEGER NOT NULL REFERENCES clinic (id),
  name TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;
CREATE INDEX station_clinic ON station (clinic_id);

CREATE TABLE kind (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  code TEXT,
  name TEXT NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;

CREATE TABLE patient (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  PatientID TEXT NOT NULL,
  IssuerOfPatientID TEXT NOT NULL,
  PatientName TEXT NOT NULL,
  PatientBirthDate TEXT NOT NULL,
  PatientSex TEXT NOT NULL,
  birth_date_precision TEXT NOT NULL CHECK (birth_date_precision IN ('known', 'estimated', 'unknown')),
  age_years REAL,
  age_on TEXT,
  registered INTEGER NOT NULL CHECK (registered IN (0, 1)),
  temporary INTEGER NOT NULL CHECK (temporary IN (0, 1)),
  consent TEXT NOT NULL CHECK (consent IN ('yes', 'no', 'not-asked')),
  note TEXT NOT NULL,
  headshot TEXT,
  name_folded TEXT NOT NULL,
  id_folded TEXT NOT NULL,
  last_study_date TEXT NOT NULL DEFAULT '',
  changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX patient_name ON patient (name_folded, id);
CREATE INDEX patient_name_groups ON patient (name_folded) WHERE instr(name_folded, '=') > 0;
CREATE INDEX patient_number ON patient (id_folded, id);
CREATE INDEX patient_birth_date ON patient (PatientBirthDate, id);
CREATE INDEX patient_last_study ON patient (last_study_date, id);
CREATE INDEX patient_changed ON patient (changed_at, id);

-- The identities (number, issuer and name as they stand in objects) by which arriving objects find their patient.
CREATE TABLE patient_identity (
  identity TEXT PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patient (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_identity_patient ON patient_identity (patient_id);

CREATE TABLE study (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  StudyInstanceUID TEXT NOT NULL,
  StudyDate TEXT NOT NULL,
  StudyTime TEXT NOT NULL,
  StudyID TEXT NOT NULL,
  StudyDescription TEXT NOT NULL,
  AccessionNumber TEXT NOT NULL,
  ReferringPhysicianName TEXT NOT NULL,
  InstitutionName TEXT NOT NULL,
  clinic_id INTEGER REFERENCES clinic (id)
) STRICT;
CREATE INDEX study_patient ON study (patient_id, StudyDate, id);
CREATE INDEX study_uid ON study (StudyInstanceUID);
CREATE INDEX study_date ON study (StudyDate, StudyTime, id);
CREATE INDEX study_accession ON study (AccessionNumber) WHERE AccessionNumber <> '';

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  study_id INTEGER NOT NULL REFERENCES study (id),
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  SeriesInstanceUID TEXT NOT NULL,
  Modality TEXT NOT NULL,
  SeriesNumber TEXT NOT NULL,
  SeriesDescription TEXT NOT NULL,
  SeriesDate TEXT NOT NULL,
  SeriesTime TEXT NOT NULL,
  BodyPartExamined TEXT NOT NULL,
  Laterality TEXT NOT NULL,
  ProtocolName TEXT NOT NULL,
  Manufacturer TEXT NOT NULL,
  ManufacturerModelName TEXT NOT NULL,
  StationName TEXT NOT NULL,
  source TEXT NOT NULL
) STRICT;
CREATE INDEX series_study ON series (study_id);
CREATE INDEX series_uid ON series (SeriesInstanceUID);
CREATE INDEX series_patient ON series (patient_id);
CREATE INDEX series_modality ON series (Modality, id);

CREATE TABLE import_session (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  label TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled', 'failed', 'interrupted')),
  files INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL DEFAULT 0,
  already_stored INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE image (
  id INTEGER PRIMARY KEY,            -- our own counter: the order of arrival
  object TEXT NOT NULL UNIQUE REFERENCES object (sha256),
  source_object TEXT REFERENCES object (sha256),
  series_id INTEGER NOT NULL REFERENCES series (id),
  study_id INTEGER NOT NULL REFERENCES study (id),
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  SOPInstanceUID TEXT NOT NULL,
  SOPClassUID TEXT NOT NULL,
  TransferSyntaxUID TEXT NOT NULL,
  InstanceNumber TEXT NOT NULL,
  instance_order INTEGER NOT NULL,   -- InstanceNumber as a number for sorting; 0 when it is none
  ContentDate TEXT NOT NULL,
  ContentTime TEXT NOT NULL,
  ImageType TEXT NOT NULL,
  NumberOfFrames INTEGER NOT NULL,
  Rows INTEGER,
  Columns INTEGER,
  has_pixels INTEGER NOT NULL CHECK (has_pixels IN (0, 1)),
  bytes INTEGER NOT NULL,
  kind_id INTEGER REFERENCES kind (id),
  clinic_id INTEGER REFERENCES clinic (id),
  station_id INTEGER REFERENCES station (id),
  source TEXT NOT NULL,
  session_id INTEGER REFERENCES import_session (id),
  file_name TEXT NOT NULL,
  taken_at TEXT,
  stored_at TEXT NOT NULL,
  conflict INTEGER NOT NULL DEFAULT 0 CHECK (conflict IN (0, 1)),
  attributes TEXT NOT NULL           -- all of IndexAttributes as JSON, for matching on any other keyword
) STRICT;
-- The columns after the ones that are looked up spare reading the wide rows when lists are filtered and counted.
CREATE INDEX image_series ON image (series_id, instance_order, id);
CREATE INDEX image_study ON image (study_id, id, patient_id, series_id);
CREATE INDEX image_patient ON image (patient_id, id, study_id, series_id);
CREATE INDEX image_arrival ON image (id, patient_id, study_id, series_id);
CREATE INDEX image_uid ON image (SOPInstanceUID);
CREATE INDEX image_source_object ON image (source_object) WHERE source_object IS NOT NULL;
CREATE INDEX image_clinic ON image (clinic_id, id, patient_id, study_id, series_id) WHERE clinic_id IS NOT NULL;
CREATE INDEX image_station ON image (station_id, id, patient_id, study_id, series_id) WHERE station_id IS NOT NULL;
CREATE INDEX image_kind ON image (kind_id, id, patient_id, study_id, series_id) WHERE kind_id IS NOT NULL;
CREATE INDEX image_source ON image (source, id);
CREATE INDEX image_taken ON image (coalesce(taken_at, ''), id);
CREATE INDEX image_content ON image (ContentDate, ContentTime, id);

CREATE TABLE import_item (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES import_session (id),
  path TEXT NOT NULL,
  entry TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('added', 'alreadyStored', 'rejected')),
  object TEXT,
  code TEXT,
  details TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX import_item_session ON import_item (session_id, outcome, id);

CREATE TABLE export (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  result TEXT NOT NULL               -- ExportResult as JSON
) STRICT;

-- Search while typing: folded words of name and number. rowid = patient.id
CREATE VIRTUAL TABLE patient_text USING fts5 (
  words, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'", prefix = '1 2 3',
  content = '', contentless_delete = 1
);
-- Wildcards: three-letter pieces of the folded name and number. rowid = patient.id
CREATE VIRTUAL TABLE patient_trigram USING fts5 (
  name, number, tokenize = 'trigram', content = '', contentless_delete = 1, detail = 'full'
);
-- Folded words of descriptions and numbers of a study and its series, and of its patient. rowid = study.id
CREATE VIRTUAL TABLE study_text USING fts5 (
  words, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'", prefix = '1 2 3',
  content = '', contentless_delete = 1
);
-- Every word of a name that ever stood here, for correcting typing errors. Only grows.
CREATE TABLE name_word (
  id INTEGER PRIMARY KEY,
  word TEXT NOT NULL UNIQUE
) STRICT;
`;
