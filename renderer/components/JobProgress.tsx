import { CircleStop } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Job } from '@shared/contract/archive';
import { cx } from '../app/cx';
import { showBytes, showNumber } from '../app/format';
import { cancelJob, percent } from '../app/jobs';
import { Button } from './Button';
import { Progress } from './Surface';
import styles from './Surface.module.css';

/** A running job: what it does, how far it is, and a way to stop it. */
export function JobProgress({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const facts = [
    job.type === 'import'
      ? t('jobs.importCounts', { added: job.added, already: job.alreadyStored, aside: job.rejected })
      : '',
    job.bytesDone > 0 ? showBytes(job.bytesDone) : '',
  ];
  return (
    <div role="group" aria-label={t(`jobs.type.${job.type}`)} className={cx(styles.job)}>
      <Progress
        label={`${t(`jobs.type.${job.type}`)}: ${t(`jobs.phase.${job.phase}`)}`}
        value={percent(job)}
        detail={
          // What machines send has no end that is known before.
          job.total >= job.done
            ? t('jobs.counts', { done: showNumber(job.done), total: showNumber(job.total) })
            : showNumber(job.done)
        }
      />
      <div className={cx(styles.jobFoot)}>
        <span>{facts.filter(Boolean).join(' · ')}</span>
        <Button icon={CircleStop} onPress={() => cancelJob(job.job)}>
          {t('jobs.stop')}
        </Button>
      </div>
    </div>
  );
}
