import { HardDriveUpload, Send, VenetianMask, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { anonymiseThese } from '../app/anonymiseBasket';
import { cx } from '../app/cx';
import { showNumber } from '../app/format';
import { exportThese } from '../app/exportBasket';
import { sendThese } from '../app/sendBasket';
import type { Selection } from '../app/useSelection';
import { Button } from './Button';
import styles from './SelectionBar.module.css';

interface ChosenBarProps {
  readonly count: number;
  readonly onClear: () => void;
  /** What can be done with them. */
  readonly children: ReactNode;
}

/** The bar at the bottom that says how many images are ticked; there only while some are. */
export function ChosenBar({ count, onClear, children }: ChosenBarProps) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <div className={cx(styles.bar)} role="region" aria-label={t('images.selection')}>
      <strong role="status">{t('images.chosen', { count, shown: showNumber(count) })}</strong>
      <Button icon={X} onPress={onClear}>
        {t('images.clearSelection')}
      </Button>
      {children}
    </div>
  );
}

interface SelectionBarProps {
  readonly selection: Selection;
  /** More that can be done with them. */
  readonly children?: ReactNode;
}

/** What can be done with the ticked images of a list. */
export function SelectionBar({ selection, children }: SelectionBarProps) {
  const { t } = useTranslation();
  return (
    <ChosenBar count={selection.chosen.size} onClear={selection.clear}>
      <Button icon={VenetianMask} onPress={() => anonymiseThese({ images: [...selection.chosen] })}>
        {t('images.anonymiseChosen')}
      </Button>
      {children}
      <Button icon={Send} onPress={() => sendThese({ images: [...selection.chosen] })}>
        {t('images.sendChosen')}
      </Button>
      <Button look="primary" icon={HardDriveUpload} onPress={() => exportThese({ images: [...selection.chosen] })}>
        {t('images.exportChosen')}
      </Button>
    </ChosenBar>
  );
}
