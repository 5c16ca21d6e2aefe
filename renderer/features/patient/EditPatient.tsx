import { useTranslation } from 'react-i18next';
import type { PatientKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { noteChange } from '../../app/changes';
import { goBack, navigate } from '../../app/router';
import { say } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { useQuery } from '../../app/useQuery';
import { ErrorNote, Page } from '../../components/Surface';
import { draftOf } from './draft';
import { PatientForm } from './PatientForm';

/** Changing a patient's card; a temporary patient becomes a known one here. */
export function EditPatient({ patient }: { readonly patient: PatientKey }) {
  const { t } = useTranslation();
  const isHere = useIsHere();
  const { data, error, reload } = useQuery('patients.get', { patient });
  const details = useQuery('patients.details', { patient });
  return (
    <Page title={t('form.editTitle')} subtitle={t('form.editHint')} shape="narrow">
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {details.error && !error ? <ErrorNote error={details.error} onRetry={details.reload} /> : null}
      {data && details.data ? (
        <PatientForm
          start={draftOf(data)}
          details={details.data}
          before={data}
          saveLabel={t('common.save')}
          onCancel={goBack}
          onSave={async (changes, changedDetails) => {
            await ask('patients.update', { patient, changes });
            await ask('patients.saveDetails', { patient, changes: changedDetails });
            noteChange();
            say({ tone: 'success', text: t('form.saved') });
            if (isHere.current) navigate({ screen: 'patient', patient }, { replace: true });
          }}
        />
      ) : null}
    </Page>
  );
}
