import { FolderOpen, UsersRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Theme } from '@shared/model/vocabulary';
import { showBytes, showNumber } from '../../app/format';
import { languageNames, languages } from '../../app/i18n';
import { useJobs } from '../../app/jobs';
import { openOther, useAccess } from '../../app/access';
import { navigate } from '../../app/router';
import { changeSettings, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Card, Facts, Note, Page, Row } from '../../components/Surface';
import { About } from './About';
import { ArchiveCheck } from './ArchiveCheck';
import { CameraSetting } from './CameraSetting';
import { ClinicsSetting } from './ClinicsSetting';
import { KindsSetting } from './KindsSetting';
import { ProofsWanted } from './ProofsWanted';

/** Everything that can be set: this machine, the clinic's words, and the care of the archive. */
export function SettingsScreen() {
  const { t } = useTranslation();
  return (
    <Page title={t('settings.title')} shape="narrow">
      <Appearance />
      <CameraSetting />
      <ClinicsSetting />
      <KindsSetting />
      <PeopleSetting />
      <ArchiveFolder />
      <ArchiveCheck />
      <ProofsWanted />
      <About />
    </Page>
  );
}

function Appearance() {
  const { t, i18n } = useTranslation();
  const settings = useSession((state) => state.settings);
  const names = { system: t('settings.themeSystem'), light: t('settings.themeLight'), dark: t('settings.themeDark') };
  const set = (changes: Parameters<typeof changeSettings>[0]): void => {
    changeSettings(changes).catch(sayError);
  };
  return (
    <Card title={t('settings.appearance')}>
      <Choices
        label={t('settings.language')}
        options={languages.map((id) => ({ id, label: languageNames[id] }))}
        value={languages.find((id) => id === i18n.language) ?? 'en'}
        onChange={(language) => set({ language })}
      />
      <Choices
        label={t('settings.theme')}
        options={Theme.options.map((id) => ({ id, label: names[id] }))}
        value={settings?.theme ?? 'system'}
        onChange={(theme) => set({ theme })}
      />
    </Card>
  );
}

function PeopleSetting() {
  const { t } = useTranslation();
  const nobodyYet = useAccess((access) => access.state?.access === 'open');
  return (
    <Card title={t('people.title')}>
      <Row>
        <p>{nobodyYet ? t('people.noneHint') : t('people.text')}</p>
        <Button icon={UsersRound} onPress={() => navigate({ screen: 'manage', page: 'people' })}>
          {nobodyYet ? t('people.addFirst') : t('people.title')}
        </Button>
      </Row>
    </Card>
  );
}

function ArchiveFolder() {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const status = useSession((state) => state.status);
  const running = useJobs((state) => Object.values(state.jobs).some((job) => job.state === 'running'));
  const open = async (): Promise<void> => {
    setBusy(true);
    try {
      await openOther();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={t('settings.archive')}>
      {status ? (
        <Facts
          rows={[
            [t('closed.folder'), <bdi key="path">{status.path}</bdi>],
            [t('nav.patients'), showNumber(status.counts.patients)],
            [t('images.levels.studies'), showNumber(status.counts.studies)],
            [t('images.levels.series'), showNumber(status.counts.series)],
            [t('nav.images'), showNumber(status.counts.images)],
            [t('archive.size'), showBytes(status.bytes)],
            [t('archive.free'), showBytes(status.freeBytes)],
          ]}
        />
      ) : null}
      {status && status.counts.conflicts > 0 ? (
        <Note tone="warning">
          <p>
            {t('archive.conflicts', { count: status.counts.conflicts, shown: showNumber(status.counts.conflicts) })}
          </p>
        </Note>
      ) : null}
      {status && status.passedOver.length > 0 ? (
        <Note tone="warning">
          <p>
            {t('archive.passedOver', { count: status.passedOver.length, shown: showNumber(status.passedOver.length) })}
          </p>
        </Note>
      ) : null}
      {status && status.recovered.finished + status.recovered.replayed > 0 ? (
        <Note tone="info">
          <p>{t('archive.recovered', { count: status.recovered.finished + status.recovered.replayed })}</p>
        </Note>
      ) : null}
      <Row>
        <Button icon={FolderOpen} busy={busy} isDisabled={running} onPress={() => void open()}>
          {t('closed.openOther')}
        </Button>
      </Row>
    </Card>
  );
}
