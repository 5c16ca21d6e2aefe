import { FilterX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useAccess } from '../../app/access';
import { cx } from '../../app/cx';
import { kindName } from '../../app/format';
import { modalities } from '../../app/modalities';
import { useSession } from '../../app/session';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Select } from '../../components/Choice';
import { DateField } from '../../components/DateField';
import { SourceSelect } from '../sources/SourceSelect';
import type { Filter } from './filter';
import { LabelFilters } from './LabelFilters';
import styles from './Browse.module.css';

interface Props {
  readonly filter: Filter;
  readonly level: 'studies' | 'series' | 'images';
  readonly onChange: (changes: Partial<Filter>) => void;
  readonly onClear: () => void;
}

const all = 'all';

/** Narrowing the list down; each choice begins with 'all'. */
export function FilterPanel({ filter, level, onChange, onClear }: Props) {
  const { t } = useTranslation();
  const kinds = useSession((state) => state.kinds);
  const clinics = useSession((state) => state.clinics);
  const stations = useQuery('stations.list', filter.clinic === null ? null : { clinic: filter.clinic });
  const people = useAccess((state) => state.people);
  const any = { id: all, label: t('images.any') } as const;
  return (
    <section className={cx(styles.filters)} aria-label={t('images.filter')}>
      {level === 'images' ? (
        <Select
          label={t('kinds.label')}
          options={[any, ...kinds.map((row) => ({ id: row.kind, label: kindName(row) }))]}
          value={filter.kind ?? all}
          onChange={(kind) => onChange({ kind: kind === all ? null : kind })}
        />
      ) : null}
      <Select
        label={t('images.modality')}
        options={[any, ...modalities.map((id) => ({ id, label: `${id} – ${t(`modality.${id}`)}` }))]}
        value={modalities.find((id) => id === filter.modality) ?? all}
        onChange={(modality) => onChange({ modality: modality === all ? '' : modality })}
      />
      <Select
        label={t('day.clinic')}
        options={[any, ...clinics.map((row) => ({ id: row.clinic, label: row.name }))]}
        value={filter.clinic ?? all}
        onChange={(clinic) => onChange({ clinic: clinic === all ? null : clinic, station: null })}
      />
      {level === 'images' && filter.clinic !== null ? (
        <Select
          label={t('day.station')}
          options={[any, ...(stations.data?.rows ?? []).map((row) => ({ id: row.station, label: row.name }))]}
          value={filter.station ?? all}
          onChange={(station) => onChange({ station: station === all ? null : station })}
        />
      ) : null}
      <SourceSelect value={filter.source} onChange={(source) => onChange({ source })} />
      {level === 'images' && people.length > 0 ? (
        <Select
          label={t('images.storedBy')}
          options={[any, ...people.map((row) => ({ id: row.user, label: row.name }))]}
          value={filter.storedBy ?? all}
          onChange={(storedBy) => onChange({ storedBy: storedBy === all ? null : storedBy })}
        />
      ) : null}
      <LabelFilters filter={filter} onChange={onChange} />
      <DateField label={t('images.from')} value={filter.dateFrom} onChange={(dateFrom) => onChange({ dateFrom })} />
      <DateField label={t('images.to')} value={filter.dateTo} onChange={(dateTo) => onChange({ dateTo })} />
      <Button icon={FilterX} onPress={onClear}>
        {t('images.clearFilter')}
      </Button>
    </section>
  );
}
