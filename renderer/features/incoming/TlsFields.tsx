import { FilePlus2, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ListenerTls } from '@shared/model/listener-tls';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate } from '../../app/format';
import { sayError } from '../../app/toasts';
import { Button, IconButton } from '../../components/Button';
import { Checkbox } from '../../components/Choice';
import { inGroups } from '../destinations/kinds';
import styles from '../sending/Sending.module.css';
import { OwnCertificateNote } from './OwnCertificateNote';

interface Props {
  readonly tls: ListenerTls;
  readonly onChange: (tls: ListenerTls) => void;
}

/** Whether a listener of this laptop is encrypted, with which certificate, and who may connect to it. */
export function TlsFields({ tls, onChange }: Props) {
  const { t } = useTranslation();
  const add = async (): Promise<void> => {
    try {
      const { paths } = await ask('dialog.openFiles', {});
      const read = await Promise.all(paths.map((path) => ask('certificate.read', { path })));
      const known = new Set(tls.clients.map(({ fingerprint }) => fingerprint));
      onChange({ ...tls, clients: [...tls.clients, ...read.filter(({ fingerprint }) => !known.has(fingerprint))] });
    } catch (thrown) {
      sayError(thrown);
    }
  };
  return (
    <>
      <Checkbox checked={tls.on} onChange={(on) => onChange({ ...tls, on })}>
        {t('incoming.tls')}
      </Checkbox>
      {tls.on ? (
        <>
          <OwnCertificateNote />
          <h3>{t('incoming.clients')}</h3>
          <p>{tls.clients.length === 0 ? t('incoming.clientsNobody') : t('incoming.clientsOnly')}</p>
          <ul className={cx(styles.lines)}>
            {tls.clients.map(({ fingerprint, subject }) => (
              <li key={fingerprint} className={cx(styles.line)}>
                <span className={cx(styles.grow)}>
                  <strong>
                    <bdi>{subject}</bdi>
                  </strong>
                  <span className={cx(styles.mono)}>{inGroups(fingerprint)}</span>
                </span>
                <IconButton
                  icon={Trash2}
                  label={t('incoming.clientRemove', { name: isolate(subject) })}
                  onPress={() =>
                    onChange({ ...tls, clients: tls.clients.filter((each) => each.fingerprint !== fingerprint) })
                  }
                />
              </li>
            ))}
          </ul>
          <div>
            <Button icon={FilePlus2} isDisabled={tls.clients.length >= 64} onPress={() => void add()}>
              {t('incoming.clientAdd')}
            </Button>
          </div>
        </>
      ) : null}
    </>
  );
}
