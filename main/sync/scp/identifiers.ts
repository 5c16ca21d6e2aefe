import type { FindInput } from '@shared/contract/catalog';
import type { ImageRow, PatientRow, SeriesRow, StudyRow } from '@shared/model/rows';
import type { DataSetView } from '../../dicom/model';
import { keywordOf, vrOf } from '../../dicom/dictionary';
import { DataSetBuilder } from '../../dicom/writer';

/** PS3.4 C.6: the level a query is about. */
export type QueryLevel = 'PATIENT' | 'STUDY' | 'SERIES' | 'IMAGE';

const QUERY_LEVEL = 0x00080052;
const NOT_MATCHED = new Set(['QueryRetrieveLevel', 'SpecificCharacterSet', 'RetrieveAETitle', 'TimezoneOffsetFromUTC']);
/** Numbers that are told and not matched. */
const COUNTS: Readonly<Record<string, 'studies' | 'series' | 'images'>> = {
  NumberOfPatientRelatedStudies: 'studies',
  NumberOfPatientRelatedSeries: 'series',
  NumberOfPatientRelatedInstances: 'images',
  NumberOfStudyRelatedSeries: 'series',
  NumberOfStudyRelatedInstances: 'images',
  NumberOfSeriesRelatedInstances: 'images',
};

/** The level of an identifier; null when it names none (PS3.4 C.4.1.1.3.1 wants one). */
export function levelOf(identifier: DataSetView): QueryLevel | null {
  const level = identifier.string(QUERY_LEVEL)?.trim().toUpperCase();
  return level === 'PATIENT' || level === 'STUDY' || level === 'SERIES' || level === 'IMAGE' ? level : null;
}

/** The keys of an identifier that restrict, as the catalogue takes them. Lists of UIDs are kept together (PS3.4 C.2.2.2.2). */
export function matchesOf(identifier: DataSetView): FindInput['match'] {
  const found: { key: string; value: string }[] = [];
  for (const tag of identifier.elements.keys()) {
    const key = keywordOf(tag);
    if (key === '' || NOT_MATCHED.has(key) || key in COUNTS || vrOf(tag) === 'SQ') continue;
    const value = identifier.strings(tag).join('\\');
    if (!/^\**$/.test(value)) found.push({ key, value });
  }
  return found;
}

type Row = PatientRow | StudyRow | SeriesRow | ImageRow;

/** One match: what was asked for, as far as the row knows it; keys that nobody knows come back empty (PS3.4 C.4.1.1.3.2). */
export function answerOf(identifier: DataSetView, level: QueryLevel, row: Row, AETitle: string): DataSetBuilder {
  const answer = new DataSetBuilder();
  const values = row as Readonly<Record<string, unknown>>;
  for (const tag of identifier.elements.keys()) {
    const key = keywordOf(tag);
    if (key === '' || (tag & 0xffff) === 0 || vrOf(tag) === 'SQ' || key === 'SpecificCharacterSet') continue;
    const count = COUNTS[key];
    const value = values[count ?? key];
    answer.set(tag, typeof value === 'string' || typeof value === 'number' ? String(value) : '');
  }
  answer.set('QueryRetrieveLevel', level).set('RetrieveAETitle', AETitle);
  if (!answer.isAscii) answer.set('SpecificCharacterSet', 'ISO_IR 192');
  return answer;
}
