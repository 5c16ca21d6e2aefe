import { useTranslation } from 'react-i18next';
import type { PatientKey } from '@shared/model/ids';
import type { PatientRow } from '@shared/model/rows';
import { Sex } from '@shared/model/vocabulary';
import { ask } from '../../app/api';
import { noteChange } from '../../app/changes';
import { monthsNow, splitName } from '../../app/format';
import { goBack, navigate } from '../../app/router';
import { say } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { ErrorNote, Page } from '../../components/Surface';
import { PatientForm } from './PatientForm';
import type { Draft } from './PatientForm';

/** The stored person as the form shows it: the age of today, under two years in months. */
export function draftOf(row: PatientRow): Draft {
  const sex = Sex.safeParse(row.PatientSex);
  const old = monthsNow(row);
  const months = old !== null && old < 24;
  const age = old === null ? '' : String(months ? old : Math.round(old / 1.2) / 10);
  return {
    name: splitName(row.PatientName),
    number: row.PatientID,
    sex: sex.success ? sex.data : '',
    precision: row.birthDatePrecision,
    birthDate: row.PatientBirthDate,
    age,
    ageUnit: months ? 'months' : 'years',
    temporary: row.temporary,
    consent: row.consent,
    note: row.note,
  };
}

/** Changing a patient's card; a temporary patient becomes a known one here. */
export function EditPatient({ patient }: { readonly patient: PatientKey }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('patients.get', { patient });
  return (
    <Page title={t('form.editTitle')} subtitle={t('form.editHint')} shape="narrow">
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data ? (
        <PatientForm
          start={draftOf(data)}
          before={data}
          saveLabel={t('common.save')}
          onCancel={goBack}
          onSave={async (changes) => {
            await ask('patients.update', { patient, changes });
            noteChange();
            say({ tone: 'success', text: t('form.saved') });
            navigate({ screen: 'patient', patient }, { replace: true });
          }}
        />
      ) : null}
    </Page>
  );
}
