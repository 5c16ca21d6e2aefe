import { CircleX, Info, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { LogRow } from '@shared/contract/log';
import { logSentence } from '@shared/log';
import { cx } from '../../app/cx';
import { showInstant } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { formatRoute } from '../../app/router';
import { Checkbox } from '../../components/Choice';
import { PersonName } from '../../components/Surface';
import styles from './Log.module.css';

interface Props {
  readonly row: LogRow;
  readonly chosen: boolean;
  /** For ticking the line; left out where it cannot be taken off. */
  readonly onChoose?: (row: LogRow) => void;
}

const SIGNS = { info: Info, warning: TriangleAlert, error: CircleX } as const;

/** One line: what, by whom, when, and whom it was about. */
export function LogLine({ row, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const Sign = SIGNS[row.level];
  return (
    <li className={cx(styles.line)} data-level={row.level}>
      <span className={cx(styles.tick)}>
        {onChoose ? (
          <Checkbox checked={chosen} onChange={() => onChoose(row)}>
            <span className="visually-hidden">{t('log.pick')}</span>
          </Checkbox>
        ) : null}
      </span>
      <Sign aria-label={t(`log.levels.${row.level}`)} size={22} />
      <span className={cx(styles.what)}>
        <span>{logSentence(row.code, row.details, currentLanguage())}</span>
        {row.personName !== '' ? <bdi>{row.personName}</bdi> : null}
        {row.patient === null ? null : (
          <a href={formatRoute({ screen: 'patient', patient: row.patient })} title={t('log.open')} draggable={false}>
            <PersonName value={row.PatientName} /> <bdi>{row.PatientID}</bdi>
          </a>
        )}
      </span>
      <span className={cx(styles.who)}>
        <bdi>{row.byName === '' ? t('log.nobody') : row.byName}</bdi>
        <time dateTime={row.at}>{showInstant(row.at)}</time>
      </span>
    </li>
  );
}
