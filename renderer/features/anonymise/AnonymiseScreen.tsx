import { Images, Users } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { AnonymisationRunId } from '@shared/model/ids';
import { anonymiseThese, useAnonymiseBasket } from '../../app/anonymiseBasket';
import { useJobs } from '../../app/jobs';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { JobProgress } from '../../components/JobProgress';
import { Card, Page, Row } from '../../components/Surface';
import { PatientPicker } from '../patients/PatientPicker';
import { useState } from 'react';
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
      {basket ? <AnonymiseForm key={JSON.stringify(basket)} basket={basket} /> : <ChooseWhat />}
    </Page>
  );
}

function ChooseWhat() {
  const { t } = useTranslation();
  const [picking, setPicking] = useState(false);
  return (
    <Card title={t('anonymise.choose')}>
      <p>{t('anonymise.chooseHint')}</p>
      <Row>
        <Button look="primary" large icon={Users} onPress={() => setPicking(true)}>
          {t('exporting.choosePatient')}
        </Button>
        <Button large icon={Images} onPress={() => navigate({ screen: 'images' })}>
          {t('exporting.chooseImages')}
        </Button>
      </Row>
      <PatientPicker
        title={t('exporting.choosePatient')}
        open={picking}
        onClose={() => setPicking(false)}
        onPick={(row) => anonymiseThese({ patients: [row.patient] })}
      />
    </Card>
  );
}
