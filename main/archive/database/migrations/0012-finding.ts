/**
 * What finding needs to stay quick with a million images: an index for every property that lists are sorted and filtered by,
 * the distinct values of texts, which images have which value of an attribute without a column, and the number of rows.
 *
 * `fieldbox_fold` is foldText of main/archive/catalog/folding.ts; every connection has it (database/open-database.ts).
 */

const PATIENT_TEXTS = ['IssuerOfPatientID', 'PatientSex'];
const STUDY_TEXTS = ['StudyID', 'StudyDescription', 'AccessionNumber', 'ReferringPhysicianName', 'InstitutionName'];
const SERIES_TEXTS = [
  'Modality',
  'SeriesNumber',
  'SeriesDescription',
  'BodyPartExamined',
  'Laterality',
  'ProtocolName',
  'Manufacturer',
  'ManufacturerModelName',
  'StationName',
  // Kept in series_status, and here once more for lists.
  'status',
  'statusMessage',
];
const IMAGE_TEXTS = ['ImageType'];

/** Attributes that have a column, and those that differ in each image, by which nobody looks for one. */
export const notNoted: ReadonlySet<string> = new Set([
  ...['PatientID', 'PatientName', 'PatientBirthDate', ...PATIENT_TEXTS],
  ...['StudyInstanceUID', 'StudyDate', 'StudyTime', ...STUDY_TEXTS],
  ...['SeriesInstanceUID', 'SeriesDate', 'SeriesTime', ...SERIES_TEXTS],
  ...['SOPClassUID', 'SOPInstanceUID', 'InstanceNumber', 'ContentDate', 'ContentTime', ...IMAGE_TEXTS],
  ...['NumberOfFrames', 'Rows', 'Columns', 'transferSyntaxUID', 'hasPixelData', 'birthDate', 'studyDate', 'ageYears'],
  ...['AcquisitionTime', 'AcquisitionDateTime', 'ImagePositionPatient', 'SliceLocation'],
]);
const NOT_NOTED = Array.from(notNoted, (keyword) => `'${keyword}'`).join(', ');

/** Texts with few distinct values, which series of one study and patient share. */
const FACETS: readonly (readonly [string, string])[] = [
  ...PATIENT_TEXTS.map((keyword) => ['p', keyword] as const),
  ...['StudyDescription', 'ReferringPhysicianName', 'InstitutionName'].map((keyword) => ['t', keyword] as const),
  ...SERIES_TEXTS.map((keyword) => ['s', keyword] as const),
];

/** Columns by which a series comes to lie elsewhere. */
const MOVES: Readonly<Record<string, readonly string[]>> = { series: ['study_id', 'patient_id'] };

/** Writes the facets of some series anew. */
function facetsOf(which: string): string {
  const texts = FACETS.map(([table, keyword]) => `SELECT '${keyword}' AS property, ${table}.${keyword} AS text`);
  return `
  DELETE FROM series_facet WHERE rowid IN (SELECT s.id FROM series AS s WHERE ${which});
  INSERT INTO series_facet (rowid, words)
  SELECT s.id, coalesce((
    SELECT group_concat('v' || v.id, ' ') FROM (${texts.join(' UNION ALL ')}) AS f
    CROSS JOIN value AS v ON v.property = f.property AND v.text = f.text), '')
  FROM series AS s JOIN study AS t ON t.id = s.study_id JOIN patient AS p ON p.id = s.patient_id WHERE ${which};`;
}

/** Of a new or changed row, notes the values that were not known yet, and the facets of its series. */
function valuesOf(table: string, keywords: readonly string[], facets = ''): string {
  const row = keywords.map((keyword) => `SELECT '${keyword}' AS property, NEW.${keyword} AS text`).join(' UNION ALL ');
  const body = `
  INSERT INTO value (property, text, folded)
  SELECT p.property, p.text, fieldbox_fold(p.text) FROM (${row}) AS p
  WHERE p.text <> '' AND NOT EXISTS (SELECT 1 FROM value AS v WHERE v.property = p.property AND v.text = p.text);`;
  const existing = keywords
    .map(
      (keyword) => `
INSERT INTO value (property, text, folded)
SELECT '${keyword}', t.text, fieldbox_fold(t.text) FROM (SELECT DISTINCT ${keyword} AS text FROM ${table}) AS t WHERE t.text <> '';`,
    )
    .join('');
  return `${existing}
CREATE TRIGGER ${table}_value_added AFTER INSERT ON ${table} BEGIN${body}${table === 'series' ? facets : ''}
END;
CREATE TRIGGER ${table}_value_changed AFTER UPDATE OF ${[...keywords, ...(MOVES[table] ?? [])].join(', ')} ON ${table} BEGIN${body}${facets}
END;`;
}

/** Notes what values an image has of attributes without a column. */
const ATTRIBUTES_NOTED = `
  INSERT INTO value (property, text, folded)
  SELECT a.key, CAST(a.atom AS TEXT), fieldbox_fold(CAST(a.atom AS TEXT)) FROM json_each(NEW.attributes) AS a
  WHERE a.key NOT IN (${NOT_NOTED}) AND a.atom IS NOT NULL AND a.atom <> ''
    AND NOT EXISTS (SELECT 1 FROM value AS v WHERE v.property = a.key AND v.text = CAST(a.atom AS TEXT));
  INSERT INTO image_value (value_id, image_id)
  SELECT v.id, NEW.id FROM json_each(NEW.attributes) AS a
  CROSS JOIN value AS v ON v.property = a.key AND v.text = CAST(a.atom AS TEXT) WHERE a.key NOT IN (${NOT_NOTED});`;

/** Forgets them. */
const ATTRIBUTES_FORGOTTEN = `
  DELETE FROM image_value WHERE image_id = OLD.id AND value_id IN (
    SELECT v.id FROM json_each(OLD.attributes) AS a
    CROSS JOIN value AS v ON v.property = a.key AND v.text = CAST(a.atom AS TEXT) WHERE a.key NOT IN (${NOT_NOTED}));`;

/** Keeps the number of rows of a table, whoever adds or removes them. */
function counted(table: string): string {
  const count = (what: string, source: string, change: string): string => `
  INSERT INTO row_count (what, source, source_ref, rows) VALUES ('${what}', ${source}, ${change})
  ON CONFLICT (what, source, source_ref) DO UPDATE SET rows = rows + excluded.rows;`;
  const bySource = table === 'series' || table === 'image';
  const ofSource = (row: string, change: string): string =>
    count(`${table} source`, `${row}.source, ${row}.source_ref`, change);
  const all = (row: string, change: string): string =>
    count(table, `'', ''`, change) + (bySource ? ofSource(row, change) : '');
  const moved = bySource
    ? `
CREATE TRIGGER ${table}_count_moved AFTER UPDATE OF source, source_ref ON ${table}
WHEN NEW.source <> OLD.source OR NEW.source_ref <> OLD.source_ref BEGIN${ofSource('OLD', '-1')}${ofSource('NEW', '1')}
END;
INSERT INTO row_count (what, source, source_ref, rows)
SELECT '${table} source', source, source_ref, count(*) FROM ${table} GROUP BY source, source_ref;`
    : '';
  return `
INSERT INTO row_count (what, source, source_ref, rows) SELECT '${table}', '', '', count(*) FROM ${table};
CREATE TRIGGER ${table}_count_added AFTER INSERT ON ${table} BEGIN${all('NEW', '1')}
END;
CREATE TRIGGER ${table}_count_removed AFTER DELETE ON ${table} BEGIN${all('OLD', '-1')}
END;${moved}`;
}

const indexes = (table: string, columns: readonly string[]): string =>
  columns.map((column) => `\nCREATE INDEX ${table}_by_${column} ON ${table} (${column}, id);`).join('');

export const sql = `
-- How far a series has come stands in series_status by its key, also while the series is away; here as long as it is there.
ALTER TABLE series ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE series ADD COLUMN statusMessage TEXT NOT NULL DEFAULT '';
UPDATE series SET (status, statusMessage) = (SELECT t.status, t.message FROM series_status AS t WHERE t.series = series.key)
WHERE key IN (SELECT series FROM series_status);
CREATE TRIGGER series_status_arrival AFTER INSERT ON series WHEN EXISTS (SELECT 1 FROM series_status WHERE series = NEW.key) BEGIN
  UPDATE series SET (status, statusMessage) = (SELECT t.status, t.message FROM series_status AS t WHERE t.series = NEW.key)
  WHERE id = NEW.id;
END;
CREATE TRIGGER series_status_added AFTER INSERT ON series_status BEGIN
  UPDATE series SET status = NEW.status, statusMessage = NEW.message WHERE key = NEW.series;
END;
CREATE TRIGGER series_status_changed AFTER UPDATE ON series_status BEGIN
  UPDATE series SET status = NEW.status, statusMessage = NEW.message WHERE key = NEW.series;
END;
CREATE TRIGGER series_status_removed AFTER DELETE ON series_status BEGIN
  UPDATE series SET status = '', statusMessage = '' WHERE key = OLD.series;
END;

CREATE TABLE row_count (
  what TEXT NOT NULL,
  source TEXT NOT NULL,
  source_ref TEXT NOT NULL,
  rows INTEGER NOT NULL,
  PRIMARY KEY (what, source, source_ref)
) STRICT, WITHOUT ROWID;
${['patient', 'study', 'series', 'image'].map(counted).join('')}

-- Every value that a text ever had here, as it stands in objects and as it is searched. Only grows.
CREATE TABLE value (
  id INTEGER PRIMARY KEY,
  property TEXT NOT NULL,
  text TEXT NOT NULL,
  folded TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX value_text ON value (property, text);
CREATE INDEX value_folded ON value (property, folded);
-- Values of several parts (multiple values, component groups of names), any of which may be asked for.
CREATE INDEX value_parts ON value (property) WHERE instr(folded, '\\') > 0 OR instr(folded, '=') > 0;
-- The properties of values by number. In the index of three-letter pieces a value begins with a character of its property,
-- three times, so that the pieces of one property are found among all others.
CREATE TABLE value_property (
  id INTEGER PRIMARY KEY,
  property TEXT NOT NULL UNIQUE
) STRICT;
CREATE VIRTUAL TABLE value_trigram USING fts5 (
  folded, tokenize = 'trigram', content = '', contentless_delete = 1, detail = 'full'
);
CREATE TRIGGER value_trigram_added AFTER INSERT ON value
WHEN length(NEW.folded) >= 3 AND NEW.property NOT LIKE '%Time' AND NEW.property NOT LIKE '%Date' AND NEW.property NOT LIKE '%UID' BEGIN
  INSERT INTO value_property (property) SELECT NEW.property
  WHERE NOT EXISTS (SELECT 1 FROM value_property AS p WHERE p.property = NEW.property);
  INSERT INTO value_trigram (rowid, folded)
  SELECT NEW.id, char(0xE000 + p.id, 0xE000 + p.id, 0xE000 + p.id) || NEW.folded
  FROM value_property AS p WHERE p.property = NEW.property;
END;

-- Which images have which values of attributes without a column.
CREATE TABLE image_value (
  value_id INTEGER NOT NULL,
  image_id INTEGER NOT NULL,
  PRIMARY KEY (value_id, image_id)
) STRICT, WITHOUT ROWID;
-- The facets of each series: the values of its texts, and of those of its study and patient, as words v<id of the value>.
-- Conditions each of which many series fulfil, and few all of them, are answered by it. rowid = series.id
CREATE VIRTUAL TABLE series_facet USING fts5 (
  words, tokenize = 'ascii', content = '', contentless_delete = 1, detail = 'none'
);
${valuesOf('patient', PATIENT_TEXTS, facetsOf('s.patient_id = NEW.id'))}
${valuesOf('study', STUDY_TEXTS, facetsOf('s.study_id = NEW.id'))}
${valuesOf('series', SERIES_TEXTS, facetsOf('s.id = NEW.id'))}
CREATE TRIGGER series_facet_removed AFTER DELETE ON series BEGIN
  DELETE FROM series_facet WHERE rowid = OLD.id;
END;${facetsOf('1')}
${valuesOf('image', IMAGE_TEXTS)}
INSERT OR IGNORE INTO value (property, text, folded)
SELECT a.key, CAST(a.atom AS TEXT), fieldbox_fold(CAST(a.atom AS TEXT)) FROM image, json_each(image.attributes) AS a
WHERE a.key NOT IN (${NOT_NOTED}) AND a.atom IS NOT NULL AND a.atom <> '';
INSERT INTO image_value (value_id, image_id)
SELECT v.id, image.id FROM image CROSS JOIN json_each(image.attributes) AS a
CROSS JOIN value AS v ON v.property = a.key AND v.text = CAST(a.atom AS TEXT)
WHERE a.key NOT IN (${NOT_NOTED});
CREATE TRIGGER image_attributes_added AFTER INSERT ON image BEGIN${ATTRIBUTES_NOTED}
END;
CREATE TRIGGER image_attributes_changed AFTER UPDATE OF attributes ON image BEGIN${ATTRIBUTES_FORGOTTEN}${ATTRIBUTES_NOTED}
END;
CREATE TRIGGER image_attributes_removed AFTER DELETE ON image BEGIN${ATTRIBUTES_FORGOTTEN}
END;

${indexes('patient', [...PATIENT_TEXTS, 'consent'])}
CREATE INDEX patient_registered ON patient (name_folded, id) WHERE registered = 1;
CREATE INDEX patient_note ON patient (id) WHERE note <> '';
CREATE INDEX patient_temporary ON patient (id) WHERE temporary = 1;
CREATE INDEX patient_age ON patient (coalesce(age_years, -1), id);
${indexes('study', ['StudyTime', ...STUDY_TEXTS])}
CREATE INDEX study_clinic ON study (clinic_id, StudyDate, StudyTime, id) WHERE clinic_id IS NOT NULL;
${indexes('series', ['SeriesDate', 'SeriesTime', 'source', 'source_ref', ...SERIES_TEXTS.filter((keyword) => keyword !== 'Modality')])}
${indexes('image', ['SOPClassUID', 'TransferSyntaxUID', 'instance_order', 'ImageType', 'NumberOfFrames', 'bytes', 'stored_at', 'source_ref'])}
-- The rows of images are wide; what lists ask of every image they pass by is here once more.
CREATE INDEX image_facts ON image (id, patient_id, study_id, series_id, source, kind_id, clinic_id, station_id, bytes, Rows,
  Columns, NumberOfFrames, instance_order, ImageType, has_pixels, conflict, taken_at, stored_at, ContentDate, SOPClassUID,
  source_ref, stored_by);
CREATE INDEX image_storer ON image (coalesce(stored_by, ''), id);
CREATE INDEX image_rows ON image (coalesce(Rows, -1), id);
CREATE INDEX image_columns ON image (coalesce(Columns, -1), id);
CREATE INDEX image_file ON image (file_name COLLATE NOCASE, id);
CREATE INDEX image_conflict ON image (id) WHERE conflict = 1;
CREATE INDEX image_without_pixels ON image (id) WHERE has_pixels = 0;
`;
