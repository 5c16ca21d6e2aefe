import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Input } from '@shared/contract';
import type { FlatSeriesRow, ImageRow, PatientRow, SeriesRow, StudyRow } from '@shared/model/rows';
import { ask } from './api';
import { useChanges } from './changes';
import { Pages } from './pages';
import type { PagesState } from './pages';

interface RowOf {
  readonly 'catalog.patients': PatientRow;
  readonly 'catalog.studies': StudyRow;
  readonly 'catalog.series': SeriesRow;
  readonly 'catalog.images': ImageRow;
  readonly 'catalog.flatSeries': FlatSeriesRow;
}

export type ListVerb = keyof RowOf;

export interface PagedList<T> extends PagesState {
  readonly pages: Pages<T>;
}

/** A list of the catalogue of any length, fetched by pages as it is scrolled, and again when the catalogue changed. */
export function usePages<V extends ListVerb>(
  verb: V,
  filter: Omit<Input<V>, 'limit' | 'offset' | 'after'>,
): PagedList<RowOf[V]> {
  const key = JSON.stringify(filter);
  const pages = useMemo(
    () =>
      new Pages<RowOf[V]>(async (offset, limit) => {
        const answer = await ask(verb, { ...(JSON.parse(key) as Input<V>), offset, limit });
        return {
          total: answer.total,
          totalIsExact: answer.totalIsExact,
          rows: answer.rows as unknown as readonly RowOf[V][],
        };
      }),
    [verb, key],
  );
  const state = useSyncExternalStore(pages.subscribe, pages.snapshot);
  const changes = useChanges((current) => current.count);
  useEffect(() => {
    pages.view(0, pages.pageSize - 1);
    return () => pages.close();
  }, [pages]);
  useEffect(() => {
    if (changes > 0) pages.refresh();
  }, [pages, changes]);
  return { ...state, pages };
}
