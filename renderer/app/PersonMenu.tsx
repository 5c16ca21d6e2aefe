import { Hash, KeyRound, Lock, LogOut, Users } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../components/Button';
import { PersonFace } from '../components/PersonFace';
import { SecretDialog, type SecretWay } from '../features/people/SecretDialog';
import { lock, signOut, useAccess } from './access';
import { cx } from './cx';
import { isolate } from './format';
import { sayError } from './toasts';
import styles from './Shell.module.css';

/** Who is signed in: locking, changing the person, the own secrets, signing out. */
export function PersonMenu() {
  const { t } = useTranslation();
  const user = useAccess((access) => access.state?.user ?? null);
  const [secret, setSecret] = useState<SecretWay | null>(null);
  if (!user) return null;
  const acts: readonly { id: string; icon: LucideIcon; name: string; run: () => void }[] = [
    { id: 'switch', icon: Users, name: t('people.switch'), run: () => void lock().catch(sayError) },
    { id: 'password', icon: KeyRound, name: t('people.changePassword'), run: () => setSecret('password') },
    { id: 'pin', icon: Hash, name: t('people.changePin'), run: () => setSecret('pin') },
    { id: 'out', icon: LogOut, name: t('people.signOut'), run: () => void signOut().catch(sayError) },
  ];
  return (
    <>
      <IconButton
        icon={Lock}
        label={t('people.lock')}
        aria-keyshortcuts="Control+L"
        onPress={() => void lock().catch(sayError)}
      />
      <MenuTrigger>
        <AriaButton className={cx(styles.person)} aria-label={t('people.menu', { name: isolate(user.name) })}>
          <PersonFace person={user} />
        </AriaButton>
        <Popover className={cx(styles.menu)} placement="bottom end">
          <p className={cx(styles.personName)}>
            <strong>
              <bdi>{user.name}</bdi>
            </strong>
            <span>{t(`people.roles.${user.role}`)}</span>
          </p>
          <Menu aria-label={user.name} onAction={(key) => acts.find(({ id }) => id === key)?.run()}>
            {acts.map(({ id, icon: Icon, name }) => (
              <MenuItem key={id} id={id} className={cx(styles.menuItem)} textValue={name}>
                {name}
                <Icon aria-hidden size={20} />
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
      <SecretDialog person={secret === null ? null : user} way={secret ?? 'password'} onClose={() => setSecret(null)} />
    </>
  );
}
