import { useTranslation } from 'react-i18next';
import type { ExportResult as Result } from '@shared/contract/release';
import type { ExportKey } from '@shared/model/ids';
import { useBasket } from '../../app/exportBasket';
import { showBytes, showInstant, showNumber } from '../../app/format';
import { useJobs } from '../../app/jobs';
import { formatRoute } from '../../app/router';
import { useQuery } from '../../app/useQuery';
import { cx } from '../../app/cx';
import { Badge, Card, ErrorNote, Page } from '../../components/Surface';
import type { Tone } from '../../components/Surface';
import { JobProgress } from '../../components/JobProgress';
import { ChooseWhat } from './ChooseWhat';
import { ExportForm } from './ExportForm';
import { ExportResult } from './ExportResult';
import list from '../importing/Importing.module.css';

/** Giving out: what, in which form, where to; then the proof that it was read back and is equal. */
export function ExportScreen({ exportKey }: { readonly exportKey: ExportKey | null }) {
  const { t } = useTranslation();
  const basket = useBasket((state) => state.basket);
  if (exportKey !== null) return <ExportResult key={exportKey} exportKey={exportKey} />;
  return (
    <Page title={t('exporting.title')} subtitle={t('exporting.subtitle')} shape="narrow">
      <RunningExports />
      {basket ? <ExportForm key={JSON.stringify(basket)} basket={basket} /> : <ChooseWhat />}
      <PastExports />
    </Page>
  );
}

function RunningExports() {
  const { t } = useTranslation();
  const jobs = useJobs((state) => state.jobs);
  const running = Object.values(jobs).filter((job) => job.type === 'export' && job.state === 'running');
  if (running.length === 0) return null;
  return (
    <Card title={t('exporting.running')}>
      {running.map((job) => (
        <JobProgress key={job.job} job={job} />
      ))}
    </Card>
  );
}

/** The colour that goes with how an export ended. */
export const exportTone: Readonly<Record<Result['state'], Tone>> = {
  running: 'info',
  proven: 'success',
  failed: 'error',
  cancelled: 'warning',
  interrupted: 'warning',
};

function PastExports() {
  const { t } = useTranslation();
  const finished = useJobs(
    (state) => Object.values(state.jobs).filter((job) => job.type === 'export' && job.state !== 'running').length,
  );
  return <PastList key={finished} title={t('exporting.past')} />;
}

function PastList({ title }: { readonly title: string }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('export.list', { limit: 50 });
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data || data.rows.length === 0) return null;
  return (
    <Card title={title}>
      <ul className={cx(list.sessions)}>
        {data.rows.map((row) => (
          <li key={row.exportKey}>
            <a className={cx(list.session)} href={formatRoute({ screen: 'export', exportKey: row.exportKey })}>
              <span className={cx(list.grow)}>
                <strong>
                  <bdi>{row.target}</bdi>
                </strong>
                <span className={cx(list.soft)}>
                  {showInstant(row.startedAt)} · {t(`exporting.form.${row.form}`)} ·{' '}
                  {t('patients.images', { count: row.images, shown: showNumber(row.images) })} · {showBytes(row.bytes)}
                </span>
              </span>
              <Badge tone={exportTone[row.state]}>{t(`exporting.state.${row.state}`)}</Badge>
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
