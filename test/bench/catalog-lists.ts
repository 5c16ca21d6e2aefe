import type { Listing } from '../../shared/model/vocabulary';
import { keyOf, PROJECTS, type Sizes } from '../fixtures/large-catalog';
import type { Question } from './catalog-questions';

type Below = (end: number) => number;
type Questions = Record<string, () => Question>;

const ROWS: Readonly<Record<Listing, keyof Sizes>> = {
  patient: 'patients',
  study: 'studies',
  series: 'series',
  flatSeries: 'series',
  image: 'images',
};

/** Pages of whole lists, in every kind of order. */
export function pagesFor(sizes: Sizes, below: Below): Questions {
  const anywhere =
    (level: Listing, sort: string, descending = false) =>
    (): Question => ({
      level,
      sort,
      descending,
      offset: below(sizes[ROWS[level]]),
    });
  return {
    'patients, first page': () => ({ level: 'patient' }),
    'studies, first page': () => ({ level: 'study' }),
    'series, first page': () => ({ level: 'series' }),
    'flat series, first page': () => ({ level: 'flatSeries' }),
    'images, first page': () => ({ level: 'image' }),
    'studies, by description': () => ({ level: 'study', sort: 'StudyDescription' }),
    'flat series, by manufacturer': () => ({ level: 'flatSeries', sort: 'Manufacturer', descending: true }),
    'images, by series description': () => ({ level: 'image', sort: 'SeriesDescription' }),
    'images, by rows': () => ({ level: 'image', sort: 'Rows', descending: true }),
    'series, by state': () => ({ level: 'series', sort: 'status', descending: true }),
    'patients, any depth': anywhere('patient', 'PatientName'),
    'images, by arrival, any depth': anywhere('image', 'arrival'),
    'images, by study date, any depth': anywhere('image', 'StudyDate'),
    'images, by content date, any depth': anywhere('image', 'ContentDate'),
    'images, by name, any depth': anywhere('image', 'PatientName'),
    'images, by modality, any depth': anywhere('image', 'Modality'),
    'studies, by name, any depth': anywhere('study', 'PatientName'),
    'series, by name, any depth': anywhere('series', 'PatientName', true),
    'series, by date, any depth': anywhere('series', 'StudyDate', true),
    'flat series, by institution, any depth': anywhere('flatSeries', 'InstitutionName'),
    'flat series, by sex, any depth': anywhere('flatSeries', 'PatientSex'),
    'images, of the camera, any depth': () => ({ level: 'image', source: 'camera', offset: below(sizes.images / 3) }),
    'patients, by number of images': () => ({ level: 'patient', sort: 'images', descending: true }),
    'series, by number of images': () => ({ level: 'series', sort: 'images', descending: true }),
  };
}

/** Named sources, attributes without a column, types and tags of flat series, projects. */
export function moreFor(below: Below): Questions {
  const room = (): { source: 'folder'; sourceRef: string } => ({
    source: 'folder',
    sourceRef: `room ${String(1 + below(5))}`,
  });
  return {
    'images, of one watched folder': () => ({ level: 'image', sources: [room()] }),
    'images, of two watched folders, by name': () => ({
      level: 'image',
      sources: [room(), room()],
      sort: 'PatientName',
    }),
    'flat series, of one watched folder': () => ({ level: 'flatSeries', sources: [room()] }),
    'patients, of one watched folder': () => ({ level: 'patient', sources: [room()] }),
    'images, WindowCenter and PhotometricInterpretation': () => ({
      level: 'image',
      where: [
        { property: 'WindowCenter', operator: '=', value: 40 * below(60) },
        { property: 'PhotometricInterpretation', operator: '=', value: 'MONOCHROME1' },
      ],
    }),
    'series, with an attribute of images': () => ({
      level: 'series',
      where: [{ property: 'PatientAge', operator: '=', value: `0${String(10 + below(80))}Y` }],
    }),
    'flat series, type, by name': () => ({
      level: 'flatSeries',
      seriesTypes: [keyOf(1 + below(8))],
      sort: 'PatientName',
    }),
    'flat series, tag and text': () => ({
      level: 'flatSeries',
      seriesTags: [keyOf(1 + below(8))],
      contains: 'chest',
    }),
    'patients, of a project': () => ({ level: 'patient', project: PROJECTS[below(2)] }),
    'flat series, of a project': () => ({ level: 'flatSeries', project: PROJECTS[below(2)] }),
    'images, of a project, by date': () => ({
      level: 'image',
      project: PROJECTS[below(2)],
      sort: 'StudyDate',
      descending: true,
    }),
  };
}
