import { Images, Users } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { exportThese } from '../../app/exportBasket';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Card, Row } from '../../components/Surface';
import { PatientPicker } from '../patients/PatientPicker';
import { ClinicDay } from './ClinicDay';

/** Nothing is chosen yet: a patient, some images, or a clinic day. */
export function ChooseWhat() {
  const { t } = useTranslation();
  const [picking, setPicking] = useState(false);
  return (
    <>
      <Card title={t('exporting.choose')}>
        <p>{t('exporting.emptyHint')}</p>
        <Row>
          <Button look="primary" large icon={Users} onPress={() => setPicking(true)}>
            {t('exporting.choosePatient')}
          </Button>
          <Button large icon={Images} onPress={() => navigate({ screen: 'images' })}>
            {t('exporting.chooseImages')}
          </Button>
        </Row>
      </Card>
      <ClinicDay />
      <PatientPicker
        title={t('exporting.choosePatient')}
        open={picking}
        onClose={() => setPicking(false)}
        onPick={(row) => exportThese({ patients: [row.patient] })}
      />
    </>
  );
}
