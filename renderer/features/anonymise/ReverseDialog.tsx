import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageId } from '@shared/model/ids';
import { ask } from '../../app/api';
import { say, sayError } from '../../app/toasts';
import { viewImages } from '../../app/viewing';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Note } from '../../components/Surface';
import { ReasonField } from '../identity/ReasonField';

interface Props {
  /** An anonymous image of this archive. */
  readonly image: ImageId;
  readonly onClose: () => void;
  /** Called when the original is there. */
  readonly onDone: () => void;
}

/** Asks why, before an anonymous image gets its identity back by its key. */
export function ReverseDialog({ image, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const reverse = async (): Promise<void> => {
    setBusy(true);
    try {
      const found = await ask('anonymisation.reverse', { image, reason });
      onDone();
      onClose();
      say({
        tone: 'success',
        text: t(found.isNew ? 'keys.reversedNew' : 'keys.reversedHere'),
        action: { label: t('keys.openImage'), run: () => void viewImages([found.image]).catch(sayError) },
      });
    } catch (thrown) {
      sayError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('keys.reverseTitle')} open onClose={onClose}>
      <p>{t('keys.reverseText')}</p>
      <Note tone="warning">
        <p>{t('keys.reverseLogged')}</p>
      </Note>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== '') void reverse();
        }}
      >
        <ReasonField value={reason} onChange={setReason} />
        <Actions>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" busy={busy} isDisabled={reason.trim() === ''}>
            {t('keys.reverse')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
