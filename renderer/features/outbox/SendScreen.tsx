import { Images, Users } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { navigate } from '../../app/router';
import { sendThese, useSendBasket } from '../../app/sendBasket';
import { Button } from '../../components/Button';
import { Card, Page, Row } from '../../components/Surface';
import { PatientPicker } from '../patients/PatientPicker';
import { SendForm } from './SendForm';

/** Sending: what, to whom, how anonymous. */
export function SendScreen() {
  const { t } = useTranslation();
  const basket = useSendBasket((state) => state.basket);
  return (
    <Page title={t('outbox.form.title')} subtitle={t('outbox.form.subtitle')} shape="narrow">
      {basket ? <SendForm key={JSON.stringify(basket)} basket={basket} /> : <ChooseWhat />}
    </Page>
  );
}

function ChooseWhat() {
  const { t } = useTranslation();
  const [picking, setPicking] = useState(false);
  return (
    <Card title={t('outbox.form.choose')}>
      <p>{t('outbox.form.chooseHint')}</p>
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
        onPick={(row) => sendThese({ patients: [row.patient] })}
      />
    </Card>
  );
}
