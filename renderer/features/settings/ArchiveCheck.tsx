import { DatabaseZap, ScanSearch, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VerifyReport } from '@shared/contract/archive';
import { ask } from '../../app/api';
import { showBytes, showInstant, showNumber } from '../../app/format';
import { useJobs } from '../../app/jobs';
import { useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { JobProgress } from '../../components/JobProgress';
import { Card, Note, Row } from '../../components/Surface';

/** Proving that the archive is whole, and making its index again from the stored files. */
export function ArchiveCheck() {
  const { t } = useTranslation();
  const report = useSession((state) => state.status?.lastVerify ?? null);
  const jobs = useJobs((state) => state.jobs);
  const running = Object.values(jobs).filter(
    (job) => job.state === 'running' && (job.type === 'verify' || job.type === 'rebuild'),
  );
  const [asking, setAsking] = useState(false);
  const verify = (deep: boolean): void => void ask('archive.verify', { deep }).catch(sayError);
  const busy = running.length > 0;
  return (
    <Card title={t('archive.check')}>
      <p>{t('archive.checkHint')}</p>
      <Row>
        <Button icon={ShieldCheck} isDisabled={busy} onPress={() => verify(false)}>
          {t('archive.quick')}
        </Button>
        <Button icon={ScanSearch} isDisabled={busy} onPress={() => verify(true)}>
          {t('archive.deep')}
        </Button>
        <Button icon={DatabaseZap} isDisabled={busy} onPress={() => setAsking(true)}>
          {t('archive.rebuild')}
        </Button>
      </Row>
      {running.map((job) => (
        <JobProgress key={job.job} job={job} />
      ))}
      {report && !busy ? <Report report={report} /> : null}
      <Dialog title={t('archive.rebuild')} open={asking} onClose={() => setAsking(false)}>
        <p>{t('archive.rebuildHint')}</p>
        <Actions>
          <Button onPress={() => setAsking(false)}>{t('common.cancel')}</Button>
          <Button
            look="primary"
            onPress={() => {
              setAsking(false);
              ask('archive.rebuild', {}).catch(sayError);
            }}
          >
            {t('archive.rebuildNow')}
          </Button>
        </Actions>
      </Dialog>
    </Card>
  );
}

function Report({ report }: { readonly report: VerifyReport }) {
  const { t } = useTranslation();
  const bad = report.missing.length + report.corrupt.length;
  const when = showInstant(report.finishedAt);
  const counted = t('archive.checked', {
    count: report.objects,
    shown: showNumber(report.objects),
    size: showBytes(report.bytes),
  });
  return (
    <Note tone={bad > 0 ? 'error' : report.orphaned.length > 0 ? 'warning' : 'success'}>
      <p>
        <strong>{bad > 0 ? t('archive.damaged') : report.deep ? t('archive.wholeDeep') : t('archive.whole')}</strong>{' '}
        {counted} {when}
      </p>
      {report.missing.length > 0 ? (
        <p>{t('archive.missing', { count: report.missing.length, shown: showNumber(report.missing.length) })}</p>
      ) : null}
      {report.corrupt.length > 0 ? (
        <p>{t('archive.corrupt', { count: report.corrupt.length, shown: showNumber(report.corrupt.length) })}</p>
      ) : null}
      {report.orphaned.length > 0 ? (
        <p>{t('archive.orphaned', { count: report.orphaned.length, shown: showNumber(report.orphaned.length) })}</p>
      ) : null}
    </Note>
  );
}
