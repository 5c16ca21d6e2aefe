import { CalendarDays, Users } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClinicKey } from '@shared/model/ids';
import { exportThese } from '../../app/exportBasket';
import { today } from '../../app/format';
import { navigate } from '../../app/router';
import { useSession } from '../../app/session';
import { Button } from '../../components/Button';
import { Checkbox, Select } from '../../components/Choice';
import { DateField } from '../../components/DateField';
import { Card, Columns, Row } from '../../components/Surface';

/** Choosing a whole clinic, or one day of it. */
export function ClinicDay() {
  const { t } = useTranslation();
  const clinics = useSession((state) => state.clinics);
  const todays = useSession((state) => state.settings?.clinic ?? null);
  const [clinic, setClinic] = useState<ClinicKey | null>(todays);
  const [day, setDay] = useState(today());
  const [whole, setWhole] = useState(false);
  return (
    <Card title={t('exporting.choose')}>
      <Row>
        <Button large icon={Users} onPress={() => navigate({ screen: 'patients' })}>
          {t('exporting.choosePatient')}
        </Button>
      </Row>
      {clinics.length === 0 ? null : (
        <>
          <Columns>
            <Select
              label={t('day.clinic')}
              options={clinics.map((row) => ({ id: row.clinic, label: row.name }))}
              value={clinic}
              onChange={setClinic}
              placeholder={t('exporting.pickClinic')}
            />
            {whole ? null : <DateField label={t('exporting.day')} value={day} onChange={setDay} />}
          </Columns>
          <Checkbox checked={whole} onChange={setWhole}>
            {t('exporting.wholeClinic')}
          </Checkbox>
          <Row>
            <Button
              large
              icon={CalendarDays}
              isDisabled={clinic === null || (!whole && day === '')}
              onPress={() => clinic !== null && exportThese({ clinicDays: [{ clinic, day: whole ? null : day }] })}
            >
              {t('exporting.chooseDay')}
            </Button>
          </Row>
        </>
      )}
    </Card>
  );
}
