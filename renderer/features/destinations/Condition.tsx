import { useTranslation } from 'react-i18next';
import type { RemoteRow } from '@shared/contract/sync';
import { cx } from '../../app/cx';
import { isolate, showBytes, showSpan, together } from '../../app/format';
import { Badge } from '../../components/Surface';
import { conditionTones, faultWords } from '../sending/states';
import styles from '../sending/Sending.module.css';

/** How a destination stands: in a word, why, when it is tried again, how fast it goes and how long that takes. */
export function Condition({ row, named = false }: { readonly row: RemoteRow; readonly named?: boolean }) {
  const { t } = useTranslation();
  const { activity, counts } = row;
  const { condition, fault, nextTryMs, bytesPerSecond, bytesWaiting, remainingMs } = activity;
  const tone = conditionTones[condition];
  const waits = counts.waiting + counts.sending > 0;
  const speed = bytesPerSecond !== null && bytesPerSecond > 0 && condition === 'sending';
  return (
    <div className={cx(styles.list)} style={{ gap: 4 }}>
      <div className={cx(styles.head)}>
        {named ? (
          <strong>
            <bdi>{row.name}</bdi>
          </strong>
        ) : null}
        <Badge {...(tone && { tone })}>{t(`destinations.condition.${condition}`)}</Badge>
      </div>
      {fault ? <p>{faultWords(fault)}</p> : null}
      <p className={cx(styles.soft)}>
        {together(
          fault && nextTryMs !== null ? t('destinations.nextTry', { span: isolate(showSpan(nextTryMs)) }) : '',
          condition === 'outsideHours' && row.policy.hours
            ? t('destinations.fromTo', { from: row.policy.hours.from, to: row.policy.hours.to })
            : '',
          waits && bytesWaiting > 0 ? t('destinations.bytesWaiting', { size: showBytes(bytesWaiting) }) : '',
          speed ? t('destinations.speed', { size: showBytes(bytesPerSecond) }) : '',
          speed && remainingMs !== null && waits
            ? t('destinations.remaining', { span: isolate(showSpan(remainingMs)) })
            : '',
          waits && condition === 'sending' && !speed ? t('destinations.remainingUnknown') : '',
        )}
      </p>
    </div>
  );
}
