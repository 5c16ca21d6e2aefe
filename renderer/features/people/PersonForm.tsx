import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input } from '@shared/contract';
import { mayAs, roles, type Role } from '@shared/contract/roles';
import { PersonColour, type UserRow } from '@shared/contract/users';
import { initialsOf } from '@shared/model/initials';
import { useAccess } from '../../app/access';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices, Select, Switch } from '../../components/Choice';
import { Actions } from '../../components/Dialog';
import { Columns, Note } from '../../components/Surface';
import { TextField } from '../../components/TextField';

type NewPerson = Input<'users.create'>;
type Changes = Input<'users.update'>['changes'];

interface Props {
  /** Who is changed; without one somebody is added. */
  readonly before?: UserRow;
  /** Nobody is there yet: this one gets all rights. */
  readonly first?: boolean;
  readonly count: number;
  readonly onAdd?: (person: NewPerson) => Promise<void>;
  readonly onChange?: (changes: Changes) => Promise<void>;
  readonly onCancel?: () => void;
}

/** A name to sign in with, made of the shown one until another is typed. */
function loginOf(name: string): string {
  const [first = ''] = name.trim().toLocaleLowerCase().split(/\s+/);
  return first;
}

/** A person: name, face, role; for a new one also the password and a PIN. */
export function PersonForm({ before, first = false, count, onAdd, onChange, onCancel }: Props) {
  const { t } = useTranslation();
  const own = useAccess((access) => access.state?.user ?? null);
  const colours = PersonColour.options;
  const [name, setName] = useState(before?.name ?? '');
  const [login, setLogin] = useState(before?.login ?? null);
  const [initials, setInitials] = useState(before?.initials ?? null);
  const [colour, setColour] = useState(before?.colour ?? colours[count % colours.length] ?? 'teal');
  const [role, setRole] = useState<Role>(before?.role ?? 'user');
  const [active, setActive] = useState(before?.active ?? true);
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [pin, setPin] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const shown = { login: login ?? loginOf(name), initials: initials ?? initialsOf(name) };
  const isNew = before === undefined;
  const missing = (text: string): string | undefined =>
    tried && text.trim() === '' ? t('common.required') : undefined;
  const given = roles.filter(
    (each) => own === null || each === 'user' || mayAs(own.role, 'superuser') || each === before?.role,
  );

  const save = async (): Promise<void> => {
    setTried(true);
    const face = { name: name.trim(), login: shown.login.trim(), initials: shown.initials.trim(), colour, role };
    if (face.name === '' || face.login === '' || face.initials === '' || busy) return;
    if (isNew && (password === '' || password !== again)) return;
    setBusy(true);
    try {
      if (isNew) await onAdd?.({ ...face, password, pin: pin === '' ? null : pin });
      else await onChange?.({ ...face, active });
    } catch (thrown) {
      sayError(thrown);
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
      <TextField
        label={t('people.name')}
        value={name}
        onChange={setName}
        maxLength={64}
        autoFocus
        error={missing(name)}
      />
      <TextField
        label={t('people.login')}
        hint={t('people.loginHint')}
        value={shown.login}
        onChange={(text) => setLogin(text.replace(/\s/g, ''))}
        maxLength={64}
        error={missing(shown.login)}
      />
      <Columns>
        <TextField
          label={t('people.initials')}
          value={shown.initials}
          onChange={setInitials}
          maxLength={3}
          error={missing(shown.initials)}
        />
        <Select
          label={t('people.colour')}
          options={colours.map((id) => ({ id, label: t(`people.colours.${id}`) }))}
          value={colour}
          onChange={setColour}
        />
      </Columns>
      {first ? (
        <Note tone="info">
          <p>{t('people.firstRole')}</p>
        </Note>
      ) : (
        <Choices
          label={t('people.role')}
          cards
          options={given.map((id) => ({ id, label: t(`people.roles.${id}`), hint: t(`people.rolesHint.${id}`) }))}
          value={role}
          onChange={setRole}
        />
      )}
      {isNew ? (
        <>
          <Columns>
            <TextField
              label={t('people.password')}
              hint={t('people.passwordHint')}
              type="password"
              value={password}
              onChange={setPassword}
              maxLength={256}
              error={missing(password)}
            />
            <TextField
              label={t('people.passwordAgain')}
              type="password"
              value={again}
              onChange={setAgain}
              maxLength={256}
              error={again !== '' && again !== password ? t('people.notSame') : missing(again)}
            />
          </Columns>
          <TextField
            label={t('people.pin')}
            hint={t('people.pinHint')}
            type="password"
            direction="ltr"
            value={pin}
            onChange={(text) => setPin(text.replace(/\D/g, ''))}
            maxLength={8}
          />
        </>
      ) : (
        <Switch checked={active} onChange={setActive}>
          {t('people.active')}
        </Switch>
      )}
      <Actions>
        {onCancel ? <Button onPress={onCancel}>{t('common.cancel')}</Button> : null}
        <Button type="submit" look="primary" busy={busy}>
          {isNew ? t('common.add') : t('common.save')}
        </Button>
      </Actions>
    </form>
  );
}
