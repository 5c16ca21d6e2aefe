import type { TFunction } from 'i18next';
import type { IncomingRow, IncomingState } from '@shared/contract/boxes';
import { showInstant, showNumber, together } from '../../app/format';
import type { Tone } from '../../components/Surface';

export const incomingTones: Readonly<Record<IncomingState, Tone | undefined>> = {
  waiting: undefined,
  processing: 'info',
  finished: 'success',
  failed: 'error',
};

/** What is known of a transaction, in a line: when, how it came, how much of it, and what could not be taken. */
export function incomingFacts(t: TFunction, row: IncomingRow): string {
  const { added, createdAt, received, rejected, total, way } = row;
  return together(
    showInstant(createdAt),
    t(`boxes.way.${way}`),
    t('boxes.came', { count: total, shown: showNumber(total), received: showNumber(received) }),
    t('incoming.added', { count: added, shown: showNumber(added) }),
    rejected > 0 ? t('incoming.failed', { count: rejected, shown: showNumber(rejected) }) : '',
  );
}
