import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { ResultRow } from '@shared/model/results';
import { cx } from '../../app/cx';
import { isolate, showBytes } from '../../app/format';
import { i18n } from '../../app/i18n';
import { Badge } from '../../components/Surface';
import styles from './Findings.module.css';

/** A number of a result, with all the digits it has. */
export function showExactly(value: number): string {
  return new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 12 }).format(value);
}

/** What came out, in a few words. */
export function resultValue(row: ResultRow, t: TFunction): string {
  const { value, fault } = row;
  if (fault !== null) return t(`findings.faults.${fault}`);
  switch (value.kind) {
    case 'number':
      return showExactly(value.number);
    case 'text':
      return value.text;
    case 'file':
      return `${isolate(value.fileName)} (${showBytes(value.bytes)})`;
  }
}

/** The version that computed it; when nobody said which, that is said wherever a result is shown. */
export function resultVersion(row: ResultRow, t: TFunction): string {
  return row.version === '' ? t('findings.versionUnknown') : t('findings.versionIs', { version: isolate(row.version) });
}

/** A result in one line: name, value, version, and how it stands to its threshold. */
export function ResultSummary({ row }: { readonly row: ResultRow }) {
  const { t } = useTranslation();
  return (
    <span className={cx(styles.summary)}>
      <bdi>{row.name}</bdi>
      <strong dir="auto">{resultValue(row, t)}</strong>
      <span className={cx(row.version === '' ? styles.unknown : styles.soft)}>{resultVersion(row, t)}</span>
      {row.threshold === null ? null : (
        <span className={cx(styles.soft)}>{t('findings.thresholdIs', { value: showExactly(row.threshold) })}</span>
      )}
      {row.reachesThreshold === null ? null : (
        <Badge tone={row.reachesThreshold ? 'warning' : 'info'}>
          {row.reachesThreshold ? t('findings.reaches') : t('findings.below')}
        </Badge>
      )}
    </span>
  );
}
