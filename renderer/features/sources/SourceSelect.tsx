import { useTranslation } from 'react-i18next';
import type { SourceChoice } from '@shared/contract/catalog';
import type { SourceRow } from '@shared/model/rows';
import { showNumber } from '../../app/format';
import { useQuery } from '../../app/useQuery';
import { Select } from '../../components/Choice';
import { sourceLabel } from './sourceLabel';

interface Props {
  readonly value: SourceChoice | null;
  readonly onChange: (source: SourceChoice | null) => void;
}

const all = 'all';
const idOf = ({ source, sourceRef }: SourceChoice): string => `${source} ${sourceRef}`;

/** One of the sources that images in the archive came from: a whole kind, or one of it that has a name. */
export function SourceSelect({ value, onChange }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery('sources.list', {}, { live: true });
  const choices = choicesOf(data?.rows ?? []);
  return (
    <Select
      label={t('images.source')}
      options={[
        { id: all, label: t('images.any') },
        ...choices.map((row) => ({
          id: idOf(row),
          label: `${sourceLabel(t, row.source, row.name)} (${showNumber(row.images)})`,
        })),
      ]}
      value={value === null ? all : idOf(value)}
      onChange={(id) => {
        const chosen = choices.find((row) => idOf(row) === id);
        onChange(chosen ? { source: chosen.source, sourceRef: chosen.sourceRef } : null);
      }}
    />
  );
}

/** Each kind with the sum of all of it, and behind it those of the kind that have a name. */
function choicesOf(rows: readonly SourceRow[]): readonly Omit<SourceRow, 'series'>[] {
  return [...new Set(rows.map(({ source }) => source))].flatMap((source) => {
    const ofKind = rows.filter((row) => row.source === source);
    const images = ofKind.reduce((sum, row) => sum + row.images, 0);
    return [{ source, sourceRef: '', name: null, images }, ...ofKind.filter(({ name }) => name !== null)];
  });
}
