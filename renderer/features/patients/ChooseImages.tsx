import { Images, Users } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientRow } from '@shared/model/rows';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Card, Row } from '../../components/Surface';
import { PatientPicker } from './PatientPicker';

interface Props {
  readonly title: string;
  readonly hint: string;
  readonly onPick: (patient: PatientRow) => void;
}

/** For screens that were opened without anything chosen: a patient, or the list of images to choose from. */
export function ChooseImages({ title, hint, onPick }: Props) {
  const { t } = useTranslation();
  const [picking, setPicking] = useState(false);
  return (
    <Card title={title}>
      <p>{hint}</p>
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
        onPick={onPick}
      />
    </Card>
  );
}
