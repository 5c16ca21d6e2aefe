import type { Database } from 'better-sqlite3';
import { PatientDetails } from '@shared/model/details';
import { statement } from '../index-writer/statements';
import { detailWords } from './detail-words';
import { foldText, nameWords, searchWords } from './folding';
import { shortPieces } from './pieces';

/** Shorter words are not corrected, so they need not be known. */
export const SHORTEST_CORRECTED = 4;

interface PatientTexts {
  readonly PatientName: string;
  readonly PatientID: string;
}

/**
 * Brings what is searched of one patient up to date, and of all studies of this patient, which are found by the name too.
 * Call it in the transaction that changes the patient's row.
 */
export function refreshPatientText(db: Database, patientId: number): void {
  statement(db, 'DELETE FROM patient_text WHERE rowid = ?').run(patientId);
  statement(db, 'DELETE FROM patient_trigram WHERE rowid = ?').run(patientId);
  statement(db, 'DELETE FROM patient_piece WHERE rowid = ?').run(patientId);
  const patient = statement(db, 'SELECT PatientName, PatientID FROM patient WHERE id = ?').get(patientId) as
    PatientTexts | undefined;
  if (patient) {
    const all = [patient, ...mergedInto(db, patientId)];
    statement(db, 'INSERT INTO patient_text (rowid, words) VALUES (?, ?)').run(
      patientId,
      [...wordsOf(all), ...moreWords(db, patientId)].join(' '),
    );
    const name = foldText(patient.PatientName);
    const number = foldText(patient.PatientID);
    statement(db, 'INSERT INTO patient_trigram (rowid, name, number) VALUES (?, ?, ?)').run(patientId, name, number);
    statement(db, 'INSERT INTO patient_piece (rowid, words) VALUES (?, ?)').run(
      patientId,
      `${shortPieces('n', name)} ${shortPieces('i', number)}`,
    );
    for (const word of all.flatMap((each) => nameWords(each.PatientName))) {
      if (word.length >= SHORTEST_CORRECTED && !/\d/.test(word)) {
        statement(db, 'INSERT INTO name_word (word) VALUES (?) ON CONFLICT (word) DO NOTHING').run(word);
      }
    }
  }
  const studies = statement(db, 'SELECT id FROM study WHERE patient_id = ?').all(patientId) as { id: number }[];
  for (const study of studies) refreshStudyText(db, study.id);
}

function moreWords(db: Database, patientId: number): readonly string[] {
  const row = statement(db, 'SELECT details FROM patient_details WHERE patient_id = ?').get(patientId) as
    { details: string } | undefined;
  return row ? detailWords(PatientDetails.parse(JSON.parse(row.details))) : [];
}

interface StudyTexts extends PatientTexts {
  readonly patientId: number;
  readonly StudyDescription: string;
  readonly StudyID: string;
  readonly AccessionNumber: string;
  readonly ReferringPhysicianName: string;
  readonly InstitutionName: string;
}

interface SeriesTexts {
  readonly SeriesDescription: string;
  readonly BodyPartExamined: string;
  readonly ProtocolName: string;
  readonly Modality: string;
}

/**
 * Brings what is searched of one study up to date: its descriptions and numbers, those of its series, and its patient.
 * Call it in the transaction that changes the study's row or adds a series.
 */
export function refreshStudyText(db: Database, studyId: number): void {
  statement(db, 'DELETE FROM study_text WHERE rowid = ?').run(studyId);
  const study = statement(
    db,
    `SELECT patient_id AS patientId, StudyDescription, StudyID, AccessionNumber, ReferringPhysicianName, InstitutionName,
       PatientName, PatientID
     FROM study JOIN patient ON patient.id = study.patient_id WHERE study.id = +?`,
  ).get(studyId) as StudyTexts | undefined;
  if (!study) return;
  const series = statement(
    db,
    'SELECT DISTINCT SeriesDescription, BodyPartExamined, ProtocolName, Modality FROM series WHERE study_id = ?',
  ).all(studyId) as SeriesTexts[];
  const words = new Set(wordsOf([study, ...mergedInto(db, study.patientId)]));
  const texts = [
    study.StudyDescription,
    study.StudyID,
    study.AccessionNumber,
    study.ReferringPhysicianName,
    study.InstitutionName,
    ...series.flatMap((row) => [row.SeriesDescription, row.BodyPartExamined, row.ProtocolName, row.Modality]),
  ];
  for (const text of texts) for (const word of searchWords(text)) words.add(word);
  statement(db, 'INSERT INTO study_text (rowid, words) VALUES (?, ?)').run(studyId, [...words].join(' '));
}

/** Names and numbers of those who were merged into a patient: they are still found by them. */
function mergedInto(db: Database, patientId: number): readonly PatientTexts[] {
  return statement(db, 'SELECT PatientName, PatientID FROM merged_patient WHERE survivor_id = +? ORDER BY key').all(
    patientId,
  ) as PatientTexts[];
}

function wordsOf(patients: readonly PatientTexts[]): readonly string[] {
  return [
    ...new Set(patients.flatMap((patient) => [...searchWords(patient.PatientName), ...searchWords(patient.PatientID)])),
  ];
}
