import { I18nProvider } from 'react-aria-components';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { LoaderCircle } from 'lucide-react';
import { ClosedArchive } from '../features/closed/ClosedArchive';
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
  return <Shell />;
}
