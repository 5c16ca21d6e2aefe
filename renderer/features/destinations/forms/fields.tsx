import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../components/Button';
import { TextField } from '../../../components/TextField';
import type { FormProps } from '../draft';

interface NumberFieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly hint?: string;
  readonly error?: string | undefined;
}

/** A whole number; empty is null. */
export function NumberField({ label, value, onChange, hint, error }: NumberFieldProps) {
  return (
    <TextField
      label={label}
      type="number"
      direction="ltr"
      value={value === null ? '' : String(value)}
      onChange={(text) => onChange(/^\d{1,9}$/.test(text.trim()) ? Number(text) : null)}
      {...(hint !== undefined && { hint })}
      error={error}
    />
  );
}

interface SecretFieldProps extends Pick<FormProps<unknown>, 'secrets' | 'onSecret' | 'kept'> {
  readonly name: string;
  readonly label: string;
}

/** A password or token: typed, never shown again, and forgotten when that is wanted. */
export function SecretField({ name, label, secrets, onSecret, kept }: SecretFieldProps) {
  const { t } = useTranslation();
  const typed = secrets[name];
  const isKept = kept.includes(name);
  const [replacing, setReplacing] = useState(false);
  if (isKept && !replacing) {
    return (
      <div style={{ display: 'grid', gap: 4 }}>
        <strong>{label}</strong>
        <span>{typed === '' ? t('destinations.secretGoes') : t('destinations.secretKept')}</span>
        <span style={{ display: 'flex', flexWrap: 'wrap', gap: 8 }}>
          <Button
            icon={KeyRound}
            aria-label={t('destinations.replaceOf', { label })}
            onPress={() => setReplacing(true)}
          >
            {t('destinations.replace')}
          </Button>
          {typed === '' ? (
            <Button aria-label={t('destinations.keepOf', { label })} onPress={() => onSecret(name, undefined)}>
              {t('destinations.keep')}
            </Button>
          ) : (
            <Button aria-label={t('destinations.forgetOf', { label })} onPress={() => onSecret(name, '')}>
              {t('destinations.forget')}
            </Button>
          )}
        </span>
      </div>
    );
  }
  return (
    <TextField
      label={label}
      type="password"
      direction="ltr"
      value={typed ?? ''}
      onChange={(text) => onSecret(name, text === '' ? undefined : text)}
      hint={t('destinations.secretHint')}
      maxLength={8000}
    />
  );
}
