import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { AnonymiseScreen } from '../features/anonymise/AnonymiseScreen';
import { Browse } from '../features/browse/Browse';
import { Capture } from '../features/capture/Capture';
import { Day } from '../features/day/Day';
import { ExportScreen } from '../features/exporting/ExportScreen';
import { Help } from '../features/help/Help';
import { ShortcutsDialog } from '../features/help/ShortcutsDialog';
import { DropOverlay } from '../features/importing/DropOverlay';
import { ImportScreen } from '../features/importing/ImportScreen';
import { Manage } from '../features/manage/Manage';
import { EditPatient } from '../features/patient/EditPatient';
import { PatientPage } from '../features/patient/PatientPage';
import { RegisterPatient } from '../features/patient/RegisterPatient';
import { Patients } from '../features/patients/Patients';
import { PrintReport } from '../features/reports/PrintReport';
import { SendScreen } from '../features/outbox/SendScreen';
import { ReportScreen } from '../features/reports/ReportScreen';
import { Sending } from '../features/sending/Sending';
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

/** The frame around all screens. The viewer lies over it and takes the whole window. */
export function Shell() {
  const route = useRouter((state) => state.beneath);
  const viewing = useRouter((state) => state.route.screen === 'viewer');
  const { t } = useTranslation();
  useShortcuts();
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
      {viewing ? <ViewerScreen /> : null}
    </div>
  );
}

function Screen({ route }: { readonly route: Exclude<Route, { readonly screen: 'viewer' }> }) {
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
    case 'anonymise':
      return <AnonymiseScreen run={route.run ?? null} />;
    case 'send':
      return <SendScreen />;
    case 'sending':
      return <Sending page={route.page ?? null} item={route.item ?? null} />;
    case 'manage':
      return <Manage page={route.page ?? null} item={route.item ?? null} />;
    case 'report':
      return <ReportScreen key={formatRoute(route)} series={route.series} entry={route.entry ?? null} />;
    case 'printReport':
      return <PrintReport key={route.entry} entry={route.entry} />;
    case 'settings':
      return <SettingsScreen />;
    case 'help':
      return <Help />;
  }
}

/** Over the screen it was opened from. After a reload there is nothing to view, and that screen is all there is. */
function ViewerScreen() {
  const { images, start, withData, opened } = useViewing();
  if (start === null) return null;
  return (
    <ErrorBoundary cover>
      <Suspense fallback={null}>
        <Viewer key={opened} images={[...images]} startImage={start} withData={withData} onClose={goBack} />
      </Suspense>
    </ErrorBoundary>
  );
}
