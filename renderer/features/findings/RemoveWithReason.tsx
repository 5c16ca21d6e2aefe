import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { TextField } from '../../components/TextField';

interface Props {
  readonly icon: LucideIcon;
  readonly remove: (reason: string) => Promise<void>;
}

/** Takes something off the lists once a reason has been given. */
export function RemoveWithReason({ icon, remove }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const go = async (): Promise<void> => {
    setBusy(true);
    try {
      await remove(reason.trim());
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
      setOpen(false);
    }
  };
  return (
    <>
      <Button look="danger" icon={icon} onPress={() => setOpen(true)}>
        {t('findings.remove')}
      </Button>
      <Dialog title={t('findings.remove')} open={open} onClose={() => setOpen(false)}>
        <p>{t('findings.removeHint')}</p>
        <TextField label={t('findings.reason')} value={reason} onChange={setReason} maxLength={500} autoFocus />
        <Actions>
          <Button look="danger" busy={busy} isDisabled={reason.trim() === ''} onPress={() => void go()}>
            {t('findings.remove')}
          </Button>
          <Button onPress={() => setOpen(false)}>{t('common.cancel')}</Button>
        </Actions>
      </Dialog>
    </>
  );
}
