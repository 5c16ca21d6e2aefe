import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { personName, sexName, showBirth, showDate, showNumber } from '../../app/format';
import { navigate } from '../../app/router';
import { say, sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { Note, PersonName } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { ReasonField } from './ReasonField';
import styles from './Identity.module.css';

interface Props {
  readonly one: PatientRow;
  readonly other: PatientRow;
  readonly onClose: () => void;
}

/** Two cards side by side; if they are one person, one of them stays. */
export function MergeDialog({ one, other, onClose }: Props) {
  const { t } = useTranslation();
  const [stays, setStays] = useState<string>(usual(one, other).patient);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const into = stays === other.patient ? other : one;
  const from = into === one ? other : one;
  const merge = (): void => {
    setBusy(true);
    ask('patients.merge', { from: from.patient, into: into.patient, reason: reason.trim() }).then(
      () => {
        say({ tone: 'success', text: t('identity.merge.done', { name: personName(into.PatientName) }) });
        onClose();
        navigate({ screen: 'patient', patient: into.patient }, { replace: true });
      },
      (error: unknown) => {
        setBusy(false);
        sayError(error);
      },
    );
  };
  return (
    <Dialog title={t('identity.merge.title')} open onClose={onClose} wide>
      <form
        className={cx(styles.form)}
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') merge();
        }}
      >
        <p>{t('identity.merge.text')}</p>
        <Comparison one={one} other={other} />
        {[one, other].some((row) => row.consent === 'no') && one.consent !== other.consent ? (
          <Note tone="warning">{t('identity.merge.consentNo')}</Note>
        ) : null}
        <Choices
          label={t('identity.merge.stays')}
          fill
          options={[one, other].map((row) => ({
            id: row.patient,
            label: `${personName(row.PatientName)} · ${row.PatientID}`,
          }))}
          value={into.patient}
          onChange={setStays}
        />
        <ReasonField value={reason} onChange={setReason} />
        <Actions>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={busy} isDisabled={reason.trim() === ''}>
            {t('identity.merge.do')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

/** Who stays if nobody says otherwise: a registered card rather than one from files, else the one with more images. */
function usual(one: PatientRow, other: PatientRow): PatientRow {
  if (one.registered !== other.registered) return one.registered ? one : other;
  if (one.temporary !== other.temporary) return one.temporary ? other : one;
  return other.images > one.images ? other : one;
}

function Comparison({ one, other }: Pick<Props, 'one' | 'other'>) {
  const { t } = useTranslation();
  const consent = (row: PatientRow): string =>
    t(row.consent === 'yes' ? 'form.consentYes' : row.consent === 'no' ? 'form.consentNo' : 'form.consentNotAsked');
  const lines: readonly (readonly [string, (row: PatientRow) => string])[] = [
    [t('identity.merge.number'), (row) => row.PatientID],
    [t('identity.merge.birth'), showBirth],
    [t('identity.merge.sex'), (row) => sexName(row.PatientSex)],
    [t('identity.merge.images'), (row) => showNumber(row.images)],
    [t('identity.merge.lastVisit'), (row) => (row.lastStudyDate === '' ? '–' : showDate(row.lastStudyDate))],
    [t('identity.merge.consent'), consent],
  ];
  return (
    <table className={cx(styles.comparison)}>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">{t('identity.merge.what')}</span>
          </th>
          {[one, other].map((row) => (
            <th key={row.patient} scope="col">
              <span className={cx(styles.face)}>
                <Thumb image={row.headshot} fallback="face" />
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">{t('identity.merge.name')}</th>
          {[one, other].map((row) => (
            <td key={row.patient}>
              <PersonName value={row.PatientName} />
            </td>
          ))}
        </tr>
        {lines.map(([name, value]) => (
          <tr key={name} data-differs={value(one) !== value(other)}>
            <th scope="row">{name}</th>
            <td>
              <bdi>{value(one)}</bdi>
            </td>
            <td>
              <bdi>{value(other)}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
