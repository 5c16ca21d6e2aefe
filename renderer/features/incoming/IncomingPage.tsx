import { HardDriveDownload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ImportSession } from '@shared/contract/intake';
import { cx } from '../../app/cx';
import { showInstant, showNumber, together } from '../../app/format';
import { useJobs } from '../../app/jobs';
import { formatRoute } from '../../app/router';
import { useQuery } from '../../app/useQuery';
import { Badge, Card, Empty, ErrorNote, Page } from '../../components/Surface';
import type { Tone } from '../../components/Surface';
import { JobProgress } from '../../components/JobProgress';
import list from '../importing/Importing.module.css';
import { ScpCard } from './ScpCard';

const tones: Readonly<Record<ImportSession['state'], Tone>> = {
  running: 'info',
  done: 'success',
  cancelled: 'warning',
  failed: 'error',
  interrupted: 'warning',
};

/** What comes from elsewhere: machines on the network, boxes, and what was fetched from a PACS. */
export function IncomingPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('incoming.title')} subtitle={t('incoming.subtitle')} shape="narrow">
      <ScpCard />
      <Running />
      <Sessions />
    </Page>
  );
}

function Running() {
  const { t } = useTranslation();
  const jobs = useJobs((state) => state.jobs);
  const running = Object.values(jobs).filter((job) => job.type === 'import' && job.state === 'running');
  if (running.length === 0) return null;
  return (
    <Card title={t('incoming.running')}>
      {running.map((job) => (
        <JobProgress key={job.job} job={job} />
      ))}
    </Card>
  );
}

const FROM_ELSEWHERE: ReadonlySet<ImportSession['source']> = new Set<ImportSession['source']>(['scp', 'box', 'api']);

function Sessions() {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('import.sessions', { limit: 500 }, { live: true });
  const rows = (data?.rows ?? []).filter(({ source }) => FROM_ELSEWHERE.has(source));
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (data && rows.length === 0) {
    return (
      <Empty icon={HardDriveDownload} title={t('incoming.empty')}>
        {t('incoming.emptyHint')}
      </Empty>
    );
  }
  if (rows.length === 0) return null;
  return (
    <Card title={t('incoming.list')}>
      <ul className={cx(list.sessions)}>
        {rows.map((row) => (
          <li key={row.session}>
            <a className={cx(list.session)} href={formatRoute({ screen: 'import', session: row.session })}>
              <span className={cx(list.grow)}>
                <strong>
                  <bdi>{row.label}</bdi>
                </strong>
                <span className={cx(list.soft)}>
                  {together(
                    showInstant(row.startedAt),
                    t(`source.${row.source}`),
                    t('incoming.added', { count: row.added, shown: showNumber(row.added) }),
                    row.alreadyStored > 0
                      ? t('incoming.already', { count: row.alreadyStored, shown: showNumber(row.alreadyStored) })
                      : '',
                    row.rejected > 0
                      ? t('incoming.aside', { count: row.rejected, shown: showNumber(row.rejected) })
                      : '',
                  )}
                </span>
              </span>
              <Badge tone={tones[row.state]}>{t(`importing.state.${row.state}`)}</Badge>
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
