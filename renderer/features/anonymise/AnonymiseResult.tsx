import { KeyRound, UserRound } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnonymisationResult as Result } from '@shared/contract/anonymisation';
import type { AnonymisationRunId, PatientKey } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { personName, showNumber } from '../../app/format';
import { useJobs } from '../../app/jobs';
import { formatRoute, navigate } from '../../app/router';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { JobProgress } from '../../components/JobProgress';
import { Card, ErrorNote, Note, Page, Row } from '../../components/Surface';
import { LeftOut } from '../exporting/LeftOut';
import styles from './Anonymise.module.css';

/** With more anonymous patients than this their list says nothing; they are found among the patients. */
const mostPatients = 50;

/** How one act went: while it runs its progress, then where the copies are. */
export function AnonymiseResult({ run }: { readonly run: AnonymisationRunId }) {
  const { t } = useTranslation();
  const job = useJobs((state) => Object.values(state.jobs).find((each) => each.anonymisationRun === run));
  const running = job?.state === 'running';
  const { data, error, reload } = useQuery('anonymisation.result', running ? null : { run });
  useEffect(() => reload(), [reload, running]);
  return (
    <Page title={t('anonymise.result')} shape="narrow">
      {running ? (
        <Card>
          <JobProgress job={job} />
          <p>{t('anonymise.goOn')}</p>
        </Card>
      ) : null}
      {!running && error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {!running && data ? <Verdict result={data} /> : null}
    </Page>
  );
}

function Verdict({ result }: { readonly result: Result }) {
  const { t } = useTranslation();
  return (
    <>
      <Note tone={result.state === 'done' ? 'success' : 'warning'}>
        <p>
          <strong>{t('anonymise.made', { count: result.made, shown: showNumber(result.made) })}</strong>
        </p>
        {result.alreadyThere > 0 ? (
          <p>{t('anonymise.wereThere', { count: result.alreadyThere, shown: showNumber(result.alreadyThere) })}</p>
        ) : null}
        {result.state === 'done' ? null : <p>{t('anonymise.notWhole')}</p>}
      </Note>
      {result.leftOut.length > 0 ? <LeftOut rows={result.leftOut} /> : null}
      {result.patients.length > 0 ? (
        <Card title={t('anonymise.copies')}>
          <ul className={cx(styles.list)}>
            {result.patients.slice(0, mostPatients).map((patient) => (
              <li key={patient}>
                <AnonymousPatient patient={patient} />
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      <Note tone="info">
        <p>{t('anonymise.keysKept')}</p>
      </Note>
      <Row>
        <Button icon={KeyRound} onPress={() => navigate({ screen: 'manage', page: 'keys' })}>
          {t('keys.title')}
        </Button>
      </Row>
    </>
  );
}

function AnonymousPatient({ patient }: { readonly patient: PatientKey }) {
  const { t } = useTranslation();
  const { data } = useQuery('patients.get', { patient });
  return (
    <a className={cx(styles.row)} href={formatRoute({ screen: 'patient', patient })} draggable={false}>
      <UserRound aria-hidden size={24} />
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{data ? personName(data.PatientName) : t('common.loading')}</bdi>
        </strong>
        {data ? (
          <span className={cx(styles.soft)}>
            {t('patients.images', { count: data.images, shown: showNumber(data.images) })}
          </span>
        ) : null}
      </span>
    </a>
  );
}
