import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RemoteRow } from '@shared/contract/sync';
import type { Fetchable } from '@shared/model/remotes/content';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate } from '../../app/format';
import { finished, useJobs } from '../../app/jobs';
import { refreshVocabulary } from '../../app/session';
import { say, sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { JobProgress } from '../../components/JobProgress';
import { Card } from '../../components/Surface';
import { kindIcons } from '../destinations/kinds';
import styles from '../sending/Sending.module.css';

/** What destinations have besides images, and the way to fetch it. Nothing when none of them has anything. */
export function FetchCard({ remotes }: { readonly remotes: readonly RemoteRow[] }) {
  const { t } = useTranslation();
  const jobs = useJobs((state) => state.jobs);
  const able = remotes.filter(({ abilities }) => abilities.fetches.length > 0);
  if (able.length === 0) return null;
  const running = Object.values(jobs).filter((job) => job.type === 'fetch' && job.state === 'running');
  return (
    <Card title={t('matching.fetchTitle')}>
      <p>{t('matching.fetchHint')}</p>
      <ul className={cx(styles.lines)}>
        {able.map((row) => (
          <li key={row.remote} className={cx(styles.line)}>
            <FetchLine row={row} />
          </li>
        ))}
      </ul>
      {running.map((job) => (
        <JobProgress key={job.job} job={job} />
      ))}
    </Card>
  );
}

function FetchLine({ row }: { readonly row: RemoteRow }) {
  const { t } = useTranslation();
  const may = useMay('remotes.fetch');
  const [busy, setBusy] = useState<ReadonlySet<Fetchable>>(new Set());
  const { remote, name, settings, abilities } = row;
  const Icon = kindIcons[settings.kind];
  const fetch = async (what: Fetchable): Promise<void> => {
    setBusy((before) => new Set([...before, what]));
    try {
      const { job } = await ask('remotes.fetch', { remote, what });
      // Why it did not come to its end is told where all jobs are told of.
      if (!(await finished(job))) return;
      await refreshVocabulary();
      const { added = 0, alreadyStored = 0, rejected = 0 } = useJobs.getState().jobs[job] ?? {};
      say({
        tone: rejected > 0 ? 'warning' : 'success',
        text: t('matching.fetched', {
          name: isolate(name),
          counts: t('jobs.importCounts', { added, already: alreadyStored, aside: rejected }),
        }),
      });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy((before) => new Set([...before].filter((other) => other !== what)));
    }
  };
  return (
    <>
      <Icon aria-hidden size={24} strokeWidth={1.75} />
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{name}</bdi>
        </strong>
      </span>
      <span className={cx(styles.end)}>
        {abilities.fetches.map((what) => (
          <Button
            key={what}
            icon={Download}
            busy={busy.has(what)}
            isDisabled={!may}
            aria-label={t('matching.fetchOf', { what: t(`matching.fetch.${what}`), name })}
            onPress={() => void fetch(what)}
          >
            {t(`matching.fetch.${what}`)}
          </Button>
        ))}
      </span>
    </>
  );
}
