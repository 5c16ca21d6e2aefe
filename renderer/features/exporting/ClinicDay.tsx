import { CalendarDays } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClinicKey } from '@shared/model/ids';
import { exportThese } from '../../app/exportBasket';
import { today } from '../../app/format';
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
  if (clinics.length === 0) return null;
  return (
    <Card title={t('exporting.clinicDay')}>
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
      <Row>
        <Button
          icon={CalendarDays}
          isDisabled={clinic === null || (!whole && day === '')}
          onPress={() => clinic !== null && exportThese({ clinicDays: [{ clinic, day: whole ? null : day }] })}
        >
          {whole ? t('exporting.chooseClinic') : t('exporting.chooseDay')}
        </Button>
        <Checkbox checked={whole} onChange={setWhole}>
          {t('exporting.wholeClinic')}
        </Checkbox>
      </Row>
    </Card>
  );
}
