import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserRow } from '@shared/contract/users';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import { refreshPeople, useAccess } from '../../app/access';
import { ask } from '../../app/api';
import { isolate } from '../../app/format';
import { say } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { ErrorNote } from '../../components/Surface';
import { TextField } from '../../components/TextField';

export type SecretWay = 'password' | 'pin';

interface Props {
  readonly person: UserRow | null;
  readonly way: SecretWay;
  readonly onClose: () => void;
}

/** A new password or PIN: the own one with the present password, another's without. */
export function SecretDialog({ person, way, onClose }: Props) {
  const { t } = useTranslation();
  const own = useAccess((access) => access.state?.user?.user);
  const isOwn = person !== null && person.user === own;
  const name = isolate(person?.name ?? '');
  const other = way === 'password' ? t('people.newPasswordFor', { name }) : t('people.newPinFor', { name });
  const mine = way === 'password' ? t('people.changePassword') : t('people.changePin');
  return (
    <Dialog title={isOwn ? mine : other} open={person !== null} onClose={onClose}>
      {person ? <SecretForm person={person} way={way} isOwn={isOwn} onClose={onClose} /> : null}
    </Dialog>
  );
}

interface FormProps {
  readonly person: UserRow;
  readonly way: SecretWay;
  readonly isOwn: boolean;
  readonly onClose: () => void;
}

function SecretForm({ person, way, isOwn, onClose }: FormProps) {
  const { t } = useTranslation();
  const [current, setCurrent] = useState('');
  const [secret, setSecret] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<FieldboxError | null>(null);
  const byPin = way === 'pin';
  const clean = (text: string): string => (byPin ? text.replace(/\D/g, '').slice(0, 8) : text);
  const save = async (): Promise<void> => {
    if (busy || secret !== again || (!byPin && secret === '')) return;
    setBusy(true);
    setError(null);
    try {
      const who = { user: person.user, current: isOwn ? current : null };
      if (byPin) await ask('users.setPin', { ...who, pin: secret === '' ? null : secret });
      else await ask('users.setPassword', { ...who, password: secret });
      say({ tone: 'success', text: t('people.saved') });
      onClose();
      await refreshPeople();
    } catch (thrown) {
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      noValidate
      style={{ display: 'grid', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {isOwn ? (
        <TextField label={t('people.current')} type="password" value={current} onChange={setCurrent} autoFocus />
      ) : null}
      <TextField
        label={byPin ? t('people.newPin') : t('people.newPassword')}
        hint={byPin ? t('people.noPin') : t('people.passwordHint')}
        type="password"
        direction="ltr"
        value={secret}
        onChange={(text) => setSecret(clean(text))}
        autoFocus={!isOwn}
      />
      <TextField
        label={t('people.again')}
        type="password"
        direction="ltr"
        value={again}
        onChange={(text) => setAgain(clean(text))}
        error={again !== '' && again !== secret ? t('people.notSame') : undefined}
      />
      {error ? <ErrorNote error={error} /> : null}
      <Actions>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" busy={busy}>
          {t('common.save')}
        </Button>
      </Actions>
    </form>
  );
}
