import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Browse } from '../features/browse/Browse';
import { Capture } from '../features/capture/Capture';
import { Day } from '../features/day/Day';
import { ExportScreen } from '../features/exporting/ExportScreen';
import { Help } from '../features/help/Help';
import { ShortcutsDialog } from '../features/help/ShortcutsDialog';
import { DropOverlay } from '../features/importing/DropOverlay';
import { ImportScreen } from '../features/importing/ImportScreen';
import { EditPatient } from '../features/patient/EditPatient';
import { PatientPage } from '../features/patient/PatientPage';
import { RegisterPatient } from '../features/patient/RegisterPatient';
import { Patients } from '../features/patients/Patients';
import { SettingsScreen } from '../features/settings/SettingsScreen';
import { cx } from './cx';
import { ErrorBoundary } from './ErrorBoundary';
import { Rail } from './Rail';
import { formatRoute, goBack, useRouter } from './router';
import type { Route } from './router';
import { useShortcuts } from './shortcuts';
import { TopBar } from './TopBar';
import { useViewing } from './viewing';
import styles from './Shell.module.css';

const Viewer = lazy(async () => ({ default: (await import('../features/viewer')).Viewer }));

/** The frame around all screens. The viewer takes the whole window. */
export function Shell() {
  const route = useRouter((state) => state.route);
  const { t } = useTranslation();
  useShortcuts();
  if (route.screen === 'viewer') return <ViewerScreen />;
  return (
    <div className={cx(styles.shell)}>
      <a
        className={cx(styles.skip)}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {t('nav.skip')}
      </a>
      <Rail route={route} />
      <TopBar />
      <main id="main" className={cx(styles.main)} tabIndex={-1}>
        <ErrorBoundary resetKey={formatRoute(route)}>
          <Screen route={route} />
        </ErrorBoundary>
      </main>
      <DropOverlay />
      <ShortcutsDialog />
    </div>
  );
}

function Screen({ route }: { readonly route: Route }) {
  switch (route.screen) {
    case 'day':
      return <Day />;
    case 'patients':
      return <Patients />;
    case 'register':
      return <RegisterPatient typed={route.name ?? ''} />;
    case 'patient':
      return <PatientPage key={route.patient} patient={route.patient} />;
    case 'edit':
      return <EditPatient key={route.patient} patient={route.patient} />;
    case 'images':
      return <Browse key={formatRoute(route)} route={route} />;
    case 'capture':
      return <Capture />;
    case 'import':
      return <ImportScreen session={route.session ?? null} />;
    case 'export':
      return <ExportScreen exportKey={route.exportKey ?? null} />;
    case 'settings':
      return <SettingsScreen />;
    case 'help':
      return <Help />;
    case 'viewer':
      return null;
  }
}

function ViewerScreen() {
  const { images, start } = useViewing();
  const { t } = useTranslation();
  if (start === null) return <NothingToView />;
  return (
    <ErrorBoundary>
      <Suspense fallback={<p className={cx(styles.starting)}>{t('common.loading')}</p>}>
        <Viewer images={[...images]} startImage={start} onClose={goBack} />
      </Suspense>
    </ErrorBoundary>
  );
}

/** After a reload the viewer has nothing to show: the person is brought to the images. */
function NothingToView() {
  const { t } = useTranslation();
  return (
    <main className={cx(styles.starting)}>
      <a href={formatRoute({ screen: 'images' })}>{t('nav.images')}</a>
    </main>
  );
}
