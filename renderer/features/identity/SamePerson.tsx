import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientRow } from '@shared/model/rows';
import { cx } from '../../app/cx';
import { personName } from '../../app/format';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Note } from '../../components/Surface';
import { MergeDialog } from './MergeDialog';
import { Person } from './Person';
import styles from './Identity.module.css';

const MOST_SHOWN = 3;

/** Other cards that might be of the same person, with the reasons, and the way to compare and merge them. */
export function SamePerson({ row }: { readonly row: PatientRow }) {
  const { t, i18n } = useTranslation();
  const { PatientName, PatientID, PatientBirthDate, patient } = row;
  const birth = /^\d{8}$/.test(PatientBirthDate) ? PatientBirthDate : '';
  const input = {
    PatientName: PatientName.slice(0, 256),
    PatientID: PatientID.slice(0, 64),
    PatientBirthDate: birth,
    except: patient,
  };
  const { data } = useQuery('patients.similar', input, { live: true });
  const [other, setOther] = useState<PatientRow | null>(null);
  const rows = (data?.rows ?? []).slice(0, MOST_SHOWN);
  if (rows.length === 0) return null;
  const reasons = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  return (
    <Note tone="info">
      <h2 className={cx(styles.heading)}>{t('identity.merge.might')}</h2>
      <ul className={cx(styles.list)}>
        {rows.map(({ row: candidate, reasons: why }) => (
          <li key={candidate.patient}>
            <Person row={candidate}>
              <span className={cx(styles.soft)}>
                {t('form.same', { what: reasons.format(why.map((reason) => t(`form.reason.${reason}`))) })}
              </span>
              <Button
                onPress={() => setOther(candidate)}
                aria-label={t('identity.merge.compareNamed', { name: personName(candidate.PatientName) })}
              >
                {t('identity.merge.compare')}
              </Button>
            </Person>
          </li>
        ))}
      </ul>
      {other ? <MergeDialog one={row} other={other} onClose={() => setOther(null)} /> : null}
    </Note>
  );
}
