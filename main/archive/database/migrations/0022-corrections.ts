/**
 * Whether a forwarding rule sends newer versions of what it has delivered (rules made before this do not); and who is in an
 * archive of a project as a whole, across merges of patients (main/archive/index-writer/merged-groups.ts).
 */
export const sql = `
ALTER TABLE forward_rule ADD COLUMN corrections INTEGER NOT NULL DEFAULT 0 CHECK (corrections IN (0, 1));

-- Patients of whom a person said that they are in an archive whole; by key, since a merged one has no row.
CREATE TABLE archive_owner (
  archive_id INTEGER NOT NULL REFERENCES project_archive (id),
  owner TEXT NOT NULL,
  PRIMARY KEY (archive_id, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_owner_owner ON archive_owner (owner);
INSERT INTO archive_owner (archive_id, owner)
  SELECT archive_id, patient.key FROM archive_patient JOIN patient ON patient.id = archive_patient.patient_id;

-- Series that are in an archive because somebody else of the same merged patient is, and for nothing else.
CREATE TABLE archive_carried (
  archive_id INTEGER NOT NULL,
  series_id INTEGER NOT NULL,
  PRIMARY KEY (archive_id, series_id),
  FOREIGN KEY (archive_id, series_id) REFERENCES archive_series (archive_id, series_id) ON DELETE CASCADE
    DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_carried_series ON archive_carried (series_id);

CREATE TRIGGER archive_carried_arrival AFTER INSERT ON series BEGIN
  INSERT OR IGNORE INTO archive_carried (archive_id, series_id)
    SELECT whole.archive_id, NEW.id FROM archive_patient AS whole JOIN study ON study.id = NEW.study_id
    WHERE whole.patient_id = NEW.patient_id
      AND NOT EXISTS (SELECT 1 FROM archive_owner AS o WHERE o.archive_id = whole.archive_id AND o.owner = study.owner)
      AND NOT EXISTS (SELECT 1 FROM archive_study AS s
                      WHERE s.archive_id = whole.archive_id AND s.study_id = NEW.study_id);
END;
CREATE TRIGGER archive_owner_gone AFTER DELETE ON patient
WHEN NOT EXISTS (SELECT 1 FROM merged_patient WHERE key = OLD.key) BEGIN
  DELETE FROM archive_owner WHERE owner = OLD.key;
END;
`;
