import { useTranslation } from 'react-i18next';
import { exportThese } from '../../app/exportBasket';
import { ChooseImages } from '../patients/ChooseImages';
import { ClinicDay } from './ClinicDay';

/** Nothing is chosen yet: a patient, some images, or a clinic day. */
export function ChooseWhat() {
  const { t } = useTranslation();
  return (
    <>
      <ChooseImages
        title={t('exporting.choose')}
        hint={t('exporting.emptyHint')}
        onPick={(row) => exportThese({ patients: [row.patient] })}
      />
      <ClinicDay />
    </>
  );
}
