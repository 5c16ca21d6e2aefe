/** The log: who did what when. Made from the records; `seq` is the number of the record that a line comes from. */
export const sql = `
CREATE TABLE log (
  id INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  at TEXT NOT NULL,
  by_user TEXT,                      -- key of the person; NULL when nobody was signed in
  subject TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  code TEXT NOT NULL,                -- of shared/log
  details TEXT NOT NULL,             -- JSON; fills the sentence, holds nothing personal
  patient TEXT,                      -- keys of what it is about
  study TEXT,
  series TEXT,
  image TEXT
) STRICT;
CREATE INDEX log_seq ON log (seq);
CREATE INDEX log_subject ON log (subject, id);
CREATE INDEX log_level ON log (level, id);
CREATE INDEX log_person ON log (by_user, id) WHERE by_user IS NOT NULL;
CREATE INDEX log_patient ON log (patient, id) WHERE patient IS NOT NULL;
`;
