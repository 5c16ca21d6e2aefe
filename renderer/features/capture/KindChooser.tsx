import { Ear, File, ImageIcon, Plus, ScanLine, Scissors, Tag, UserRound } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KindRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { kindName } from '../../app/format';
import { refreshVocabulary, useSession } from '../../app/session';
import { useTarget } from '../../app/target';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { TextField } from '../../components/TextField';

const icons: Readonly<Record<NonNullable<KindRow['code']>, LucideIcon>> = {
  headshot: UserRound,
  xray: ScanLine,
  surgery: Scissors,
  audiogram: Ear,
  document: File,
  other: ImageIcon,
};

/** What kind of picture comes next: the built-in kinds, the clinic's own, and a way to add one. */
export function KindChooser({ fill = false }: { readonly fill?: boolean }) {
  const { t } = useTranslation();
  const kinds = useSession((state) => state.kinds);
  const kind = useTarget((state) => state.kind);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <Choices
        label={t('kinds.label')}
        fill={fill}
        options={kinds
          .filter((row) => row.active)
          .map((row) => ({ id: row.kind, label: kindName(row), icon: row.code ? icons[row.code] : Tag }))}
        value={kind}
        onChange={(next) => useTarget.setState({ kind: next })}
        after={
          <Button look="quiet" icon={Plus} onPress={() => setAdding(true)}>
            {t('kinds.add')}
          </Button>
        }
      />
      <NewKindDialog open={adding} onClose={() => setAdding(false)} />
    </>
  );
}

/** Adds a kind of the clinic's own and takes it at once. */
export function NewKindDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const add = async (): Promise<void> => {
    setBusy(true);
    try {
      const row = await ask('kinds.create', { name: name.trim() });
      await refreshVocabulary();
      useTarget.setState({ kind: row.kind });
      setName('');
      onClose();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('kinds.add')} open={open} onClose={onClose}>
      <form
        style={{ display: 'grid', gap: 16 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '' && !busy) void add();
        }}
      >
        <TextField
          label={t('kinds.name')}
          value={name}
          onChange={setName}
          maxLength={64}
          autoFocus
          hint={t('kinds.hint')}
        />
        <Actions>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" busy={busy} isDisabled={name.trim() === ''}>
            {t('common.add')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
