/**
 * Remotes that have patients, places and reports of their own: who is who there. All of it comes from records, but for what the
 * remote itself said last and what is still to be fetched.
 */
export const sql = `
-- Who a patient is at a remote: one answer each, the newest counts.
CREATE TABLE remote_patient (
  remote TEXT NOT NULL,
  patient TEXT NOT NULL,
  choice TEXT NOT NULL CHECK (choice IN ('this', 'new', 'none')),
  remote_patient TEXT,               -- the id there, with choice 'this'
  basis TEXT NOT NULL CHECK (basis IN ('person', 'number', 'card', 'made')),
  at TEXT NOT NULL,
  by_user TEXT,
  PRIMARY KEY (remote, patient)
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_patient_there ON remote_patient (remote, remote_patient);

-- Clinics and stations that were read in from a remote, with its own ids.
CREATE TABLE remote_place (
  remote TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('clinic', 'station')),
  place TEXT NOT NULL,               -- key of the clinic or station here
  remote_place TEXT NOT NULL,
  PRIMARY KEY (remote, kind, place)
) STRICT, WITHOUT ROWID;

-- Reports that a remote has too, whichever way they went.
CREATE TABLE remote_entry (
  remote TEXT NOT NULL,
  remote_entry TEXT NOT NULL,        -- its id there, or a name made of its content
  entry TEXT,                        -- key of the report here, when it became one
  result TEXT,                       -- key of the text it was kept as, when no form here fits
  author TEXT NOT NULL,              -- as the remote names them
  PRIMARY KEY (remote, remote_entry)
) STRICT, WITHOUT ROWID;

-- Who a patient may be, as the remote said when an image was tried.
CREATE TABLE local_match_candidates (
  remote TEXT NOT NULL,
  patient TEXT NOT NULL,
  candidates TEXT NOT NULL,          -- RemotePatient[] as JSON
  PRIMARY KEY (remote, patient)
) STRICT, WITHOUT ROWID;

-- What is still to be fetched by itself after images were proven.
CREATE TABLE local_fetch_back (
  remote TEXT NOT NULL,
  series TEXT NOT NULL,
  tries INTEGER NOT NULL,
  PRIMARY KEY (remote, series)
) STRICT, WITHOUT ROWID;
`;
