import { FileText, HardDriveDownload } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '@shared/contract/archive';
import type { CourierReading } from '@shared/contract/courier';
import type { FieldboxError } from '@shared/errors';
import { asFieldboxError } from '@shared/errors';
import type { JobId } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { jobError, useJobs } from '../../app/jobs';
import { navigate } from '../../app/router';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { JobProgress } from '../../components/JobProgress';
import { Card, ErrorNote, Note, Row } from '../../components/Surface';
import { PathField } from '../destinations/forms/others';
import styles from '../sending/Sending.module.css';
import { Refused } from './Refused';
import { BundleLine, ReceiptLine } from './ReportLines';
import { useLastReading } from './reading';

/** Reading a stick that has come: where it is, how far it is, and what was on it. */
export function ReadCard() {
  const { t } = useTranslation();
  const last = useLastReading(({ job }) => job);
  const job = useJobs(({ jobs }) => (last === null ? undefined : jobs[last]));
  const found = useReading(last, job);
  const [path, setPath] = useState('');
  const [receipts, setReceipts] = useState('');
  const [error, setError] = useState<FieldboxError | null>(null);
  const [busy, setBusy] = useState(false);
  const running = job?.state === 'running';
  const isUnconfirmed = found.data?.bundles.some(({ receiptFault }) => receiptFault !== null) === true;
  const read = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const elsewhere = receipts.trim();
      useLastReading.setState(
        await ask('courier.read', { path: path.trim(), ...(elsewhere !== '' && { receipts: elsewhere }) }),
      );
    } catch (thrown) {
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={t('courier.read')}>
      <p>{t('courier.readHint')}</p>
      <PathField hint={t('courier.readWhere')} path={path} onPath={setPath} />
      {isUnconfirmed || receipts !== '' ? (
        <section className={cx(styles.list)} aria-label={t('courier.receiptsElsewhere')}>
          <h3>{t('courier.receiptsElsewhere')}</h3>
          <PathField hint={t('courier.receiptsElsewhereHint')} path={receipts} onPath={setReceipts} />
        </section>
      ) : null}
      {path.trim() === '' ? <p>{t('courier.sayWhere')}</p> : null}
      <Row>
        <Button
          look="primary"
          icon={HardDriveDownload}
          busy={busy || running}
          isDisabled={path.trim() === ''}
          onPress={() => void read()}
        >
          {t('courier.read')}
        </Button>
      </Row>
      {error ? <ErrorNote error={error} /> : null}
      {running ? <JobProgress job={job} /> : null}
      {job?.state === 'cancelled' ? (
        <Note tone="warning">
          <p>{t('jobs.cancelled')}</p>
        </Note>
      ) : null}
      {job?.state === 'failed' && job.error ? <ErrorNote error={jobError(job.error)} /> : null}
      {found.error ? <ErrorNote error={found.error} onRetry={found.reload} /> : null}
      {found.data ? <Found found={found.data} job={job} /> : null}
    </Card>
  );
}

/** What a reading has found so far, asked for again with every step of its job. */
function useReading(last: JobId | null, job: Job | undefined) {
  const { data, error, reload } = useQuery('courier.reading', last === null ? null : { job: last });
  const step = job ? `${job.state} ${String(job.done)}` : '';
  useEffect(() => {
    if (step !== '') reload();
  }, [step, reload]);
  // Another archive was opened meanwhile: it knows nothing of that stick.
  return { data, error: error?.code === 'NOT_FOUND' ? null : error, reload };
}

function Found({ found, job }: { readonly found: CourierReading; readonly job: Job | undefined }) {
  const { t } = useTranslation();
  const { bundles, receipts } = found;
  // Each bundle is an import of its own; the job names the last one.
  const session = bundles.filter(({ images }) => images > 0).length === 1 ? (job?.importSession ?? null) : null;
  const showEach = (): void =>
    navigate(session === null ? { screen: 'sending', page: 'incoming' } : { screen: 'import', session });
  if (bundles.length + receipts.length === 0)
    return found.running ? null : (
      <Note tone="info">
        <p>{t('courier.nothingForUs')}</p>
      </Note>
    );
  return (
    <>
      <ul className={cx(styles.lines)} aria-label={t('courier.found')}>
        {bundles.map((bundle) => (
          <BundleLine key={bundle.file} bundle={bundle} />
        ))}
        {receipts.map((receipt) => (
          <ReceiptLine key={receipt.file} receipt={receipt} />
        ))}
      </ul>
      {session !== null && !found.running && bundles.some(({ rejected }) => rejected > 0) ? (
        <Refused session={session} />
      ) : null}
      {bundles.some(({ images }) => images > 0) && !found.running ? (
        <Row>
          <Button icon={FileText} onPress={showEach}>
            {t('courier.eachImage')}
          </Button>
        </Row>
      ) : null}
    </>
  );
}
