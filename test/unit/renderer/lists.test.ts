import { describe, expect, it } from 'vitest';
import { FieldboxError } from '@shared/errors';
import { ClinicKey, KindKey, SeriesTagKey, SeriesTypeKey, StationKey, StudyKey } from '@shared/model/ids';
import type { ClinicRow } from '@shared/model/rows';
import { Pages } from '../../../renderer/app/pages';
import type { PageAnswer } from '../../../renderer/app/pages';
import {
  conditions,
  emptyFilter,
  isNarrowed,
  questionOf,
  sortFor,
  sortsOf,
} from '../../../renderer/features/browse/filter';
import { sortClinics } from '../../../renderer/features/day/clinicOrder';
import { suggestName, targetIn } from '../../../renderer/features/exporting/target';

const clinic = ClinicKey.parse('00000000-0000-4000-8000-000000000001');
const kind = KindKey.parse('00000000-0000-4000-8000-000000000002');
const station = StationKey.parse('00000000-0000-4000-8000-000000000003');
const study = StudyKey.parse('0123456789abcdef0123456789abcdef');

describe('the filter of the images', () => {
  const full = {
    ...emptyFilter,
    text: '  chest ',
    kind,
    station,
    clinic,
    modality: 'DX',
    source: { source: 'watch', sourceRef: 'X-ray' },
    seriesType: SeriesTypeKey.parse('00000000-0000-4000-8000-000000000004'),
    seriesTag: SeriesTagKey.parse('00000000-0000-4000-8000-000000000005'),
    dateFrom: '20260101',
    dateTo: '20261231',
  } as const;

  it('asks for everything when nothing is set', () => {
    const question = questionOf(emptyFilter, 'newest', 'images', {});
    expect(question).toEqual({ sort: 'arrival', descending: true });
    expect(isNarrowed(question)).toBe(false);
    expect(conditions(emptyFilter)).toBe(0);
  });

  it('asks for what is set, and for each level only what it knows', () => {
    const common = {
      text: 'chest',
      clinic,
      modality: 'DX',
      sources: [full.source],
      seriesTypes: [full.seriesType],
      seriesTags: [full.seriesTag],
      dateFrom: '20260101',
      dateTo: '20261231',
    };
    const byName = { sort: 'PatientName', descending: false };
    expect(questionOf(full, 'name', 'images', {})).toEqual({ ...common, ...byName, kind, station });
    expect(questionOf(full, 'name', 'series', {})).toEqual({ ...common, ...byName });
    expect(questionOf(full, 'name', 'studies', {})).toEqual({ ...common, ...byName });
    expect(conditions(full)).toBe(9);
  });

  it('stays inside a study', () => {
    const question = questionOf(emptyFilter, 'dateOld', 'series', { study });
    expect(question).toEqual({ study, sort: 'StudyDate', descending: false });
    expect(isNarrowed(question)).toBe(true);
  });

  it('offers the order of arrival for images only, and dates in its place elsewhere', () => {
    expect(sortsOf('images')).toContain('newest');
    expect(sortsOf('studies')).toEqual(['dateNew', 'dateOld', 'name']);
    expect([sortFor('series', 'newest'), sortFor('series', 'oldest'), sortFor('series', 'name')]).toEqual([
      'dateNew',
      'dateOld',
      'name',
    ]);
  });
});

describe('a list that is fetched by pages', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

  function source(total: number) {
    const asked: number[] = [];
    const waiting: (() => void)[] = [];
    const fetch = (offset: number, limit: number): Promise<PageAnswer<number>> => {
      asked.push(offset);
      const rows = Array.from({ length: Math.min(limit, total - offset) }, (_, at) => offset + at);
      return new Promise((resolve) => waiting.push(() => resolve({ total, rows })));
    };
    const answer = async (): Promise<void> => {
      waiting.shift()?.();
      await settle();
    };
    return { asked, fetch, answer };
  }

  it('fetches what is in view, and passes over what was only scrolled by', async () => {
    const { asked, fetch, answer } = source(100_000);
    const pages = new Pages(fetch, { pageSize: 100 });
    pages.view(0, 20);
    for (let row = 1000; row <= 50_000; row += 1000) pages.view(row, row + 20);
    await answer();
    expect(pages.snapshot().total).toBe(100_000);
    await answer();
    expect(asked).toEqual([0, 50_000]);
    expect(pages.at(50_007)).toBe(50_007);
    expect(pages.at(20_000)).toBeUndefined();
  });

  it('forgets the pages that have not been in view for longest', async () => {
    const { asked, fetch, answer } = source(1000);
    const pages = new Pages(fetch, { pageSize: 100, keep: 2 });
    for (const first of [0, 100, 200]) {
      pages.view(first, first + 10);
      await answer();
    }
    expect([pages.at(5), pages.at(105), pages.at(205)]).toEqual([undefined, 105, 205]);
    pages.view(0, 10);
    await answer();
    expect(asked).toEqual([0, 100, 200, 0]);
  });

  it('shows old rows until the new ones are there', async () => {
    const { asked, fetch, answer } = source(50);
    const pages = new Pages(fetch);
    pages.view(0, 10);
    await answer();
    pages.refresh();
    expect(pages.at(3)).toBe(3);
    await answer();
    expect(asked).toEqual([0, 0]);
  });

  it('tells an error, and can be asked again', async () => {
    let fails = true;
    const pages = new Pages(() =>
      fails
        ? Promise.reject(new FieldboxError('NOT_FOUND', { what: 'page' }))
        : Promise.resolve({ total: 1, rows: ['row'] }),
    );
    pages.view(0, 0);
    await settle();
    expect(pages.snapshot().error?.code).toBe('NOT_FOUND');
    fails = false;
    pages.view(0, 0);
    await settle();
    expect(pages.snapshot()).toMatchObject({ total: 1, error: null });
  });

  it('says nothing after it was closed', async () => {
    const { fetch, answer } = source(10);
    const pages = new Pages(fetch);
    let told = 0;
    pages.subscribe(() => (told += 1));
    pages.view(0, 0);
    pages.close();
    await answer();
    expect(told).toBe(0);
  });
});

describe('clinics', () => {
  it('come with those of today first, then the latest', () => {
    const row = (name: string, firstDay: string, lastDay: string): ClinicRow => ({
      clinic,
      name,
      place: '',
      firstDay,
      lastDay,
      images: 0,
    });
    const rows = [
      row('old', '20250101', '20250110'),
      row('now', '20261115', '20261125'),
      row('next', '20270101', '20270102'),
    ];
    expect(sortClinics(rows, '20261121').map(({ name }) => name)).toEqual(['now', 'next', 'old']);
  });
});

describe('where an export is written', () => {
  it('is a new name without anything about a patient, in the folder that was chosen', () => {
    const name = suggestName(new Date(2026, 10, 21, 9, 5, 7));
    expect(name).toBe('Fieldbox 2026-11-21 090507');
    expect(targetIn('/media/stick', name, 'folder')).toBe('/media/stick/Fieldbox 2026-11-21 090507');
    expect(targetIn('/media/stick/', 'a', 'zip')).toBe('/media/stick/a.zip');
    expect(targetIn('E:\\', 'a', 'zip')).toBe('E:\\a.zip');
    expect(targetIn('C:\\Users\\Ana', 'a', 'folder')).toBe('C:\\Users\\Ana\\a');
  });
});
