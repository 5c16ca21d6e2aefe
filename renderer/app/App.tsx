import { useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { LoaderCircle } from 'lucide-react';
import { ClosedArchive } from '../features/closed/ClosedArchive';
import { LockScreen } from '../features/lock/LockScreen';
import { isIn, useAccess } from './access';
import { i18n } from './i18n';
import { useSession } from './session';
import { Shell } from './Shell';
import { ToastRegion } from './ToastRegion';
import styles from './Shell.module.css';
import { cx } from './cx';

/** The whole window: the app when an archive is open, else what is wrong and what can be done. */
export function App() {
  return (
    <I18nextProvider i18n={i18n}>
      <Localised />
    </I18nextProvider>
  );
}

function Localised() {
  const { i18n: current } = useTranslation();
  return (
    <I18nProvider locale={current.language}>
      <Content />
      <ToastRegion />
    </I18nProvider>
  );
}

/**
 * The screens, for whoever is in. While it is locked they stay where they are beneath the lock screen, with everything that was
 * typed or taken; signed out there are none.
 */
function Guarded() {
  const isInside = useAccess((state) => isIn(state.state));
  const sitting = useAccess((state) => state.sitting);
  const [shown, setShown] = useState(-1);
  // Screens that nobody has been on yet (the window was opened while locked) have nothing to keep.
  if (isInside && shown !== sitting) setShown(sitting);
  return (
    <>
      {isInside || shown === sitting ? <Shell key={sitting} /> : null}
      {isInside ? null : <LockScreen />}
    </>
  );
}

function Content() {
  const ready = useSession((state) => state.ready);
  const info = useSession((state) => state.info);
  const { t } = useTranslation();
  if (!ready) {
    return (
      <main className={cx(styles.starting)} aria-busy>
        <LoaderCircle aria-hidden size={40} />
        <p role="status">{t('common.starting')}</p>
      </main>
    );
  }
  if (info?.archive.state !== 'open') return <ClosedArchive info={info} />;
  return <Guarded />;
}
