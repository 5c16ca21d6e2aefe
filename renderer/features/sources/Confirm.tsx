import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';

interface Props {
  /** On the button that asks; `named` says of what, for who cannot see where it stands. */
  readonly label: string;
  readonly named: string;
  readonly question: string;
  readonly onConfirm: () => Promise<unknown>;
}

/** A button that removes something, after it has asked. */
export function Confirm({ label, named, question, onConfirm }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const confirm = (): void => {
    setBusy(true);
    onConfirm()
      .then(() => setOpen(false), sayError)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Button icon={Trash2} onPress={() => setOpen(true)} aria-label={named}>
        {label}
      </Button>
      <Dialog title={named} open={open} onClose={() => setOpen(false)}>
        <p>{question}</p>
        <Actions>
          <Button onPress={() => setOpen(false)}>{t('common.cancel')}</Button>
          <Button look="danger" icon={Trash2} busy={busy} onPress={confirm}>
            {label}
          </Button>
        </Actions>
      </Dialog>
    </>
  );
}
