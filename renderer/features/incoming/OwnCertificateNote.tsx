import { FileInput, FileOutput, ShieldPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showInstant } from '../../app/format';
import { say, sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { ErrorNote, Note, Row } from '../../components/Surface';
import { inGroups } from '../destinations/kinds';
import styles from '../sending/Sending.module.css';

/** The certificate under which this laptop is reached: its fingerprint to compare, and another one made, loaded or handed out. */
export function OwnCertificateNote() {
  const { t } = useTranslation();
  const may = useMay('certificate.make');
  const { data, error, reload } = useQuery('certificate.own', {});
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<string | null>): Promise<void> => {
    setBusy(true);
    try {
      const done = await work();
      if (done !== null) say({ tone: 'success', text: done });
      reload();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const make = async (): Promise<string> => {
    await ask('certificate.make', {});
    return t('incoming.certificateMade');
  };
  const load = async (): Promise<string | null> => {
    const { paths } = await ask('dialog.openFiles', {});
    if (paths.length === 0) return null;
    await ask('certificate.load', { paths: paths.slice(0, 2) });
    return t('incoming.certificateLoaded');
  };
  const save = async (): Promise<string | null> => {
    const { path } = await ask('dialog.saveFile', { suggestedName: 'fieldbox.crt' });
    if (path === null) return null;
    await ask('certificate.save', { path });
    return t('incoming.certificateSaved');
  };
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data) return null;
  const { certificate } = data;
  return (
    <Note tone="info">
      {certificate === null ? (
        <p>{t('incoming.certificateNone')}</p>
      ) : (
        <>
          <p>
            {certificate.selfSigned
              ? t('incoming.certificateOwn')
              : t('incoming.certificateSigned', { date: showInstant(certificate.validUntil) })}
          </p>
          <p className={cx(styles.mono)}>{inGroups(certificate.fingerprint)}</p>
        </>
      )}
      <Row>
        {certificate === null ? null : (
          <Button icon={FileOutput} busy={busy} onPress={() => void run(save)}>
            {t('incoming.certificateSave')}
          </Button>
        )}
        {may ? (
          <>
            <Button icon={ShieldPlus} busy={busy} onPress={() => void run(make)}>
              {certificate === null ? t('incoming.certificateMake') : t('incoming.certificateMakeNew')}
            </Button>
            <Button icon={FileInput} busy={busy} onPress={() => void run(load)}>
              {t('incoming.certificateLoad')}
            </Button>
          </>
        ) : null}
      </Row>
    </Note>
  );
}
