import { useTranslation } from 'react-i18next';
import type { AnonymisationRunId } from '@shared/model/ids';
import { anonymiseThese, useAnonymiseBasket } from '../../app/anonymiseBasket';
import { useJobs } from '../../app/jobs';
import { JobProgress } from '../../components/JobProgress';
import { Card, Page } from '../../components/Surface';
import { ChooseImages } from '../patients/ChooseImages';
import { AnonymiseForm } from './AnonymiseForm';
import { AnonymiseResult } from './AnonymiseResult';

/** Anonymous copies: of what, what stays, what must be covered; then what came of it. */
export function AnonymiseScreen({ run }: { readonly run: AnonymisationRunId | null }) {
  const { t } = useTranslation();
  const basket = useAnonymiseBasket((state) => state.basket);
  const jobs = useJobs((state) => state.jobs);
  if (run !== null) return <AnonymiseResult key={run} run={run} />;
  const running = Object.values(jobs).filter((job) => job.type === 'anonymise' && job.state === 'running');
  return (
    <Page title={t('anonymise.title')} subtitle={t('anonymise.subtitle')} shape="narrow">
      {running.map((job) => (
        <Card key={job.job}>
          <JobProgress job={job} />
        </Card>
      ))}
      {basket ? (
        <AnonymiseForm key={JSON.stringify(basket)} basket={basket} />
      ) : (
        <ChooseImages
          title={t('anonymise.choose')}
          hint={t('anonymise.chooseHint')}
          onPick={(row) => anonymiseThese({ patients: [row.patient] })}
        />
      )}
    </Page>
  );
}
