import { FileInput, FolderOpen, Inbox, Play, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportSessionKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { useJobs } from '../../app/jobs';
import { navigate } from '../../app/router';
import { contextNow } from '../../app/target';
import { sayError } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { Button } from '../../components/Button';
import { JobProgress } from '../../components/JobProgress';
import { Badge, Card, Empty, Note, Page, Row } from '../../components/Surface';
import { KindChooser } from '../capture/KindChooser';
import { TargetBar } from '../capture/TargetBar';
import { ImportArchive } from '../projects/ImportArchive';
import { ImportReport } from './ImportReport';
import { PastSessions } from './PastSessions';
import { offer, tail, usePending } from './pending';
import styles from './Importing.module.css';

const shownPending = 8;

/** Bringing files in: choose or drop, say whose photos they are, start, and read what became of each. */
export function ImportScreen({ session }: { readonly session: ImportSessionKey | null }) {
  const { t } = useTranslation();
  const waiting = usePending((state) => state.paths.length > 0);
  const choose = (verb: 'dialog.openFiles' | 'dialog.openFolder'): void => {
    ask(verb, {}).then(({ paths }) => offer(paths), sayError);
  };
  if (session !== null) return <ImportReport session={session} />;
  return (
    <Page
      title={t('importing.title')}
      subtitle={t('importing.subtitle')}
      actions={
        <>
          <Button
            look={waiting ? 'secondary' : 'primary'}
            large
            icon={FileInput}
            onPress={() => choose('dialog.openFiles')}
          >
            {t('importing.chooseFiles')}
          </Button>
          <Button large icon={FolderOpen} onPress={() => choose('dialog.openFolder')}>
            {t('importing.chooseFolder')}
          </Button>
        </>
      }
    >
      <RunningImports />
      <Pending />
      <PastSessions />
    </Page>
  );
}

function RunningImports() {
  const { t } = useTranslation();
  const jobs = useJobs((state) => state.jobs);
  const running = Object.values(jobs).filter((job) => job.type === 'import' && job.state === 'running');
  if (running.length === 0) return null;
  return (
    <Card title={t('importing.running')}>
      {running.map((job) => (
        <JobProgress key={job.job} job={job} />
      ))}
    </Card>
  );
}

function Pending() {
  const { t } = useTranslation();
  const paths = usePending((state) => state.paths);
  const [busy, setBusy] = useState(false);
  const isHere = useIsHere();
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      const { session } = await ask('import.start', { paths: [...paths], context: contextNow() });
      usePending.setState({ paths: [] });
      if (isHere.current) navigate({ screen: 'import', session });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  if (paths.length === 0) {
    return (
      <Empty icon={Inbox} title={t('importing.empty')}>
        {t('importing.emptyHint')}
      </Empty>
    );
  }
  return (
    <Card title={t('importing.ready', { count: paths.length, shown: showNumber(paths.length) })}>
      <ul className={cx(styles.paths)}>
        {paths.slice(0, shownPending).map((path) => (
          <li key={path}>
            <Badge>
              <bdi>{tail(path)}</bdi>
            </Badge>
          </li>
        ))}
        {paths.length > shownPending ? <li>{t('importing.andMore', { count: paths.length - shownPending })}</li> : null}
      </ul>
      <Note tone="info">
        <p>{t('importing.photosNote')}</p>
      </Note>
      <TargetBar />
      <KindChooser />
      <ImportArchive />
      <Row>
        <Button look="primary" large icon={Play} busy={busy} onPress={() => void start()}>
          {t('importing.start')}
        </Button>
        <Button large icon={X} onPress={() => usePending.setState({ paths: [] })}>
          {t('common.cancel')}
        </Button>
      </Row>
    </Card>
  );
}
