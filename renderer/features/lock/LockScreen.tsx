import { Lock } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Face } from '@shared/contract/users';
import { useAccess } from '../../app/access';
import { cx } from '../../app/cx';
import { isolate } from '../../app/format';
import { languageNames, languages } from '../../app/i18n';
import { changeSettings } from '../../app/session';
import { sayError } from '../../app/toasts';
import { unsavedWork } from '../../app/typed';
import { Button } from '../../components/Button';
import { PersonFace } from '../../components/PersonFace';
import { Note } from '../../components/Surface';
import { Entry } from './Entry';
import styles from './LockScreen.module.css';

const BEHIND = 'data-behind-lock';

/** Hides everything else of the page, also what opens later beneath; the title of the window may hold a patient's name. */
function useNothingBehind(): void {
  useEffect(() => {
    const hide = (): void => {
      for (const element of document.body.children) {
        const isLock = element.querySelector('[data-lock-screen]') !== null || element.matches('[data-lock-screen]');
        if (!isLock) element.setAttribute(BEHIND, '');
      }
    };
    const { title } = document;
    document.title = 'Fieldbox';
    hide();
    const watcher = new MutationObserver(hide);
    watcher.observe(document.body, { childList: true });
    return () => {
      watcher.disconnect();
      for (const element of document.querySelectorAll(`[${BEHIND}]`)) element.removeAttribute(BEHIND);
      document.title = title;
    };
  }, []);
}

/** Over everything while nobody is in: who works, and the PIN or password. What lies beneath stays as it was. */
export function LockScreen() {
  useNothingBehind();
  return (
    <ModalOverlay isOpen isKeyboardDismissDisabled className={cx(styles.overlay)} data-lock-screen="" data-no-work="">
      <Modal className={cx(styles.modal)}>
        <Dialog className={cx(styles.dialog)}>
          <Door />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Door() {
  const { t } = useTranslation();
  const state = useAccess((access) => access.state);
  const owner = useAccess((access) => access.owner);
  const known = useAccess((access) => access.people);
  const faces = state?.people ?? [];
  const locked = state?.access === 'locked';
  const ownerName = known.find((row) => row.user === owner)?.name ?? '';
  const [chosen, setChosen] = useState<string | null>(locked ? owner : null);
  const [takesOver, setTakesOver] = useState(false);
  const person = faces.find((face) => face.user === chosen) ?? (faces.length === 1 ? faces[0] : undefined);
  const work = owner !== null && person && person.user !== owner ? unsavedWork() : null;
  const choose = (face: Face | null): void => {
    setTakesOver(false);
    setChosen(face?.user ?? null);
  };
  return (
    <>
      <header className={cx(styles.head)}>
        <Lock aria-hidden size={32} />
        <div>
          <Heading slot="title" level={1}>
            {locked ? t('lock.title') : t('lock.who')}
          </Heading>
          {locked && ownerName !== '' ? <p>{t('lock.kept', { name: isolate(ownerName) })}</p> : null}
        </div>
      </header>
      {person === undefined ? (
        <ul className={cx(styles.faces)} aria-label={t('lock.people')}>
          {faces.map((face) => (
            <li key={face.user}>
              <button type="button" className={cx(styles.face)} onClick={() => choose(face)}>
                <PersonFace person={face} size="large" />
                <bdi>{face.name}</bdi>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <section className={cx(styles.person)} aria-label={person.name}>
          <p className={cx(styles.name)}>
            <PersonFace person={person} size="large" />
            <bdi>{person.name}</bdi>
          </p>
          {work !== null && !takesOver ? (
            <Note tone="warning">
              <p>{t('lock.waiting', { name: isolate(ownerName) })}</p>
              <div>
                <Button onPress={() => setTakesOver(true)}>{t('lock.takeOver')}</Button>
              </div>
            </Note>
          ) : (
            <Entry key={person.user} person={person} unlocks={locked && person.user === owner} takesOver={takesOver} />
          )}
          {faces.length > 1 ? (
            <Button look="quiet" large onPress={() => choose(null)}>
              {t('lock.other')}
            </Button>
          ) : null}
        </section>
      )}
      <LanguageRow />
    </>
  );
}

function LanguageRow() {
  const { t, i18n } = useTranslation();
  return (
    <div className={cx(styles.languages)} role="group" aria-label={t('settings.language')}>
      {languages.map((language) => (
        <Button
          key={language}
          look="quiet"
          aria-pressed={i18n.language === language}
          onPress={() => void changeSettings({ language }).catch(sayError)}
        >
          <span lang={language}>{languageNames[language]}</span>
        </Button>
      ))}
    </div>
  );
}
