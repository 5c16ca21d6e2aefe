import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClinicRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { today } from '../../app/format';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { DateField } from '../../components/DateField';
import { Actions } from '../../components/Dialog';
import { Columns } from '../../components/Surface';
import { TextField } from '../../components/TextField';

interface Props {
  /** The clinic to change; a new one without it. */
  readonly clinic?: ClinicRow;
  readonly onDone: (row: ClinicRow) => void;
  readonly onCancel?: () => void;
}

/** Name, place and days of a clinic. */
export function ClinicForm({ clinic, onDone, onCancel }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(clinic?.name ?? '');
  const [place, setPlace] = useState(clinic?.place ?? '');
  const [firstDay, setFirstDay] = useState(clinic?.firstDay ?? today());
  const [lastDay, setLastDay] = useState(clinic?.lastDay ?? today());
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const noName = name.trim() === '';
  const turned = firstDay !== '' && lastDay !== '' && lastDay < firstDay;
  const incomplete = noName || turned || firstDay === '' || lastDay === '';

  const save = async (): Promise<void> => {
    setTried(true);
    if (incomplete || busy) return;
    setBusy(true);
    const changes = { name: name.trim(), place: place.trim(), firstDay, lastDay };
    try {
      onDone(
        await (clinic ? ask('clinics.update', { clinic: clinic.clinic, changes }) : ask('clinics.create', changes)),
      );
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      aria-label={clinic ? t('day.editClinic') : t('day.newClinic')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      style={{ display: 'grid', gap: 16 }}
    >
      <Columns>
        <TextField
          label={t('day.clinicName')}
          value={name}
          onChange={setName}
          maxLength={64}
          required
          error={tried && noName ? t('common.required') : undefined}
        />
        <TextField label={t('day.place')} value={place} onChange={setPlace} maxLength={64} />
      </Columns>
      <Columns>
        <DateField label={t('day.firstDay')} value={firstDay} onChange={setFirstDay} required />
        <DateField
          label={t('day.lastDay')}
          value={lastDay}
          onChange={setLastDay}
          required
          error={turned ? t('day.turned') : undefined}
        />
      </Columns>
      <Actions>
        {onCancel ? <Button onPress={onCancel}>{t('common.cancel')}</Button> : null}
        <Button look="primary" type="submit" busy={busy}>
          {clinic ? t('common.save') : t('day.createClinic')}
        </Button>
      </Actions>
    </form>
  );
}
