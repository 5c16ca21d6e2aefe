import type { DataSetView } from '../../../dicom/model';
import { keywordOf, tagOf, vrOf } from '../../../dicom/dictionary';
import { DataSetBuilder } from '../../../dicom/writer';
import type { Query } from '../remote';

const LEVELS = { patient: 'STUDY', study: 'STUDY', series: 'SERIES', image: 'IMAGE' } as const;

/** What is asked back at each level (PS3.4 C.6.2.1); patients are gathered from their studies, since not all have the Patient Root. */
const RETURN_KEYS = {
  patient: ['PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex', 'StudyInstanceUID'],
  study: [
    'PatientName',
    'PatientID',
    'PatientBirthDate',
    'PatientSex',
    'StudyInstanceUID',
    'StudyDate',
    'StudyTime',
    'StudyID',
    'StudyDescription',
    'AccessionNumber',
    'ModalitiesInStudy',
    'NumberOfStudyRelatedInstances',
  ],
  series: [
    'StudyInstanceUID',
    'SeriesInstanceUID',
    'Modality',
    'SeriesNumber',
    'SeriesDescription',
    'NumberOfSeriesRelatedInstances',
  ],
  image: ['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID', 'SOPClassUID', 'InstanceNumber'],
} as const;

/** The identifier of a C-FIND (PS3.4 C.4.1.1.3): keys to match, and keys to be told. */
export function questionOf({ level, match }: Pick<Query, 'level' | 'match'>): DataSetBuilder {
  const question = new DataSetBuilder().set('QueryRetrieveLevel', LEVELS[level]);
  for (const keyword of RETURN_KEYS[level]) question.set(keyword, '');
  for (const { keyword, value } of match) {
    if (tagOf(keyword) !== undefined) question.set(keyword, value);
  }
  if (!question.isAscii) question.set('SpecificCharacterSet', 'ISO_IR 192');
  return question;
}

/** An answer with keywords as names; sequences are left out. */
export function rowOfAnswer(answer: DataSetView): Readonly<Record<string, string>> {
  const row: Record<string, string> = {};
  for (const tag of answer.elements.keys()) {
    const keyword = keywordOf(tag);
    if (keyword !== '' && vrOf(tag) !== 'SQ') row[keyword] = answer.strings(tag).join('\\');
  }
  return row;
}

/** The identifier of a C-GET or C-MOVE. */
export function retrievalOf(what: {
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID?: string | undefined;
  readonly SOPInstanceUID?: string | undefined;
}): DataSetBuilder {
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = what;
  const level = SOPInstanceUID !== undefined ? 'IMAGE' : SeriesInstanceUID !== undefined ? 'SERIES' : 'STUDY';
  const question = new DataSetBuilder().set('QueryRetrieveLevel', level).set('StudyInstanceUID', StudyInstanceUID);
  if (SeriesInstanceUID !== undefined) question.set('SeriesInstanceUID', SeriesInstanceUID);
  if (SOPInstanceUID !== undefined) question.set('SOPInstanceUID', SOPInstanceUID);
  return question;
}
