import type { z } from 'zod';
import type { Filter, FindInput } from '../../shared/contract/catalog';
import { keyOf, randomNumbers, type Sizes } from '../fixtures/large-catalog';
import { moreFor, pagesFor } from './catalog-lists';

export type Question = z.input<typeof FindInput>;
/** What is counted for. */
export type Asked = z.input<typeof Filter>;
type Where = Question['where'];

const LETTERS = 'abcdefghiklmnorstuwz';
const MODALITIES = ['CR', 'DX', 'US', 'XC', 'OT', 'CT'];
const DESCRIPTIONS = ['Chest PA', 'Chest lateral', 'Abdomen', 'Left hand', 'Right knee', 'Panoramic', 'Fundus'];

/** Every kind of question there is, each asked with other words every time. */
export function questionsFor(sizes: Sizes): Readonly<Record<string, () => Question>> {
  const random = randomNumbers(7);
  const below = (end: number): number => Math.floor(random() * end);
  const letter = (): string => LETTERS.charAt(below(LETTERS.length));
  const word = (length: number): string => Array.from({ length }, letter).join('');
  const one = (list: readonly string[]): string => list[below(list.length)] ?? '';
  const match = (key: string, value: string): { match: { key: string; value: string }[] } => ({
    match: [{ key, value }],
  });
  const month = (): string => `20${String(18 + below(8))}${String(1 + below(12)).padStart(2, '0')}`;
  const asking = (level: Question['level'], where: Where, more: Partial<Question> = {}): Question => ({
    level,
    where,
    ...more,
  });
  return {
    ...typed(letter, word),
    'patients, PatientName=ab*': () => ({ level: 'patient', ...match('PatientName', `${word(2)}*`) }),
    'patients, PatientName=*abc*': () => ({ level: 'patient', ...match('PatientName', `*${word(3)}*`) }),
    'patients, PatientName=*ma*': () => ({ level: 'patient', ...match('PatientName', `*${word(2)}*`) }),
    'patients, PatientName=?a*b': () => ({ level: 'patient', ...match('PatientName', `?${letter()}*${letter()}`) }),
    'patients, PatientID=*nnn*': () => ({ level: 'patient', ...match('PatientID', `*${String(100 + below(900))}*`) }),
    'images, PatientName=ab*': () => ({ level: 'image', ...match('PatientName', `${word(2)}*`) }),
    'images, PatientName=*abc*': () => ({
      level: 'image',
      ...match('PatientName', `*${word(3)}*`),
      sort: 'PatientName',
    }),
    'images, PatientName=*a*': () => ({ level: 'image', ...match('PatientName', `*${letter()}*`) }),
    'images, PatientID=TJ-0nn*': () => ({ level: 'image', ...match('PatientID', `TJ-0${String(below(100))}*`) }),
    'images, StudyDate=a month': () => ({ level: 'image', ...match('StudyDate', `${month()}01-${month()}31`) }),
    'studies, StudyDescription=*chest*': () => ({ level: 'study', ...match('StudyDescription', '*chest*') }),
    'studies, StudyDescription=*?a*': () => ({ level: 'study', ...match('StudyDescription', `*?${letter()}*`) }),
    'studies, AccessionNumber=*nnn*': () => ({
      level: 'study',
      ...match('AccessionNumber', `*${String(below(1000))}*`),
    }),
    'images, SeriesDescription=c*': () => ({ level: 'image', ...match('SeriesDescription', `${letter()}*`) }),
    'images, PatientAge=0nnY (no column)': () => ({
      level: 'image',
      ...match('PatientAge', `0${String(10 + below(80))}Y`),
    }),
    'images, ImageComments=*ab* (no column)': () => ({ level: 'image', ...match('ImageComments', `*${word(2)}*`) }),
    ...pagesFor(sizes, below),
    ...moreFor(below),
    'images, clinic': () => ({ level: 'image', clinic: keyOf(1 + below(20)) }),
    'images, clinic, newest first': () => ({
      level: 'image',
      clinic: keyOf(1 + below(20)),
      sort: 'arrival',
      descending: true,
    }),
    'images, kind': () => ({ level: 'image', kind: keyOf(1 + below(6)), sort: 'StudyDate', descending: true }),
    'images, of the camera, by name': () => ({ level: 'image', source: 'camera', sort: 'PatientName' }),
    'images, modality and a month': () => ({
      level: 'image',
      modality: one(MODALITIES),
      dateFrom: `${month()}01`,
      dateTo: `${month()}31`,
    }),
    'patients, series type': () => ({ level: 'patient', seriesTypes: [keyOf(1 + below(8))] }),
    'series, type and tag': () => ({
      level: 'series',
      seriesTypes: [keyOf(1 + below(8))],
      seriesTags: [keyOf(1 + below(8))],
    }),
    'flat series, sources, types': () => ({
      level: 'flatSeries',
      sources: [{ source: 'file' }, { source: 'camera' }],
      seriesTypes: [keyOf(1 + below(8)), keyOf(1 + below(8))],
    }),
    'images, tag, by name': () => ({ level: 'image', seriesTags: [keyOf(1 + below(8))], sort: 'PatientName' }),
    'flat series, contains abc': () => ({ level: 'flatSeries', contains: word(3) }),
    'flat series, contains a': () => ({ level: 'flatSeries', contains: letter() }),
    'flat series, contains ab': () => ({ level: 'flatSeries', contains: word(2) }),
    'flat series, contains nnnn': () => ({ level: 'flatSeries', contains: String(1000 + below(9000)) }),
    'patients, contains abc': () => ({ level: 'patient', contains: word(3) }),
    'images, contains chest': () => ({ level: 'image', contains: 'chest' }),
    'images, contains abcd': () => ({ level: 'image', contains: word(4) }),
    'query patients: sex, born before': () =>
      asking('patient', [
        { property: 'PatientSex', operator: '=', value: one(['F', 'M', 'O']) },
        { property: 'PatientBirthDate', operator: '<', value: `${month()}01` },
      ]),
    'query studies: institution and year': () =>
      asking('study', [
        { property: 'InstitutionName', operator: '=', value: `Clinic ${String(1 + below(40))}` },
        { property: 'StudyDate', operator: '>=', value: '20210101' },
        { property: 'StudyDate', operator: '<=', value: '20211231' },
      ]),
    'query series: modality, not chest': () =>
      asking('series', [
        { property: 'Modality', operator: 'in', value: [one(MODALITIES), one(MODALITIES)] },
        { property: 'SeriesDescription', operator: '!=', value: 'Chest PA' },
      ]),
    'query flat series: five properties': () =>
      asking('flatSeries', [
        { property: 'PatientSex', operator: '=', value: 'F' },
        { property: 'Modality', operator: '=', value: one(MODALITIES) },
        { property: 'StudyDescription', operator: 'like', value: one(DESCRIPTIONS) },
        { property: 'Manufacturer', operator: 'startsWith', value: 'Alpha' },
        { property: 'StudyDate', operator: '>=', value: '20200101' },
      ]),
    'query images: six properties, few fit': () =>
      asking('image', [
        { property: 'PatientSex', operator: '=', value: 'M' },
        { property: 'Modality', operator: '=', value: one(MODALITIES) },
        { property: 'StudyDescription', operator: '=', value: one(DESCRIPTIONS) },
        { property: 'SeriesDescription', operator: '=', value: one(DESCRIPTIONS) },
        { property: 'BodyPartExamined', operator: '=', value: 'KNEE' },
        { property: 'Manufacturer', operator: '=', value: 'Delta X-ray' },
      ]),
    'query images: larger than, by size': () =>
      asking('image', [{ property: 'bytes', operator: '>', value: below(5_000_000) }], {
        sort: 'bytes',
        descending: true,
      }),
    'query images: age, bits, no burned-in text': () =>
      asking('image', [
        { property: 'PatientAge', operator: '=', value: `0${String(10 + below(80))}Y` },
        { property: 'BitsStored', operator: '>', value: 8 },
        { property: 'BurnedInAnnotation', operator: '!=', value: 'YES' },
      ]),
    'query images: burned-in text, by date': () =>
      asking('image', [{ property: 'BurnedInAnnotation', operator: '=', value: 'YES' }], {
        sort: 'StudyDate',
        descending: true,
      }),
    'query images: taken between': () =>
      asking('image', [
        { property: 'takenAt', operator: '>=', value: `${month().slice(0, 4)}-03-01` },
        { property: 'takenAt', operator: '<', value: `${month().slice(0, 4)}-04-01` },
      ]),
    'query images: one UID': () =>
      asking('image', [{ property: 'SOPInstanceUID', operator: '=', value: `1.2.5.${String(below(sizes.images))}` }]),
    'query flat series: type by name, no tag': () =>
      asking('flatSeries', [
        {
          property: 'seriesType',
          operator: 'in',
          value: [`Type ${String(1 + below(8))}`, `Type ${String(1 + below(8))}`],
        },
        { property: 'seriesTag', operator: 'empty' },
      ]),
    'query images: tag by name, modality': () =>
      asking('image', [
        { property: 'seriesTag', operator: '=', value: `Tag ${String(1 + below(8))}` },
        { property: 'Modality', operator: '=', value: one(MODALITIES) },
      ]),
    'query series: failed, with a message': () =>
      asking('series', [
        { property: 'status', operator: '=', value: 'failed' },
        { property: 'statusMessage', operator: 'exists' },
      ]),
    'images, of one person, by who stored them': () => ({
      level: 'image',
      storedBy: keyOf(1 + below(5)),
      sort: 'storedBy',
    }),
    'query studies with images of a kind': () =>
      asking('study', [{ property: 'Rows', operator: '=', value: 2048 }], { kind: keyOf(1 + below(6)) }),
  };
}

/** What a person types while looking for somebody. */
function typed(letter: () => string, word: (length: number) => string): Record<string, () => Question> {
  return {
    'patients, text, 1 letter': () => ({ level: 'patient', text: letter() }),
    'patients, text, 2 letters': () => ({ level: 'patient', text: word(2) }),
    'patients, text, 4 letters (mostly wrong)': () => ({ level: 'patient', text: word(4) }),
    'patients, text, misspelt name': () => ({ level: 'patient', text: `${word(1)}ambagz ${word(1)}orixo` }),
    'patients, text, two words': () => ({ level: 'patient', text: `${word(2)} ${letter()}` }),
    'studies, text': () => ({ level: 'study', text: word(2) }),
    'studies, text, description': () => ({ level: 'study', text: 'chest' }),
    'images, text, 2 letters': () => ({ level: 'image', text: word(2) }),
    'images, text, frequent word': () => ({ level: 'image', text: 'chest', sort: 'StudyDate', descending: true }),
  };
}

/** Filters of which is asked how many patients, studies, series and images fit. */
export function countsFor(): Readonly<Record<string, () => Asked>> {
  const random = randomNumbers(11);
  const below = (end: number): number => Math.floor(random() * end);
  const word = (length: number): string => Array.from({ length }, () => LETTERS.charAt(below(LETTERS.length))).join('');
  return {
    'counts, everything': () => ({}),
    'counts, a modality and a year': () => ({
      modality: MODALITIES[below(MODALITIES.length)],
      dateFrom: `20${String(18 + below(8))}0101`,
      dateTo: `20${String(18 + below(8))}1231`,
    }),
    'counts, a clinic': () => ({ clinic: keyOf(1 + below(20)) }),
    'counts, a named source': () => ({
      sources: [{ source: 'folder', sourceRef: `room ${String(1 + below(5))}` }],
    }),
    'counts, text, 2 letters': () => ({ text: word(2) }),
    'counts, contains abc': () => ({ contains: word(3) }),
    'counts, type and tag': () => ({ seriesTypes: [keyOf(1 + below(8))], seriesTags: [keyOf(1 + below(8))] }),
    'counts, an attribute without a column': () => ({
      where: [{ property: 'PatientAge', operator: '=', value: `0${String(10 + below(80))}Y` }],
    }),
  };
}
