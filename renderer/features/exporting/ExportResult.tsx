import { ArrowLeft, FolderSearch } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportResult as Result } from '@shared/contract/release';
import { FieldboxError, isErrorCode } from '@shared/errors';
import type { ExportKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { showBytes, showInstant, showNumber } from '../../app/format';
import { useJobs } from '../../app/jobs';
import { navigate } from '../../app/router';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { JobProgress } from '../../components/JobProgress';
import { Card, ErrorNote, Facts, Note, Page, Row } from '../../components/Surface';
import { LeftOut } from './LeftOut';

/** How one export went: while it runs its progress, then whether every file was read back and found equal. */
export function ExportResult({ exportKey }: { readonly exportKey: ExportKey }) {
  const { t } = useTranslation();
  const job = useJobs((state) => Object.values(state.jobs).find((each) => each.exportKey === exportKey));
  const { data, error, reload } = useQuery('export.get', { exportKey });
  const running = job?.state === 'running';
  useEffect(() => reload(), [reload, running]);
  return (
    <Page
      title={t('exporting.result')}
      shape="narrow"
      actions={
        <Button icon={ArrowLeft} onPress={() => navigate({ screen: 'export' })}>
          {t('exporting.back')}
        </Button>
      }
    >
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {running ? (
        <Card>
          <JobProgress job={job} />
          <p>{t('exporting.doNotUnplug')}</p>
        </Card>
      ) : null}
      {data && !running ? <Verdict result={data} /> : null}
      {data ? (
        <Card title={t('exporting.details')}>
          <Facts
            rows={[
              [t('exporting.target'), <bdi key="target">{data.target}</bdi>],
              [t('exporting.how'), t(`exporting.form.${data.form}`)],
              [t('exporting.whose'), data.anonymised ? t('exporting.anonymised') : t('exporting.whole')],
              [t('nav.images'), showNumber(data.images)],
              [t('exporting.filesWritten'), showNumber(data.files)],
              [t('exporting.filesVerified'), showNumber(data.verified)],
              [t('exporting.size'), showBytes(data.bytes)],
              [t('exporting.started'), showInstant(data.startedAt)],
              [t('exporting.finished'), data.finishedAt === null ? '–' : showInstant(data.finishedAt)],
            ]}
          />
          {data.leftOut.length > 0 ? <LeftOut rows={data.leftOut} /> : null}
          <Row>
            <Button icon={FolderSearch} onPress={() => void ask('path.reveal', { path: data.target }).catch(sayError)}>
              {t('exporting.reveal')}
            </Button>
          </Row>
        </Card>
      ) : null}
    </Page>
  );
}

function Verdict({ result }: { readonly result: Result }) {
  const { t } = useTranslation();
  if (result.state === 'running') return null;
  if (result.state === 'proven') {
    return (
      <Note tone="success">
        <h2>{t('exporting.proven', { count: result.verified, shown: showNumber(result.verified) })}</h2>
        <p>{t('exporting.provenHint')}</p>
      </Note>
    );
  }
  const code = result.error?.code ?? '';
  return (
    <>
      <Note tone={result.state === 'failed' ? 'error' : 'warning'}>
        <h2>{t(`exporting.bad.${result.state}`)}</h2>
        <p>{t('exporting.badHint')}</p>
      </Note>
      {isErrorCode(code) ? <ErrorNote error={new FieldboxError(code, result.error?.details ?? {})} /> : null}
    </>
  );
}
