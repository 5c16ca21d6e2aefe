/**
 * Anonymisation: keys (one a patient and profile), the images that were anonymised with them, areas kept for device models, and
 * how each act ended. All of it is made from the records.
 */
export const sql = `
CREATE TABLE anonymisation_key (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  patient TEXT NOT NULL,             -- key of the patient it stands for, who may have gone from the archive since
  fingerprint TEXT NOT NULL,         -- of profile and given values: the same ones use the same key
  profile TEXT NOT NULL,             -- AnonymisationProfile as JSON
  tag_values TEXT NOT NULL,          -- TagValue[] as JSON
  secret TEXT NOT NULL,              -- hexadecimal
  date_shift_days INTEGER NOT NULL,
  anonymous_name TEXT NOT NULL,
  anonymous_id TEXT NOT NULL,
  PatientName TEXT NOT NULL,         -- as they were when the key was made
  PatientID TEXT NOT NULL,
  PatientBirthDate TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  id_folded TEXT NOT NULL,
  anonymous_folded TEXT NOT NULL,
  images INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX anonymisation_key_use ON anonymisation_key (patient, fingerprint);
CREATE INDEX anonymisation_key_name ON anonymisation_key (name_folded, id);
CREATE INDEX anonymisation_key_number ON anonymisation_key (id_folded, id);
CREATE INDEX anonymisation_key_anonymous ON anonymisation_key (anonymous_id);
CREATE INDEX anonymisation_key_anonymous_name ON anonymisation_key (anonymous_name, id);
CREATE INDEX anonymisation_key_created ON anonymisation_key (created_at, id);

CREATE TABLE anonymised_image (
  id INTEGER PRIMARY KEY,
  key_id INTEGER NOT NULL REFERENCES anonymisation_key (id),
  original TEXT NOT NULL,            -- the two images; either may not be in the archive (any more)
  anonymous TEXT NOT NULL,
  masks TEXT NOT NULL,               -- fingerprint of the areas that were blackened; empty for none
  variant TEXT NOT NULL,             -- what its SOP Instance UID was derived with beside the original's; empty for the first
  purpose TEXT NOT NULL CHECK (purpose IN ('copy', 'replace', 'export', 'send')),
  StudyInstanceUID TEXT NOT NULL,
  SeriesInstanceUID TEXT NOT NULL,
  SOPInstanceUID TEXT NOT NULL,
  anonymous_study TEXT NOT NULL,
  anonymous_series TEXT NOT NULL,
  anonymous_sop TEXT NOT NULL,
  key_values TEXT NOT NULL,          -- KeyValue[] as JSON
  created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX anonymised_image_use ON anonymised_image (key_id, original, masks);
CREATE INDEX anonymised_image_original ON anonymised_image (original);
CREATE INDEX anonymised_image_anonymous ON anonymised_image (anonymous);
CREATE INDEX anonymised_image_study ON anonymised_image (StudyInstanceUID);
CREATE INDEX anonymised_image_series ON anonymised_image (SeriesInstanceUID);
CREATE INDEX anonymised_image_sop ON anonymised_image (SOPInstanceUID);
CREATE INDEX anonymised_image_anonymous_study ON anonymised_image (anonymous_study);
CREATE INDEX anonymised_image_anonymous_series ON anonymised_image (anonymous_series);
CREATE INDEX anonymised_image_anonymous_sop ON anonymised_image (anonymous_sop);

-- UIDs beside those of study, series and instance: frames of reference, devices.
CREATE TABLE anonymised_uid (
  key_id INTEGER NOT NULL REFERENCES anonymisation_key (id),
  anonymous TEXT NOT NULL,
  original TEXT NOT NULL,
  PRIMARY KEY (key_id, anonymous)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_mask (
  id INTEGER PRIMARY KEY,
  Manufacturer TEXT NOT NULL,
  ManufacturerModelName TEXT NOT NULL,
  Modality TEXT NOT NULL,
  Rows INTEGER NOT NULL,
  Columns INTEGER NOT NULL,
  areas TEXT NOT NULL,               -- Area[] as JSON
  saved_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX device_mask_device ON device_mask (ManufacturerModelName, Manufacturer, Modality, Rows, Columns);

CREATE TABLE anonymisation_run (
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  result TEXT NOT NULL               -- AnonymisationResult as JSON
) STRICT;
`;
