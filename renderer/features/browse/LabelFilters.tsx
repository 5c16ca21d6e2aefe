import { useTranslation } from 'react-i18next';
import { useQuery } from '../../app/useQuery';
import { Select } from '../../components/Choice';
import type { Filter } from './filter';

interface Props {
  readonly filter: Pick<Filter, 'seriesType' | 'seriesTag'>;
  readonly onChange: (changes: Partial<Filter>) => void;
}

const all = 'all';

/** Narrowing down to series of a type or with a tag; nothing while there are none. */
export function LabelFilters({ filter, onChange }: Props) {
  const { t } = useTranslation();
  const types = useQuery('seriesTypes.list', {}, { live: true });
  const tags = useQuery('seriesTags.list', { inUse: true }, { live: true });
  const any = { id: all, label: t('images.any') } as const;
  return (
    <>
      {types.data && types.data.rows.length > 0 ? (
        <Select
          label={t('images.seriesType')}
          options={[any, ...types.data.rows.map((row) => ({ id: row.type, label: row.name }))]}
          value={filter.seriesType ?? all}
          onChange={(type) => onChange({ seriesType: type === all ? null : type })}
        />
      ) : null}
      {tags.data && tags.data.rows.length > 0 ? (
        <Select
          label={t('images.seriesTag')}
          options={[any, ...tags.data.rows.map((row) => ({ id: row.tag, label: row.name }))]}
          value={filter.seriesTag ?? all}
          onChange={(tag) => onChange({ seriesTag: tag === all ? null : tag })}
        />
      ) : null}
    </>
  );
}
