import { MAX_FOLDER_BYTES, safeName } from './safe-names';
import type { PlannedPatient, PlannedSeries, PlannedStudy } from './plan';

/**
 * A person name (PS3.5 6.2.1) as people write it: `Family, Given Middle`. Of its three representations the first one that
 * is there.
 */
export function displayName(personName: string): string {
  const group = personName.split('=').find((part) => part.replaceAll('^', '').trim() !== '') ?? '';
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group.split('^').map((part) => part.trim());
  const first = [prefix, given, middle].filter((part) => part !== '').join(' ');
  const last = [family, suffix].filter((part) => part !== '').join(' ');
  return [last, first].filter((part) => part !== '').join(', ');
}

/** YYYYMMDD as YYYY-MM-DD; other text gives nothing. */
export function displayDate(date: string): string {
  const found = /^(\d{4})(\d{2})(\d{2})$/.exec(date);
  return found ? `${found[1] ?? ''}-${found[2] ?? ''}-${found[3] ?? ''}` : '';
}

/** Folder of a patient: name and number. */
export function patientFolder(patient: PlannedPatient): string {
  const name = safeName(displayName(patient.PatientName), MAX_FOLDER_BYTES - 20, '');
  const number = safeName(patient.PatientID, 16, '');
  const label = number === '' ? name : `${name} (${number})`;
  return safeName(label, MAX_FOLDER_BYTES, 'no name');
}

/** Folder of a study: day and description. */
export function studyFolder(study: PlannedStudy): string {
  return safeName(`${displayDate(study.StudyDate)} ${study.StudyDescription}`, MAX_FOLDER_BYTES, 'no date');
}

/** What a picture shows, in few words: kind, else modality and series description. */
export function pictureLabel(series: PlannedSeries, kind: string): string {
  if (kind !== '') return kind;
  return [series.Modality, series.SeriesDescription].filter((part) => part !== '').join(' ');
}
