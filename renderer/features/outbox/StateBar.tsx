import { useTranslation } from 'react-i18next';
import type { StateCounts } from '@shared/contract/sync';
import { cx } from '../../app/cx';
import { listWords, showNumber } from '../../app/format';
import { barOrder } from '../sending/states';
import styles from '../sending/Sending.module.css';

const words = ['proven', 'arrived', 'sending', 'waiting', 'refused', 'parked', 'cancelled'] as const;

/** How far a transaction is: a bar of its states, and the same in words. */
export function StateBar({ counts, total }: { readonly counts: StateCounts; readonly total: number }) {
  const { t } = useTranslation();
  const parts = words.filter((state) => counts[state] > 0);
  return (
    <>
      <div className={cx(styles.bar)} aria-hidden>
        {barOrder.map((state) =>
          counts[state] > 0 ? (
            <span key={state} data-state={state} style={{ inlineSize: `${(counts[state] / total) * 100}%` }} />
          ) : null,
        )}
      </div>
      <p className={cx(styles.soft)}>
        {listWords(
          parts.map((state) => t(`outbox.counts.${state}`, { count: counts[state], shown: showNumber(counts[state]) })),
        )}
      </p>
    </>
  );
}
