import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { showNumber } from '../../app/format';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Select } from '../../components/Choice';
import { Card, ErrorNote } from '../../components/Surface';

const NUMBERS = ['1', '2', '3', '4', '5'] as const;

/** At how many destinations an image has to be proven before it is said that it may be deleted here. */
export function ProofsWanted() {
  const { t } = useTranslation();
  const may = useMay('archive.saveSettings');
  const { data, error, reload } = useQuery('archive.settings', {});
  const now = data?.proofsWanted;
  const steps = [...new Set([...NUMBERS, ...(now === undefined ? [] : [String(now)])])];
  return (
    <Card title={t('settings.proofs')}>
      <p>{t('settings.proofsHint')}</p>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      <Select
        label={t('settings.proofs')}
        hideLabel
        options={steps.map((id) => ({
          id,
          label: t('settings.proofsNumber', { count: Number(id), shown: showNumber(Number(id)) }),
        }))}
        value={now === undefined ? null : String(now)}
        onChange={(id) => void ask('archive.saveSettings', { proofsWanted: Number(id) }).then(reload, sayError)}
        disabled={!may}
      />
    </Card>
  );
}
