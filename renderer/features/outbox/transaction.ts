import type { TransactionRow } from '@shared/contract/sync';
import { ask } from '../../app/api';
import { isolate, showNumber, together } from '../../app/format';
import { i18n } from '../../app/i18n';
import { say, sayError } from '../../app/toasts';
import type { Tone } from '../../components/Surface';

/** A transaction in one word. `arrived` is no end as long as its destination may still prove it. */
export type Standing = 'moving' | 'waiting' | 'trouble' | 'arrived' | 'proven' | 'cancelled';

export const standingTones: Readonly<Record<Standing, Tone | undefined>> = {
  moving: 'info',
  waiting: undefined,
  trouble: 'error',
  arrived: 'info',
  proven: 'success',
  cancelled: undefined,
};

export function standingOf({ counts, total }: Pick<TransactionRow, 'counts' | 'total'>): Standing {
  if (counts.sending > 0) return 'moving';
  if (counts.waiting > 0) return 'waiting';
  if (counts.refused + counts.parked > 0) return 'trouble';
  if (counts.arrived > 0) return 'arrived';
  return counts.proven > 0 || total === 0 ? 'proven' : 'cancelled';
}

/** A transaction in a line: how much, to whom. */
export function titleOf({ total, files, remoteName }: Pick<TransactionRow, 'total' | 'files' | 'remoteName'>): string {
  const { t } = i18n;
  const remote = isolate(remoteName);
  if (files === 0) return t('outbox.toRemote', { count: total, shown: showNumber(total), remote });
  const images = total - files;
  const what = together(
    images > 0 ? t('patients.images', { count: images, shown: showNumber(images) }) : '',
    t('files.count', { count: files, shown: showNumber(files) }),
  );
  return t('outbox.withFiles', { what, remote });
}

/** Takes back what has not arrived. */
export function cancel({ transaction }: TransactionRow): void {
  ask('outbox.cancel', { transaction }).catch(sayError);
}

/** Puts what was refused, parked or cancelled into the queue again. */
export function sendAgain({ transaction }: TransactionRow): void {
  ask('outbox.retry', { transaction }).then(
    ({ items }) => say({ tone: 'info', text: i18n.t('outbox.again', { count: items, shown: showNumber(items) }) }),
    sayError,
  );
}
