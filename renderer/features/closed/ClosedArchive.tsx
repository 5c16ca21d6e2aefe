import { FolderOpen, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppInfo } from '@shared/contract/desktop';
import { catalogue, FieldboxError, isErrorCode } from '@shared/errors';
import { ask } from '../../app/api';
import { adoptJobs } from '../../app/jobs';
import { languageNames, languages } from '../../app/i18n';
import { adoptInfo } from '../../app/access';
import { changeSettings, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Card, ErrorNote, Facts, Note, Page, Row } from '../../components/Surface';

/** Shown instead of everything else while no archive is open: what happened, what is safe, what can be done. */
export function ClosedArchive({ info }: { readonly info: AppInfo | null }) {
  const { t, i18n } = useTranslation();
  const [busy, setBusy] = useState(false);
  const settings = useSession((state) => state.settings);
  const closed = info?.archive.state === 'closed' ? info.archive : null;
  const error =
    closed && isErrorCode(closed.error.code)
      ? new FieldboxError(closed.error.code, closed.error.details)
      : new FieldboxError('ARCHIVE_CLOSED');
  const remedy = catalogue[error.code].remedy;
  const path = closed?.path ?? settings?.archivePath ?? '';

  const open = async (folder: string): Promise<void> => {
    setBusy(true);
    try {
      const now = await ask('archive.open', { path: folder });
      await adoptInfo(now);
      if (now.archive.state === 'open') adoptJobs((await ask('jobs.list', {})).jobs);
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const choose = async (): Promise<void> => {
    try {
      const { folder } = await ask('dialog.archiveFolder', {});
      if (folder !== null) await open(folder);
    } catch (thrown) {
      sayError(thrown);
    }
  };

  return (
    <main style={{ blockSize: '100%' }}>
      <Page title={t('closed.title')} shape="narrow">
        <ErrorNote error={error} />
        <Note tone="info">
          <p>{t('closed.safe')}</p>
        </Note>
        <Card title={t('closed.whatNow')}>
          <p>{t(`closed.remedy.${remedy}`)}</p>
          <Row>
            <Button
              look={remedy === 'choose-another' ? 'secondary' : 'primary'}
              large
              icon={RefreshCw}
              busy={busy}
              onPress={() => void open(path)}
              isDisabled={path === ''}
            >
              {t('closed.retry')}
            </Button>
            <Button
              look={remedy === 'choose-another' ? 'primary' : 'secondary'}
              large
              icon={FolderOpen}
              onPress={() => void choose()}
              isDisabled={busy}
            >
              {t('closed.openOther')}
            </Button>
          </Row>
          <Facts rows={[[t('closed.folder'), <bdi key="path">{path}</bdi>]]} />
        </Card>
        <Card title={t('closed.getHelp')}>
          <p>{t('closed.helpText', { number: error.number })}</p>
        </Card>
        <Choices
          label={t('settings.language')}
          options={languages.map((id) => ({ id, label: languageNames[id] }))}
          value={languages.find((id) => id === i18n.language) ?? 'en'}
          onChange={(language) => void changeSettings({ language }).catch(sayError)}
        />
      </Page>
    </main>
  );
}
