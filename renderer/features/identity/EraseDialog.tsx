import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageId } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { finished } from '../../app/jobs';
import { say, sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { Note } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import styles from './Identity.module.css';

const AGES = ['0', '7', '30', '90'] as const;
type Age = (typeof AGES)[number];

interface Props {
  /** The ones to erase; null for all of a certain age. */
  readonly images: readonly ImageId[] | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks once more before images are erased for good: a word has to be typed. */
export function EraseDialog({ images, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [age, setAge] = useState<Age>('30');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const word = t('identity.bin.word');
  const isSure = typed.trim().toLocaleLowerCase() === word.toLocaleLowerCase();
  const erase = async (): Promise<void> => {
    const input = images === null ? { olderThanDays: Number(age) } : { images: [...images] };
    const { job, images: count } = await ask('trash.erase', input);
    if (!(await finished(job))) return;
    say({ tone: 'success', text: t('identity.bin.erased', { count, shown: showNumber(count) }) });
    onDone();
    onClose();
  };
  return (
    <Dialog title={t('identity.bin.eraseTitle')} open onClose={onClose}>
      <form
        className={cx(styles.form)}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSure) return;
          setBusy(true);
          erase()
            .catch(sayError)
            .finally(() => setBusy(false));
        }}
      >
        {images === null ? (
          <Choices
            label={t('identity.bin.age')}
            options={AGES.map((id) => ({ id, label: t(`identity.bin.ages.${id}`) }))}
            value={age}
            onChange={setAge}
          />
        ) : null}
        <Note tone="warning">
          {images === null
            ? t('identity.bin.emptyText')
            : t('identity.bin.eraseText', { count: images.length, shown: showNumber(images.length) })}
        </Note>
        <TextField label={t('identity.bin.type', { word })} value={typed} onChange={setTyped} autoFocus />
        <Actions>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="danger" icon={Trash2} busy={busy} isDisabled={!isSure}>
            {t('identity.bin.erase')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
