import { useTranslation } from 'react-i18next';
import type { PatientKey } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { showBirth } from '../../app/format';
import { navigate } from '../../app/router';
import { useDebounced, useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Note, PersonName } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import styles from './SimilarPeople.module.css';

interface Props {
  readonly name: string;
  readonly number: string;
  readonly birthDate: string;
  readonly except: PatientKey | null;
}

/** People who might be the one being typed, with their faces and the reason; stops the second card of one person at the door. */
export function SimilarPeople({ name, number, birthDate, except }: Props) {
  const { t, i18n } = useTranslation();
  const typed = useDebounced(
    JSON.stringify({ PatientName: name, PatientID: number.trim(), PatientBirthDate: birthDate }),
    300,
  );
  const worth = name.replaceAll('^', '').length > 1;
  const { data } = useQuery(
    'patients.similar',
    worth ? (JSON.parse(typed) as { PatientName: string; PatientID: string; PatientBirthDate: string }) : null,
  );
  const rows = (data?.rows ?? []).filter(({ row }) => row.patient !== except).slice(0, 4);
  if (rows.length === 0) return null;
  const reasons = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  return (
    <Note tone="warning">
      <h3>{t('form.similar', { count: rows.length })}</h3>
      <ul className={cx(styles.list)}>
        {rows.map(({ row, reasons: why }) => (
          <li key={row.patient} className={cx(styles.row)}>
            <Thumb image={row.headshot} fallback="face" />
            <span className={cx(styles.text)}>
              <PersonName value={row.PatientName} />
              <span>
                <bdi>{row.PatientID}</bdi> · {showBirth(row)}
              </span>
              <span className={cx(styles.why)}>
                {t('form.same', { what: reasons.format(why.map((reason) => t(`form.reason.${reason}`))) })}
              </span>
            </span>
            <Button onPress={() => navigate({ screen: 'patient', patient: row.patient })}>{t('form.openThis')}</Button>
          </li>
        ))}
      </ul>
    </Note>
  );
}
