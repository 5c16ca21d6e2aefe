import { useEffect } from 'react';
import { create } from 'zustand';
import { asFieldboxError } from '@shared/errors';
import type { TagsOfSeries, TypesOfSeries } from '@shared/model/classification';
import type { SeriesKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { useChanges } from '../../app/changes';
import { sayError } from '../../app/toasts';

/** What a series is labelled with. */
export interface SeriesLabels {
  readonly tags: TagsOfSeries['tags'];
  readonly types: TypesOfSeries['types'];
}

const useHeld = create<Readonly<Record<SeriesKey, SeriesLabels>>>()(() => ({}));
/** Series held at most before the store begins anew. */
const MOST_HELD = 5000;
const MOST_AT_ONCE = 500;

let wanted = new Set<SeriesKey>();
let timer: number | null = null;

/** Tags and types of a series, null until they are known. Lists that show many ask for all of them together. */
export function useSeriesLabels(series: SeriesKey): SeriesLabels | null {
  const changes = useChanges((state) => state.count);
  useEffect(() => want([series]), [series, changes]);
  return useHeld((held) => held[series] ?? null);
}

/** Asks again for the labels of series. */
export function want(series: readonly SeriesKey[]): void {
  for (const key of series) wanted.add(key);
  timer ??= window.setTimeout(() => {
    timer = null;
    const all = [...wanted];
    wanted = new Set();
    for (let at = 0; at < all.length; at += MOST_AT_ONCE) fetchLabels(all.slice(at, at + MOST_AT_ONCE)).catch(sayError);
  }, 0);
}

async function fetchLabels(series: readonly SeriesKey[]): Promise<void> {
  try {
    const [tags, types] = await Promise.all([
      ask('seriesTags.of', { series: [...series] }),
      ask('seriesTypes.of', { series: [...series] }),
    ]);
    const fetched = Object.fromEntries(
      series.map((key, at) => [key, { tags: tags.rows[at]?.tags ?? [], types: types.rows[at]?.types ?? [] }]),
    );
    useHeld.setState((held) => (Object.keys(held).length > MOST_HELD ? fetched : { ...held, ...fetched }), true);
  } catch (thrown) {
    // One of them has gone meanwhile: the others are asked for without it.
    if (asFieldboxError(thrown).code !== 'NOT_FOUND') throw thrown;
    if (series.length > 1) await Promise.all(series.map((key) => fetchLabels([key])));
  }
}
