import { ArrowDown, ArrowUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import type { Sort } from './filter';
import styles from './Browse.module.css';

interface Props {
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}

/** The names of the list's columns; those that can be sorted by are buttons, a second press turns the order. */
export function ListHead({ sort, onSort }: Props) {
  const { t } = useTranslation();
  return (
    <div className={cx(styles.row, styles.head)} role="group" aria-label={t('images.sort')}>
      <span />
      <span />
      <span>{t('images.column.what')}</span>
      <Column label={t('patients.patient')} sort={sort} orders={['name']} onSort={onSort} />
      <Column label={t('images.column.visit')} sort={sort} orders={['dateNew', 'dateOld']} onSort={onSort} />
      <Column label={t('images.column.added')} sort={sort} orders={['newest', 'oldest']} onSort={onSort} />
    </div>
  );
}

interface ColumnProps extends Props {
  readonly label: string;
  /** The orders this column gives; the first press takes the first one. */
  readonly orders: readonly [Sort, ...Sort[]];
}

function Column({ label, sort, orders, onSort }: ColumnProps) {
  const { t } = useTranslation();
  const at = orders.indexOf(sort);
  const next = orders[(at + 1) % orders.length] ?? orders[0];
  const Arrow = sort === 'dateNew' || sort === 'newest' ? ArrowDown : ArrowUp;
  return (
    <button
      type="button"
      className={cx(styles.column)}
      aria-pressed={at >= 0}
      aria-label={`${label}: ${t(`images.sorts.${at >= 0 ? sort : next}`)}`}
      onClick={() => onSort(next)}
    >
      {label}
      {at >= 0 ? <Arrow aria-hidden size={16} /> : null}
    </button>
  );
}
