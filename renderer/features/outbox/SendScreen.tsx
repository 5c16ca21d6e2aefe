import { useTranslation } from 'react-i18next';
import { sendThese, useSendBasket } from '../../app/sendBasket';
import { Page } from '../../components/Surface';
import { ChooseImages } from '../patients/ChooseImages';
import { SendForm } from './SendForm';

/** Sending: what, to whom, how anonymous. */
export function SendScreen() {
  const { t } = useTranslation();
  const { basket, files } = useSendBasket();
  return (
    <Page title={t('outbox.form.title')} subtitle={t('outbox.form.subtitle')} shape="narrow">
      {basket ? (
        <SendForm key={JSON.stringify([basket, files])} basket={basket} files={files} />
      ) : (
        <ChooseImages
          title={t('outbox.form.choose')}
          hint={t('outbox.form.chooseHint')}
          onPick={(row) => sendThese({ patients: [row.patient] })}
        />
      )}
    </Page>
  );
}
