import { LayoutGrid, List, ListFilter, SlidersHorizontal, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import { cx } from '../../app/cx';
import { navigate } from '../../app/router';
import type { Route } from '../../app/router';
import { useDebounced } from '../../app/useQuery';
import { Button, IconButton } from '../../components/Button';
import { Choices, Select } from '../../components/Choice';
import { Badge, Page } from '../../components/Surface';
import { SearchField } from '../../components/TextField';
import { conditions, emptyFilter, questionOf, sortFor, sortsOf } from './filter';
import type { Filter, Sort } from './filter';
import { FilterPanel } from './FilterPanel';
import { ImageBrowser } from './ImageBrowser';
import { FlatSeriesList, SeriesList, StudyList } from './LevelLists';
import styles from './Browse.module.css';

interface View {
  readonly filter: Filter;
  readonly sort: Sort;
  readonly look: 'grid' | 'list';
  readonly panel: boolean;
}

/** How the person looks at images; stays while other screens are visited. */
const useView = create<View>()(() => ({ filter: emptyFilter, sort: 'newest', look: 'grid', panel: false }));

/** Everything in the archive: as studies, series or images, sorted and narrowed down. */
export function Browse({ route }: { readonly route: Extract<Route, { screen: 'images' }> }) {
  const { t } = useTranslation();
  const view = useView();
  const [subtitle, setSubtitle] = useState(' ');
  const level = route.level ?? 'images';
  const text = useDebounced(view.filter.text, 200);
  const question = questionOf({ ...view.filter, text }, view.sort, level, { study: route.study, series: route.series });
  const set = (changes: Partial<Filter>): void => useView.setState({ filter: { ...view.filter, ...changes } });
  const count = conditions(view.filter);

  return (
    <Page
      title={t('images.title')}
      shape="fixed"
      subtitle={subtitle}
      actions={
        <Choices
          label={t('images.level')}
          hideLabel
          options={[
            { id: 'images', label: t('images.levels.images') },
            { id: 'series', label: t('images.levels.series') },
            { id: 'studies', label: t('images.levels.studies') },
          ]}
          value={level}
          onChange={(next) => navigate({ screen: 'images', level: next })}
        />
      }
    >
      <div className={cx(styles.tools)}>
        <div className={cx(styles.search)}>
          <SearchField
            label={t('images.search')}
            placeholder={t('images.searchHint')}
            value={view.filter.text}
            onChange={(next) => set({ text: next })}
          />
        </div>
        <Select
          label={t('images.sort')}
          hideLabel
          options={sortsOf(level).map((id) => ({ id, label: t(`images.sorts.${id}`) }))}
          value={sortFor(level, view.sort)}
          onChange={(sort) => useView.setState({ sort })}
        />
        <Button
          icon={SlidersHorizontal}
          onPress={() => useView.setState({ panel: !view.panel })}
          aria-expanded={view.panel}
        >
          {count === 0 ? t('images.filter') : t('images.filterCount', { count })}
        </Button>
        <Button icon={ListFilter} onPress={() => navigate({ screen: 'manage', page: 'query' })}>
          {t('query.open')}
        </Button>
        {level === 'images' ? (
          <IconButton
            look="secondary"
            icon={view.look === 'grid' ? List : LayoutGrid}
            label={view.look === 'grid' ? t('images.asList') : t('images.asGrid')}
            onPress={() => useView.setState({ look: view.look === 'grid' ? 'list' : 'grid' })}
          />
        ) : null}
      </div>
      {view.panel ? (
        <FilterPanel
          filter={view.filter}
          level={level}
          onChange={set}
          onClear={() => useView.setState({ filter: emptyFilter })}
        />
      ) : null}
      {route.study || route.series ? (
        <div className={cx(styles.crumbs)}>
          <Badge tone="info">{route.series ? t('images.inSeries') : t('images.inStudy')}</Badge>
          <Button look="quiet" icon={X} onPress={() => navigate({ screen: 'images', level })}>
            {t('images.showEverything')}
          </Button>
        </div>
      ) : null}
      {level === 'images' ? (
        <ImageBrowser
          question={question}
          look={view.look}
          sort={view.sort}
          onSort={(sort) => useView.setState({ sort })}
          series={route.series ?? null}
          onSummary={setSubtitle}
        />
      ) : null}
      {level === 'series' && route.study === undefined ? (
        <FlatSeriesList question={question} onSummary={setSubtitle} />
      ) : null}
      {level === 'series' && route.study !== undefined ? (
        <SeriesList question={question} onSummary={setSubtitle} />
      ) : null}
      {level === 'studies' ? <StudyList question={question} onSummary={setSubtitle} /> : null}
    </Page>
  );
}
