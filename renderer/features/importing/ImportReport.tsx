import { ArrowLeft, CircleCheck, CopyCheck, Images, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportSessionKey } from '@shared/model/ids';
import { showBytes, showInstant, showNumber, together } from '../../app/format';
import { useJobs } from '../../app/jobs';
import { navigate } from '../../app/router';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { JobProgress } from '../../components/JobProgress';
import { ErrorNote, Note, Page } from '../../components/Surface';
import { viewImagesOf } from './PastSessions';
import { ReportItems } from './ReportItems';

type Outcome = 'added' | 'alreadyStored' | 'rejected';

/** What became of every file of one import: added, already here, or put aside with the reason. */
export function ImportReport({ session }: { readonly session: ImportSessionKey }) {
  const { t } = useTranslation();
  const job = useJobs((state) => Object.values(state.jobs).find((each) => each.importSession === session));
  const { data, error, reload } = useQuery('import.session', { session }, { live: true });
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const running = job?.state === 'running';
  useEffect(() => reload(), [reload, running]);
  const counts = running ? job : data;
  const shown: Outcome = outcome ?? (counts && counts.rejected > 0 && !running ? 'rejected' : 'added');
  const number = (value: number | undefined): string => (value === undefined ? ' ' : showNumber(value));

  return (
    <Page
      title={t('importing.report')}
      shape="fixed"
      subtitle={
        data
          ? together(
              data.label || t(`source.${data.source}`),
              showInstant(data.startedAt),
              running ? '' : t('importing.files', { count: data.files, shown: showNumber(data.files) }),
              running || data.bytes === 0 ? '' : showBytes(data.bytes),
            )
          : ' '
      }
      actions={
        <>
          {data && data.added + data.alreadyStored > 0 ? (
            <Button icon={Images} onPress={() => void viewImagesOf(data).catch(sayError)}>
              {t('importing.images')}
            </Button>
          ) : null}
          <Button icon={ArrowLeft} onPress={() => navigate({ screen: 'import' })}>
            {t('importing.another')}
          </Button>
        </>
      }
    >
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {running ? <JobProgress job={job} /> : null}
      {data && !running && data.state !== 'running' ? <Verdict state={data.state} rejected={data.rejected} /> : null}
      <div>
        <Choices
          label={t('importing.show')}
          hideLabel
          options={[
            { id: 'added', label: `${number(counts?.added)} ${t('importing.outcome.added')}`, icon: CircleCheck },
            {
              id: 'alreadyStored',
              label: `${number(counts?.alreadyStored)} ${t('importing.outcome.alreadyStored')}`,
              icon: CopyCheck,
            },
            {
              id: 'rejected',
              label: `${number(counts?.rejected)} ${t('importing.outcome.rejected')}`,
              icon: TriangleAlert,
            },
          ]}
          value={shown}
          onChange={setOutcome}
        />
      </div>
      <ReportItems key={`${session} ${shown} ${running}`} session={session} outcome={shown} running={running} />
    </Page>
  );
}

function Verdict({
  state,
  rejected,
}: {
  readonly state: 'done' | 'cancelled' | 'failed' | 'interrupted';
  readonly rejected: number;
}) {
  const { t } = useTranslation();
  if (state !== 'done') {
    return (
      <Note tone="warning">
        <p>{t(`importing.ended.${state}`)}</p>
      </Note>
    );
  }
  return (
    <Note tone={rejected > 0 ? 'warning' : 'success'}>
      <p>
        {rejected > 0
          ? t('importing.doneWithAside', { count: rejected, shown: showNumber(rejected) })
          : t('importing.doneAll')}
      </p>
    </Note>
  );
}
