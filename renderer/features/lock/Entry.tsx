import { Check, Delete } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Face } from '@shared/contract/users';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import { signIn } from '../../app/access';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { Button } from '../../components/Button';
import { ErrorNote } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import styles from './LockScreen.module.css';

interface EntryProps {
  readonly person: Face;
  /** The window was locked by this person. */
  readonly unlocks: boolean;
  readonly takesOver: boolean;
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;
const MOST_DIGITS = 8;

/** The PIN, on large keys or the keyboard; or the password. */
export function Entry({ person, unlocks, takesOver }: EntryProps) {
  const { t } = useTranslation();
  const [byPin, setByPin] = useState(person.hasPin);
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<FieldboxError | null>(null);

  const change = (text: string): void => {
    setSecret(byPin ? text.replace(/\D/g, '').slice(0, MOST_DIGITS) : text);
  };
  const enter = async (): Promise<void> => {
    if (busy || secret === '') return;
    setBusy(true);
    setError(null);
    try {
      const who = byPin ? { user: person.user, pin: secret } : { login: person.login, password: secret };
      await signIn(who, takesOver);
    } catch (thrown) {
      const fault = asFieldboxError(thrown);
      setError(fault);
      if (fault.code === 'PIN_OFF') setByPin(false);
    } finally {
      setSecret('');
      setBusy(false);
    }
  };
  const other = (): void => {
    setByPin(!byPin);
    setSecret('');
    setError(null);
  };
  return (
    <form
      className={cx(styles.entry)}
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <TextField
        key={String(byPin)}
        label={byPin ? t('people.pin') : t('people.password')}
        value={secret}
        onChange={change}
        type="password"
        direction="ltr"
        autoFocus
      />
      {byPin ? (
        <div className={cx(styles.pad)} role="group" aria-label={t('lock.pad')} dir="ltr">
          {DIGITS.map((digit) => (
            <Key key={digit} digit={digit} onPress={() => change(secret + digit)} />
          ))}
          <button
            type="button"
            className={cx(styles.key)}
            aria-label={t('lock.erase')}
            onClick={() => change(secret.slice(0, -1))}
          >
            <Delete aria-hidden size={28} />
          </button>
          <Key digit="0" onPress={() => change(`${secret}0`)} />
          <button
            type="submit"
            className={cx(styles.key, styles.go)}
            aria-label={unlocks ? t('lock.unlock') : t('lock.enter')}
            disabled={busy}
          >
            <Check aria-hidden size={32} />
          </button>
        </div>
      ) : (
        <Button type="submit" look="primary" large busy={busy}>
          {unlocks ? t('lock.unlock') : t('lock.enter')}
        </Button>
      )}
      {error ? <ErrorNote error={error} /> : null}
      {person.hasPin ? (
        <Button look="quiet" onPress={other}>
          {byPin ? t('lock.usePassword') : t('lock.usePin')}
        </Button>
      ) : null}
    </form>
  );
}

function Key({ digit, onPress }: { readonly digit: string; readonly onPress: () => void }) {
  return (
    <button type="button" className={cx(styles.key)} onClick={onPress}>
      {showNumber(Number(digit))}
    </button>
  );
}
