import { useTranslation } from 'react-i18next';
import { useAccess } from '../../app/access';
import { ask } from '../../app/api';
import { showMinutes } from '../../app/format';
import { sayError } from '../../app/toasts';
import { Select } from '../../components/Choice';
import { Card } from '../../components/Surface';

const MINUTES = ['1', '2', '5', '10', '15', '30', '60'] as const;
const NEVER = 'never';

/** After how long the window locks itself; goes with the archive. */
export function AutoLock() {
  const { t } = useTranslation();
  const minutes = useAccess((access) => access.state?.autoLockMinutes ?? null);
  const steps = [...new Set([...MINUTES, ...(minutes === null ? [] : [String(minutes)])])];
  const set = (value: string): void => {
    ask('archive.saveSettings', { autoLockMinutes: value === NEVER ? null : Number(value) }).catch(sayError);
  };
  return (
    <Card title={t('people.autoLock')}>
      <p>{t('people.autoLockHint')}</p>
      <Select
        label={t('people.autoLock')}
        hideLabel
        options={[
          ...steps.map((id) => ({ id, label: showMinutes(Number(id)) })),
          { id: NEVER, label: t('people.never') },
        ]}
        value={minutes === null ? NEVER : String(minutes)}
        onChange={set}
      />
    </Card>
  );
}
