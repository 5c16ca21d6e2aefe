import { Tags } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesRow } from '@shared/model/rows';
import { cx } from '../../app/cx';
import { modalityName, showNumber, together } from '../../app/format';
import { Button } from '../../components/Button';
import { LabelDialog } from './LabelDialog';
import { SeriesChips } from './SeriesChips';
import styles from './Classification.module.css';

/** More series than this are shown when asked for. */
const SHOWN = 4;

interface Props {
  readonly rows: readonly SeriesRow[];
  readonly title: (row: SeriesRow) => string;
}

/** The series of a visit, one line each, with their tags and types. */
export function SeriesLines({ rows, title }: Props) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const [labelling, setLabelling] = useState(false);
  if (rows.length === 0) return null;
  return (
    <div className={cx(styles.lines)}>
      <ul aria-label={t('labels.series')}>
        {rows.slice(0, all ? rows.length : SHOWN).map((row) => (
          <li key={row.seriesKey} className={cx(styles.line)}>
            <span className={cx(styles.lineName)}>
              <strong dir="auto">{title(row)}</strong>
              <span className={cx(styles.soft)}>
                {together(
                  modalityName(row.Modality),
                  t('patients.images', { count: row.images, shown: showNumber(row.images) }),
                )}
              </span>
            </span>
            <SeriesChips series={row.seriesKey} name={title(row)} />
          </li>
        ))}
      </ul>
      {rows.length > 1 ? (
        <div className={cx(styles.line)}>
          {all || rows.length <= SHOWN ? null : (
            <Button look="quiet" onPress={() => setAll(true)}>
              {t('labels.showAll', { count: rows.length })}
            </Button>
          )}
          <Button look="quiet" icon={Tags} onPress={() => setLabelling(true)}>
            {t('labels.all')}
          </Button>
          <LabelDialog series={rows.map((row) => row.seriesKey)} open={labelling} onClose={() => setLabelling(false)} />
        </div>
      ) : null}
    </div>
  );
}
