import { useTranslation } from 'react-i18next';
import type { StateCounts } from '@shared/contract/sync';
import type { RemoteKey } from '@shared/model/ids';
import { showNumber } from '../../app/format';
import { useOutboxQuery } from '../../app/outbox';
import { ErrorNote, Note, Progress } from '../../components/Surface';

interface Props {
  readonly remote: RemoteKey;
  /** How many images waited when the writing began. */
  readonly waiting: number;
  /** How the destination stood before. */
  readonly before: StateCounts;
}

const failedOf = ({ refused, parked }: StateCounts): number => refused + parked;

/**
 * How a writing goes and what came of it. It asks by itself once the writing has begun: an answer from before could say that
 * nothing waits, and somebody would pull the stick out.
 */
export function Written({ remote, waiting, before }: Props) {
  const { t } = useTranslation();
  const { data, error, reload } = useOutboxQuery('remotes.list', {});
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  const row = data?.rows.find((each) => each.remote === remote);
  if (!row) return null;
  const { counts, activity } = row;
  const left = counts.waiting + counts.sending;
  const failed = Math.max(0, failedOf(counts) - failedOf(before));
  if (left > 0 && (activity.condition === 'sending' || activity.condition === 'idle'))
    return (
      <Progress
        label={t('courier.writing', { count: left, shown: showNumber(left) })}
        value={(Math.max(0, waiting - left) / Math.max(1, waiting)) * 100}
      />
    );
  if (left > 0)
    return (
      <Note tone="warning">
        <p>{t('courier.notAll', { count: left, shown: showNumber(left) })}</p>
      </Note>
    );
  return (
    <>
      {failed > 0 ? (
        <Note tone="warning">
          <p>{t('courier.failed', { count: failed, shown: showNumber(failed) })}</p>
        </Note>
      ) : null}
      {waiting > failed ? (
        <Note tone="success">
          <p>{t('courier.written')}</p>
        </Note>
      ) : null}
    </>
  );
}
