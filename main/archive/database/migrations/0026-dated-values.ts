/** What studies are asked for besides one of their texts is mostly when they were: it stands beside the text, so that the rows need not be read. */

const TEXTS = ['StudyDescription', 'ReferringPhysicianName', 'InstitutionName'];

export const sql = TEXTS.map(
  (keyword) => `
DROP INDEX study_by_${keyword};
CREATE INDEX study_by_${keyword} ON study (${keyword}, id, StudyDate, StudyTime, patient_id);`,
).join('');
