import type { Input } from '@shared/contract';

export type Level = Input<'pacs.query'>['level'];
export const levels: readonly Level[] = ['patient', 'study', 'series', 'image'];

/** What can be asked by at each level: keywords of PS3.6, which the remote matches (PS3.4 C.2.2.2). */
export const matchKeys = {
  patient: ['PatientName', 'PatientID', 'PatientBirthDate'],
  study: ['PatientName', 'PatientID', 'StudyDate', 'ModalitiesInStudy', 'StudyDescription', 'AccessionNumber'],
  series: ['StudyInstanceUID', 'Modality', 'SeriesDescription', 'SeriesNumber'],
  image: ['StudyInstanceUID', 'SeriesInstanceUID', 'InstanceNumber'],
} as const satisfies Readonly<Record<Level, readonly string[]>>;

/** What is shown of each answer. */
export const columns = {
  patient: ['PatientName', 'PatientID', 'PatientBirthDate', 'PatientSex'],
  study: [
    'PatientName',
    'PatientID',
    'StudyDate',
    'ModalitiesInStudy',
    'StudyDescription',
    'NumberOfStudyRelatedInstances',
  ],
  series: ['Modality', 'SeriesNumber', 'SeriesDescription', 'NumberOfSeriesRelatedInstances'],
  image: ['InstanceNumber', 'SOPClassUID', 'SOPInstanceUID'],
} as const satisfies Readonly<Record<Level, readonly string[]>>;

export type Keyword = (typeof matchKeys)[Level][number] | (typeof columns)[Level][number];

/** The level below, and what an answer says about it. */
export const below: Readonly<Partial<Record<Level, { readonly level: Level; readonly keys: readonly string[] }>>> = {
  patient: { level: 'study', keys: ['PatientID'] },
  study: { level: 'series', keys: ['StudyInstanceUID'] },
  series: { level: 'image', keys: ['StudyInstanceUID', 'SeriesInstanceUID'] },
};

const WILD = /[*?]/;

/** Which of them are days: one, or the first and last of several. */
export const dates: Readonly<Partial<Record<Keyword, 'day' | 'range'>>> = {
  PatientBirthDate: 'day',
  StudyDate: 'range',
};

/** Names and descriptions are looked for anywhere in the value, unless somebody used * or ?; modalities are capitals. */
export function matchValue(keyword: string, typed: string): string {
  const text = typed.trim();
  if (keyword === 'PatientName' || keyword.endsWith('Description'))
    return WILD.test(text) ? text : `*${text.replace(/[,\s]+/g, '*')}*`;
  return keyword.startsWith('Modalit') ? text.toUpperCase() : text;
}

/** PS3.4 C.2.2.2.5.1: one day, days from or until, or all between two. */
export function rangeValue(from: string, to: string): string {
  return from === '' && to === '' ? '' : from === to ? from : `${from}-${to}`;
}
