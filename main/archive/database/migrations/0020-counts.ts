/**
 * How many studies, series and images lie in each row of a list, kept with the row by whoever adds, moves or removes them, so that
 * lists can be walked along in that order; and indexes that hold what lists ask of the rows they pass by most.
 */

/** What lies in the rows of a table: the columns that count it. */
const COUNTED: readonly (readonly [below: string, column: string, above: readonly string[]])[] = [
  ['study', 'study_count', ['patient']],
  ['series', 'series_count', ['study', 'patient']],
  ['image', 'image_count', ['series', 'study', 'patient']],
];

function counted(below: string, column: string, above: readonly string[]): string {
  const change = (table: string, row: 'OLD' | 'NEW', by: '+ 1' | '- 1'): string => `
  UPDATE ${table} SET ${column} = ${column} ${by} WHERE id = ${row}.${table}_id;`;
  const columns = above.map(
    (table) => `
ALTER TABLE ${table} ADD COLUMN ${column} INTEGER NOT NULL DEFAULT 0;
UPDATE ${table} SET ${column} = (SELECT count(*) FROM ${below} AS b WHERE b.${table}_id = ${table}.id);
CREATE INDEX ${table}_by_${column} ON ${table} (${column}, id);
CREATE TRIGGER ${below}_moved_${table} AFTER UPDATE OF ${table}_id ON ${below} WHEN NEW.${table}_id <> OLD.${table}_id BEGIN${change(table, 'OLD', '- 1')}${change(table, 'NEW', '+ 1')}
END;`,
  );
  return `${columns.join('')}
CREATE TRIGGER ${below}_counted_in AFTER INSERT ON ${below} BEGIN${above.map((table) => change(table, 'NEW', '+ 1')).join('')}
END;
CREATE TRIGGER ${below}_counted_out AFTER DELETE ON ${below} BEGIN${above.map((table) => change(table, 'OLD', '- 1')).join('')}
END;`;
}

export const sql = `
-- The same as study_by_AccessionNumber (migration 12), which has the empty ones too.
DROP INDEX study_accession;

-- What is asked of the rows that are passed by, besides what they are sorted by.
DROP INDEX image_series;
CREATE INDEX image_series ON image (series_id, instance_order, id, source, source_ref, clinic_id, kind_id);
DROP INDEX image_study;
CREATE INDEX image_study ON image (study_id, id, patient_id, series_id, source, source_ref, clinic_id, kind_id);
DROP INDEX image_patient;
CREATE INDEX image_patient ON image (patient_id, id, study_id, series_id, source, source_ref, clinic_id, kind_id);
DROP INDEX patient_name;
CREATE INDEX patient_name ON patient (name_folded, id, id_folded, PatientSex, PatientBirthDate);
DROP INDEX series_study;
CREATE INDEX series_study ON series (study_id, id, patient_id, Modality);
DROP INDEX series_patient;
CREATE INDEX series_patient ON series (patient_id, id, study_id, Modality);
DROP INDEX study_date;
CREATE INDEX study_date ON study (StudyDate, StudyTime, id, patient_id);
${COUNTED.map(([below, column, above]) => counted(below, column, above)).join('')}
`;
