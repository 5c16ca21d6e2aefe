import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClinicKey } from '@shared/model/ids';
import type { StationRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { TextField } from '../../components/TextField';

/** One line to add a station (a desk or room); 16 letters, as Station Name (0008,1010) allows. */
export function NewStation({
  clinic,
  onDone,
}: {
  readonly clinic: ClinicKey;
  readonly onDone: (row: StationRow) => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const add = async (): Promise<void> => {
    setBusy(true);
    try {
      onDone(await ask('stations.create', { clinic, name: name.trim() }));
      setName('');
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '' && !busy) void add();
      }}
      style={{ display: 'flex', gap: 12, alignItems: 'end', flexWrap: 'wrap' }}
    >
      <TextField label={t('day.newStation')} value={name} onChange={setName} maxLength={16} />
      <Button type="submit" icon={Plus} busy={busy} isDisabled={name.trim() === ''}>
        {t('day.addStation')}
      </Button>
    </form>
  );
}
