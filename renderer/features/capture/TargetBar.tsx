import { UserRoundSearch, UserRoundX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { showBirth, together } from '../../app/format';
import { formatRoute } from '../../app/router';
import { useSession } from '../../app/session';
import { aimAt, useTarget } from '../../app/target';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { PersonName } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { PatientPicker } from '../patients/PatientPicker';
import styles from './TargetBar.module.css';

/** Whose pictures these will be, and where we are: always in sight, so that nothing lands on the wrong person. */
export function TargetBar() {
  const { t } = useTranslation();
  const patient = useTarget((state) => state.patient);
  const unassigned = useTarget((state) => state.unassigned);
  const { settings, clinics, stations } = useSession();
  const { data } = useQuery('patients.get', patient === null ? null : { patient }, { live: true });
  const [picking, setPicking] = useState(false);
  const clinic = clinics.find((row) => row.clinic === settings?.clinic);
  const station = stations.find((row) => row.station === settings?.station);
  const place = clinic ? together(clinic.name, station?.name ?? '') : t('day.noneToday');
  return (
    <section className={cx(styles.bar)} aria-label={t('capture.whose')}>
      <span className={cx(styles.face)}>
        <Thumb image={data?.headshot ?? null} fallback="face" />
      </span>
      <span className={cx(styles.who)}>
        {data ? (
          <a className={cx(styles.name)} href={formatRoute({ screen: 'patient', patient: data.patient })}>
            <PersonName value={data.PatientName} />
          </a>
        ) : (
          <strong>{patient === null ? t('capture.noPatient') : ' '}</strong>
        )}
        <span className={cx(styles.soft)}>
          {data ? together(data.PatientID, showBirth(data)) : unassigned ? t('capture.unassigned') : ' '}
        </span>
        <span className={cx(styles.soft)}>{place}</span>
      </span>
      {data ? (
        <Button icon={UserRoundX} look="quiet" onPress={() => aimAt(null)}>
          {t('capture.withoutPatient')}
        </Button>
      ) : null}
      <Button
        icon={UserRoundSearch}
        look={data || unassigned ? 'secondary' : 'primary'}
        onPress={() => setPicking(true)}
      >
        {data ? t('capture.changePatient') : t('capture.choosePatient')}
      </Button>
      <PatientPicker open={picking} onClose={() => setPicking(false)} onPick={(row) => aimAt(row.patient)} />
    </section>
  );
}
