import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PropertyKind, QueryOperator } from '@shared/contract/query';
import { cx } from '../../app/cx';
import { useQuery } from '../../app/useQuery';
import { IconButton } from '../../components/Button';
import { Select } from '../../components/Choice';
import { DateField } from '../../components/DateField';
import { TextField } from '../../components/TextField';
import { type Line, namedProperties, operatorNames, standsAlone } from './conditions';
import styles from './Query.module.css';

interface Props {
  readonly line: Line;
  /** Place in the list, from 1. */
  readonly number: number;
  readonly kind: PropertyKind;
  readonly operators: readonly QueryOperator[];
  readonly onChange: (changes: Partial<Line>) => void;
  readonly onRemove: () => void;
}

/** One condition: what, how compared, with what. */
export function ConditionLine({ line, number, kind, operators, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const ofDays = kind === 'date' || kind === 'moment';
  const operatorLabel = (operator: QueryOperator): string => {
    const name = operatorNames[operator];
    switch (name) {
      case 'equal':
      case 'notEqual':
      case 'less':
      case 'atMost':
      case 'more':
      case 'atLeast':
        return ofDays ? t(`query.date.${name}`) : t(`query.operator.${name}`);
      default:
        return t(`query.operator.${name}`);
    }
  };
  return (
    <li className={cx(styles.line)}>
      <Select
        label={t('query.property')}
        options={[
          ...namedProperties.map((id) => ({ id, label: t(`query.properties.${id}`) })),
          { id: 'other', label: t('query.other') } as const,
        ]}
        value={line.property}
        onChange={(property) => onChange({ property, value: '' })}
      />
      {line.property === 'other' ? (
        <TextField
          label={t('query.keyword')}
          hint={t('query.keywordHint')}
          value={line.keyword}
          onChange={(keyword) => onChange({ keyword })}
          direction="ltr"
          maxLength={64}
        />
      ) : null}
      <Select
        label={t('query.comparison')}
        options={operators.map((id) => ({ id, label: operatorLabel(id) }))}
        value={line.operator}
        onChange={(operator) => onChange({ operator, ...(standsAlone(operator) && { value: '' }) })}
      />
      {standsAlone(line.operator) ? (
        <span />
      ) : (
        <Value line={line} kind={kind} onChange={(value) => onChange({ value })} />
      )}
      <IconButton icon={X} look="secondary" label={t('query.remove', { number })} onPress={onRemove} />
    </li>
  );
}

interface ValueProps {
  readonly line: Line;
  readonly kind: PropertyKind;
  readonly onChange: (value: string) => void;
}

/** What to compare with, in the way the property is written. */
function Value({ line, kind, onChange }: ValueProps) {
  const { t } = useTranslation();
  const { operator, value } = line;
  const isPiece = operator === 'like' || operator === 'startsWith';
  if (operator === 'in')
    return <TextField label={t('query.values')} value={value} onChange={onChange} maxLength={2000} />;
  if (kind === 'flag') {
    return (
      <Select
        label={t('query.value')}
        options={[
          { id: 'yes', label: t('query.yes') },
          { id: 'no', label: t('query.no') },
        ]}
        value={value === 'yes' || value === 'no' ? value : null}
        onChange={onChange}
      />
    );
  }
  if (line.property === 'PatientSex' && !isPiece) {
    return (
      <Select
        label={t('query.value')}
        options={[
          { id: 'F', label: t('patients.sexF') },
          { id: 'M', label: t('patients.sexM') },
          { id: 'O', label: t('patients.sexO') },
        ]}
        value={value === 'F' || value === 'M' || value === 'O' ? value : null}
        onChange={onChange}
      />
    );
  }
  if ((line.property === 'seriesType' || line.property === 'seriesTag') && !isPiece)
    return <LabelValue property={line.property} value={value} onChange={onChange} />;
  if ((kind === 'date' || kind === 'moment') && !isPiece)
    return <DateField label={t('query.value')} value={value} onChange={onChange} />;
  return <TextField label={t('query.value')} value={value} onChange={onChange} maxLength={256} />;
}

interface LabelProps {
  readonly property: 'seriesType' | 'seriesTag';
  readonly value: string;
  readonly onChange: (name: string) => void;
}

/** One of the types or tags there are, by its name. */
function LabelValue({ property, value, onChange }: LabelProps) {
  const { t } = useTranslation();
  const types = useQuery('seriesTypes.list', property === 'seriesType' ? {} : null);
  const tags = useQuery('seriesTags.list', property === 'seriesTag' ? { inUse: true } : null);
  const rows = (property === 'seriesType' ? types.data?.rows : tags.data?.rows) ?? [];
  return (
    <Select
      label={t('query.value')}
      options={rows.map(({ name }) => ({ id: name, label: name }))}
      value={rows.some(({ name }) => name === value) ? value : null}
      onChange={onChange}
    />
  );
}
