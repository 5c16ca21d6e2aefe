import type { FindInput, SourceChoice } from '@shared/contract/catalog';
import type {
  ClinicKey,
  KindKey,
  SeriesKey,
  SeriesTagKey,
  SeriesTypeKey,
  StationKey,
  StudyKey,
  UserKey,
} from '@shared/model/ids';

/** What the list is narrowed to. */
export interface Filter {
  readonly text: string;
  readonly kind: KindKey | null;
  readonly modality: string;
  readonly clinic: ClinicKey | null;
  readonly station: StationKey | null;
  readonly source: SourceChoice | null;
  readonly storedBy: UserKey | null;
  readonly seriesType: SeriesTypeKey | null;
  readonly seriesTag: SeriesTagKey | null;
  readonly dateFrom: string;
  readonly dateTo: string;
}

export const emptyFilter: Filter = {
  text: '',
  kind: null,
  modality: '',
  clinic: null,
  station: null,
  source: null,
  storedBy: null,
  seriesType: null,
  seriesTag: null,
  dateFrom: '',
  dateTo: '',
};

export type Sort = 'newest' | 'oldest' | 'dateNew' | 'dateOld' | 'name';
const sorts: readonly Sort[] = ['newest', 'oldest', 'dateNew', 'dateOld', 'name'];

const orders: Readonly<Record<Sort, Pick<FindInput, 'sort' | 'descending'>>> = {
  newest: { sort: 'arrival', descending: true },
  oldest: { sort: 'arrival', descending: false },
  dateNew: { sort: 'StudyDate', descending: true },
  dateOld: { sort: 'StudyDate', descending: false },
  name: { sort: 'PatientName', descending: false },
};

type Question = Partial<Omit<FindInput, 'level' | 'limit' | 'offset' | 'after'>>;

/** The orders of a level; the order of arrival is known of images only. */
export function sortsOf(level: 'studies' | 'series' | 'images'): readonly Sort[] {
  return level === 'images' ? sorts : sorts.filter((sort) => orders[sort].sort !== 'arrival');
}

/** The order in which a level is shown when another level was sorted otherwise: for the order of arrival, that of the dates. */
export function sortFor(level: 'studies' | 'series' | 'images', sort: Sort): Sort {
  if (sortsOf(level).includes(sort)) return sort;
  return sort === 'oldest' ? 'dateOld' : 'dateNew';
}

/** The question to the catalogue. */
export function questionOf(
  filter: Filter,
  sort: Sort,
  level: 'studies' | 'series' | 'images',
  within: { readonly study?: StudyKey | undefined; readonly series?: SeriesKey | undefined },
): Question {
  return {
    ...(filter.text.trim() === '' ? {} : { text: filter.text.trim() }),
    ...(filter.kind === null || level !== 'images' ? {} : { kind: filter.kind }),
    ...(filter.modality === '' ? {} : { modality: filter.modality }),
    ...(filter.clinic === null ? {} : { clinic: filter.clinic }),
    ...(filter.station === null || level !== 'images' ? {} : { station: filter.station }),
    ...(filter.source === null ? {} : { sources: [filter.source] }),
    ...(filter.storedBy === null || level !== 'images' ? {} : { storedBy: filter.storedBy }),
    ...(filter.seriesType === null ? {} : { seriesTypes: [filter.seriesType] }),
    ...(filter.seriesTag === null ? {} : { seriesTags: [filter.seriesTag] }),
    ...(filter.dateFrom === '' ? {} : { dateFrom: filter.dateFrom }),
    ...(filter.dateTo === '' ? {} : { dateTo: filter.dateTo }),
    ...(within.study === undefined ? {} : { study: within.study }),
    ...(within.series === undefined ? {} : { series: within.series }),
    ...orders[sortFor(level, sort)],
  };
}

/** Whether a question leaves anything out. */
export function isNarrowed(question: object): boolean {
  return Object.keys(question).some((key) => key !== 'sort' && key !== 'descending');
}

/** How many conditions besides the text are set. */
export function conditions(filter: Filter): number {
  return [
    filter.kind,
    filter.modality,
    filter.clinic,
    filter.station,
    filter.source,
    filter.storedBy,
    filter.seriesType,
    filter.seriesTag,
    filter.dateFrom,
    filter.dateTo,
  ].filter(Boolean).length;
}
