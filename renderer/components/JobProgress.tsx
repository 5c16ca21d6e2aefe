import { useTranslation } from 'react-i18next';
import type { Job } from '@shared/contract/archive';
import { showBytes, showNumber } from '../app/format';
import { cancelJob, percent } from '../app/jobs';
import { Button } from './Button';
import { Progress, Row } from './Surface';

/** A running job: what it does, how far it is, and a way to stop it. */
export function JobProgress({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const counts = t('jobs.counts', { done: showNumber(job.done), total: showNumber(job.total) });
  const bytes = job.bytesDone > 0 ? showBytes(job.bytesDone) : '';
  return (
    <div role="group" aria-label={t(`jobs.type.${job.type}`)}>
      <Progress
        label={`${t(`jobs.type.${job.type}`)}: ${t(`jobs.phase.${job.phase}`)}`}
        value={percent(job)}
        detail={counts}
      />
      {job.type === 'import' ? (
        <p>{t('jobs.importCounts', { added: job.added, already: job.alreadyStored, aside: job.rejected })}</p>
      ) : null}
      <Row>
        <span>{bytes}</span>
        <Button onPress={() => cancelJob(job.job)}>{t('jobs.stop')}</Button>
      </Row>
    </div>
  );
}
