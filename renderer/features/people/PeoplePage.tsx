import { KeyRound, Pencil, Plus, Hash, UserX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserRow } from '@shared/contract/users';
import { refreshPeople, useAccess, useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate } from '../../app/format';
import { say, sayError } from '../../app/toasts';
import { Button, IconButton } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { PersonFace } from '../../components/PersonFace';
import { Badge, Card, Note, Page } from '../../components/Surface';
import { AutoLock } from './AutoLock';
import { PersonForm } from './PersonForm';
import { SecretDialog, type SecretWay } from './SecretDialog';
import styles from './People.module.css';

/** The people who work here; without any, the form for the first one. */
export function PeoplePage() {
  const { t } = useTranslation();
  const people = useAccess((access) => access.people).filter((row) => !row.removed);
  const may = useMay('users.create');
  const [adding, setAdding] = useState(false);
  if (people.length === 0) return <FirstPerson />;
  return (
    <Page
      title={t('people.title')}
      subtitle={t('people.text')}
      shape="narrow"
      actions={
        may ? (
          <Button look="primary" icon={Plus} onPress={() => setAdding(true)}>
            {t('people.add')}
          </Button>
        ) : undefined
      }
    >
      <Card>
        <ul className={cx(styles.list)}>
          {people.map((row) => (
            <Line key={row.user} row={row} />
          ))}
        </ul>
      </Card>
      {may ? <AutoLock /> : null}
      <Dialog title={t('people.add')} open={adding} onClose={() => setAdding(false)}>
        <PersonForm
          count={people.length}
          onCancel={() => setAdding(false)}
          onAdd={async (person) => {
            const row = await ask('users.create', person);
            setAdding(false);
            say({ tone: 'success', text: t('people.added', { name: isolate(row.name) }) });
            await refreshPeople();
          }}
        />
      </Dialog>
    </Page>
  );
}

function FirstPerson() {
  const { t } = useTranslation();
  return (
    <Page title={t('people.title')} subtitle={t('people.text')} shape="narrow">
      <Note tone="info">
        <p>
          <strong>{t('people.none')}</strong>
        </p>
        <p>{t('people.noneHint')}</p>
      </Note>
      <Card title={t('people.add')}>
        <PersonForm
          first
          count={0}
          onAdd={async (person) => {
            const row = await ask('users.create', person);
            say({ tone: 'success', text: t('people.added', { name: isolate(row.name) }) });
            await refreshPeople();
          }}
        />
      </Card>
    </Page>
  );
}

function Line({ row }: { readonly row: UserRow }) {
  const { t } = useTranslation();
  const own = useAccess((access) => access.state?.user ?? null);
  const mayChange = useMay('users.update');
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [secret, setSecret] = useState<SecretWay | null>(null);
  const isOwn = own?.user === row.user;
  // The engine has the last word; administrators look after users, a superuser after all.
  const mine = mayChange && (own?.role === 'superuser' || row.role === 'user' || isOwn);
  const name = isolate(row.name);
  const remove = async (): Promise<void> => {
    try {
      await ask('users.remove', { user: row.user });
      await refreshPeople();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setRemoving(false);
    }
  };
  return (
    <li className={cx(styles.item)}>
      <PersonFace person={row} />
      <span className={cx(styles.who)}>
        <strong>
          <bdi>{row.name}</bdi>
        </strong>
        <span className={cx(styles.soft)}>
          <bdi>{row.login}</bdi> · {t(`people.roles.${row.role}`)}
        </span>
      </span>
      <span className={cx(styles.badges)}>
        {isOwn ? <Badge tone="info">{t('people.you')}</Badge> : null}
        {row.hasPin ? <Badge>{t('people.hasPin')}</Badge> : null}
        {row.active ? null : <Badge tone="warning">{t('people.inactive')}</Badge>}
      </span>
      {mine || isOwn ? (
        <span className={cx(styles.acts)}>
          {mine ? (
            <IconButton icon={Pencil} label={t('people.edit', { name })} onPress={() => setEditing(true)} />
          ) : null}
          <IconButton
            icon={KeyRound}
            label={t('people.newPasswordFor', { name })}
            onPress={() => setSecret('password')}
          />
          <IconButton icon={Hash} label={t('people.newPinFor', { name })} onPress={() => setSecret('pin')} />
          {mine && !isOwn ? (
            <IconButton icon={UserX} label={t('people.removeTitle', { name })} onPress={() => setRemoving(true)} />
          ) : null}
        </span>
      ) : null}
      <Dialog title={t('people.edit', { name })} open={editing} onClose={() => setEditing(false)}>
        <PersonForm
          before={row}
          count={0}
          onCancel={() => setEditing(false)}
          onChange={async (changes) => {
            await ask('users.update', { user: row.user, changes });
            setEditing(false);
            await refreshPeople();
          }}
        />
      </Dialog>
      <SecretDialog person={secret === null ? null : row} way={secret ?? 'password'} onClose={() => setSecret(null)} />
      <Dialog title={t('people.removeTitle', { name })} open={removing} onClose={() => setRemoving(false)}>
        <p>{t('people.removeText')}</p>
        <Actions>
          <Button onPress={() => setRemoving(false)}>{t('common.cancel')}</Button>
          <Button look="danger" onPress={() => void remove()}>
            {t('people.remove')}
          </Button>
        </Actions>
      </Dialog>
    </li>
  );
}
