import { Trash2, UserRoundPen } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ask } from '../../app/api';
import { showNumber } from '../../app/format';
import { i18n } from '../../app/i18n';
import { say, sayError } from '../../app/toasts';
import { Button, IconButton } from '../../components/Button';
import type { Chosen } from './chosen';
import { MoveDialog } from './MoveDialog';

interface Props {
  readonly what: Chosen;
  /** Called when something was done with them. */
  readonly onDone?: () => void;
  /** Signs instead of words, where there is little room. */
  readonly small?: boolean;
}

/** What can be done about images that are on the wrong patient or should not be there at all. */
export function IdentityActions({ what, onDone, small = false }: Props) {
  const { t } = useTranslation();
  const [moving, setMoving] = useState(false);
  const trash = (): void => {
    putIntoTrash(what).then(onDone, sayError);
  };
  const move = { icon: UserRoundPen, onPress: () => setMoving(true) };
  const remove = { icon: Trash2, onPress: trash };
  return (
    <>
      {small ? (
        <>
          <IconButton {...move} look="secondary" label={t('identity.move.button')} />
          <IconButton {...remove} look="secondary" label={t('identity.trash')} />
        </>
      ) : (
        <>
          <Button {...move}>{t('identity.move.button')}</Button>
          <Button {...remove}>{t('identity.trash')}</Button>
        </>
      )}
      <MoveDialog what={what} open={moving} onClose={() => setMoving(false)} onDone={() => onDone?.()} />
    </>
  );
}

/** Puts images into the trash and says so, with a way back. */
async function putIntoTrash(selection: Chosen): Promise<void> {
  const { act, images } = await ask('images.trash', { selection, reason: '' });
  const undo = (): void => {
    ask('trash.restore', { act }).then(({ images: count }) => {
      say({ tone: 'success', text: i18n.t('identity.restored', { count, shown: showNumber(count) }) });
    }, sayError);
  };
  say({
    tone: 'info',
    text: i18n.t('identity.trashed', { count: images, shown: showNumber(images) }),
    action: { label: i18n.t('identity.undo'), run: undo },
  });
}
