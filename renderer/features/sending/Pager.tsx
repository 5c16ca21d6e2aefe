import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { Button } from '../../components/Button';
import styles from './Sending.module.css';

interface Props {
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
  readonly onOffset: (offset: number) => void;
}

/** Through a long list by pages; nothing when it fits on one. */
export function Pager({ offset, limit, total, onOffset }: Props) {
  const { t } = useTranslation();
  if (total <= limit && offset === 0) return null;
  return (
    <div className={cx(styles.pager)}>
      <Button isDisabled={offset === 0} onPress={() => onOffset(Math.max(0, offset - limit))}>
        {t('sending.previous')}
      </Button>
      <span role="status">
        {t('sending.range', {
          first: showNumber(Math.min(total, offset + 1)),
          last: showNumber(Math.min(total, offset + limit)),
          total: showNumber(total),
        })}
      </span>
      <Button isDisabled={offset + limit >= total} onPress={() => onOffset(offset + limit)}>
        {t('sending.next')}
      </Button>
    </div>
  );
}
