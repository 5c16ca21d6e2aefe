import { useTranslation } from 'react-i18next';
import { ask } from '../../app/api';
import { noteChange } from '../../app/changes';
import { guessName, personName } from '../../app/format';
import { goBack, navigate } from '../../app/router';
import { say, sayError } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { noDetails } from '@shared/model/details';
import { useQuery } from '../../app/useQuery';
import { Page } from '../../components/Surface';
import { PatientForm } from './PatientForm';

/** A new patient; what was typed into the search is taken over as the name, or as the number when it is one. */
export function RegisterPatient({ typed }: { readonly typed: string }) {
  const { t } = useTranslation();
  const isHere = useIsHere();
  const suggestion = useQuery('patients.suggestNumber', {});
  const isNumber = /\d/.test(typed) && !/\s/.test(typed.trim());
  if (suggestion.loading)
    return (
      <Page title={t('form.registerTitle')} shape="narrow">
        {null}
      </Page>
    );
  const suggested = suggestion.data?.PatientID ?? '';
  return (
    <Page title={t('form.registerTitle')} subtitle={t('form.registerHint')} shape="narrow">
      <PatientForm
        start={{
          name: guessName(isNumber ? '' : typed),
          number: isNumber ? typed.trim() : suggested,
          sex: '',
          precision: 'known',
          birthDate: '',
          age: '',
          ageUnit: 'years',
          temporary: false,
          consent: 'not-asked',
          note: '',
        }}
        details={noDetails}
        suggestedNumber={suggested}
        saveLabel={t('form.register')}
        onCancel={goBack}
        onSave={async (input, changes) => {
          const row = await ask('patients.register', input);
          // Whoever is registered is registered: what cannot be written besides is told, and can be entered again.
          await ask('patients.saveDetails', { patient: row.patient, changes }).catch(sayError);
          noteChange();
          say({ tone: 'success', text: t('form.registered', { name: personName(row.PatientName) }) });
          if (isHere.current) navigate({ screen: 'patient', patient: row.patient }, { replace: true });
        }}
      />
    </Page>
  );
}
