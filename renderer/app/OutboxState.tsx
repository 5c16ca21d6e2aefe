import { ArrowUp, Clock3, SearchCheck, Send, TriangleAlert, Unplug } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from './cx';
import { listWords, showNumber } from './format';
import { useOutbox } from './outbox';
import { formatRoute } from './router';
import styles from './Shell.module.css';

interface Part {
  readonly id: 'moving' | 'waiting' | 'unproven' | 'failed' | 'blocked';
  readonly icon: LucideIcon;
  readonly count: number;
}

/** What waits, moves and failed, in the bar: a sign and a number each, in words for who points at it or listens. */
export function OutboxState() {
  const { t } = useTranslation();
  const summary = useOutbox((state) => state.summary);
  if (!summary) return null;
  const { waiting, sending, unproven, refused, parked, blocked } = summary;
  const all: readonly Part[] = [
    { id: 'moving', icon: ArrowUp, count: sending },
    { id: 'waiting', icon: Clock3, count: waiting },
    { id: 'unproven', icon: SearchCheck, count: unproven },
    { id: 'failed', icon: TriangleAlert, count: refused + parked },
    // One that cannot be reached is told only while something is meant for it.
    { id: 'blocked', icon: Unplug, count: waiting + unproven > 0 ? blocked : 0 },
  ];
  const parts = all.filter(({ count }) => count > 0);
  if (parts.length === 0) return null;
  const words = parts.map(({ id, count }) => t(`sending.sign.${id}`, { count, shown: showNumber(count) }));
  const label = t('sending.sign.label', { parts: listWords(words) });
  return (
    <a
      className={cx(styles.outbox)}
      href={formatRoute({ screen: 'sending', page: 'outbox' })}
      aria-label={label}
      title={label}
    >
      <Send aria-hidden size={20} />
      {parts.map(({ id, icon: Icon, count }) => (
        <span key={id} data-part={id}>
          <Icon aria-hidden size={16} />
          {showNumber(count)}
        </span>
      ))}
    </a>
  );
}
