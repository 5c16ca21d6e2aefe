/**
 * Names of devices, filtered files of watched folders, who began a report, archives of projects of what comes back, and what the
 * index has yet to forget: values and words of names that rows which went or changed had, and that perhaps nobody has any more.
 * main/archive/maintenance/remains.ts looks at them when something was erased.
 */

const COLUMNS: readonly (readonly [table: string, keywords: readonly string[]])[] = [
  ['patient', ['IssuerOfPatientID', 'PatientSex']],
  ['study', ['StudyID', 'StudyDescription', 'AccessionNumber', 'ReferringPhysicianName', 'InstitutionName']],
  [
    'series',
    [
      ...['Modality', 'SeriesNumber', 'SeriesDescription', 'BodyPartExamined', 'Laterality', 'ProtocolName'],
      ...['Manufacturer', 'ManufacturerModelName', 'StationName', 'status', 'statusMessage'],
    ],
  ],
  ['image', ['ImageType']],
];

function leftBy(table: string, keywords: readonly string[]): string {
  const row = keywords.map((keyword) => `SELECT '${keyword}' AS property, OLD.${keyword} AS text`).join(' UNION ALL ');
  const body = `
  INSERT INTO value_left (id)
  SELECT v.id FROM (${row}) AS p CROSS JOIN value AS v ON v.property = p.property AND v.text = p.text WHERE true
  ON CONFLICT (id) DO NOTHING;`;
  return `
CREATE TRIGGER ${table}_value_left AFTER DELETE ON ${table} BEGIN${body}
END;
CREATE TRIGGER ${table}_value_replaced AFTER UPDATE OF ${keywords.join(', ')} ON ${table}
WHEN ${keywords.map((keyword) => `NEW.${keyword} <> OLD.${keyword}`).join(' OR ')} BEGIN${body}
END;`;
}

const NAME_NOTED = `
  INSERT INTO name_left (name) VALUES (OLD.PatientName) ON CONFLICT (name) DO NOTHING;`;

/** Membership of what goes (its last image was moved or thrown away) is kept by its key, and holds again when it is back. */
function memberships(level: 'patient' | 'study' | 'series'): string {
  return `
CREATE TRIGGER ${level}_archives_left BEFORE DELETE ON ${level} WHEN EXISTS (SELECT 1 FROM archive_${level} WHERE ${level}_id = OLD.id) BEGIN
  INSERT INTO archive_left (level, key, archive_id)
  SELECT '${level}', OLD.key, archive_id FROM archive_${level} WHERE ${level}_id = OLD.id
  ON CONFLICT (level, key, archive_id) DO NOTHING;
END;
CREATE TRIGGER ${level}_archives_back AFTER INSERT ON ${level}
WHEN EXISTS (SELECT 1 FROM archive_left WHERE level = '${level}' AND key = NEW.key) BEGIN
  INSERT OR IGNORE INTO archive_${level} (archive_id, ${level}_id)
  SELECT archive_id, NEW.id FROM archive_left WHERE level = '${level}' AND key = NEW.key;
  DELETE FROM archive_left WHERE level = '${level}' AND key = NEW.key;
END;`;
}

export const sql = `
-- Files of watched folders from which a filter took something: whether they go like the others.
ALTER TABLE watched_folder ADD COLUMN delete_filtered INTEGER NOT NULL DEFAULT 0 CHECK (delete_filtered IN (0, 1));
ALTER TABLE local_watched_file ADD COLUMN filtered INTEGER NOT NULL DEFAULT 0 CHECK (filtered IN (0, 1));

-- Who began a revision of a report; by_user is who saved it last.
ALTER TABLE entry_revision ADD COLUMN begun_by TEXT;
UPDATE entry_revision SET begun_by = by_user;

-- What people call a device whose areas are kept.
ALTER TABLE device_mask ADD COLUMN name TEXT NOT NULL DEFAULT '';

-- Archives of projects that patients, studies and series were in which are not there now.
CREATE TABLE archive_left (
  level TEXT NOT NULL CHECK (level IN ('patient', 'study', 'series')),
  key TEXT NOT NULL,
  archive_id INTEGER NOT NULL REFERENCES project_archive (id),
  PRIMARY KEY (level, key, archive_id)
) STRICT, WITHOUT ROWID;
${(['patient', 'study', 'series'] as const).map(memberships).join('')}

CREATE INDEX set_aside_series ON set_aside (series);

-- Ids of values that perhaps no row has any more.
CREATE TABLE value_left (
  id INTEGER PRIMARY KEY
) STRICT;
INSERT INTO value_left (id)
SELECT v.id FROM value AS v WHERE NOT EXISTS (SELECT 1 FROM image_value AS i WHERE i.value_id = v.id);

-- Names whose words perhaps stand in no name any more.
CREATE TABLE name_left (
  name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO name_left (name) SELECT word FROM name_word;

-- Indexes of words in which erased ones may still stand, until they are written anew.
CREATE TABLE local_remains (
  text_index TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TRIGGER attribute_value_left AFTER DELETE ON image_value BEGIN
  INSERT INTO value_left (id) VALUES (OLD.value_id) ON CONFLICT (id) DO NOTHING;
END;
${COLUMNS.map(([table, keywords]) => leftBy(table, keywords)).join('')}
CREATE TRIGGER patient_name_left AFTER DELETE ON patient WHEN OLD.PatientName <> '' BEGIN${NAME_NOTED}
END;
CREATE TRIGGER patient_name_replaced AFTER UPDATE OF PatientName ON patient
WHEN NEW.PatientName <> OLD.PatientName AND OLD.PatientName <> '' BEGIN${NAME_NOTED}
END;
CREATE TRIGGER merged_name_left AFTER DELETE ON merged_patient WHEN OLD.PatientName <> '' BEGIN${NAME_NOTED}
END;
`;
