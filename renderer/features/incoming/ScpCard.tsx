import { Settings2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ScpStatus } from '@shared/contract/scp';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { listWords, showInstant, showNumber, together } from '../../app/format';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Badge, Card, ErrorNote, Facts, Note, Row } from '../../components/Surface';
import type { Tone } from '../../components/Surface';
import { faultWords } from '../sending/states';
import styles from '../sending/Sending.module.css';
import { ScpForm } from './ScpForm';
import { useScp } from './useScp';

const tones: Readonly<Record<ScpStatus['state'], Tone | undefined>> = {
  off: undefined,
  listening: 'success',
  failed: 'error',
};

/** Receiving from machines: whether it is on, what to enter at them, who called, and its settings. */
export function ScpCard() {
  const { t } = useTranslation();
  const may = useMay('scp.set');
  const { status, error, reload } = useScp();
  const [editing, setEditing] = useState(false);
  const [busy, setBusy] = useState(false);
  const set = async (settings: ScpStatus['settings']): Promise<void> => {
    setBusy(true);
    try {
      const { state } = await ask('scp.set', settings);
      if (state !== 'failed') setEditing(false);
      reload();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const tone = status ? tones[status.state] : undefined;
  return (
    <Card title={t('incoming.machines')}>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      <p>{t('incoming.machinesHint')}</p>
      {status ? (
        <>
          <div>
            <Badge {...(tone && { tone })}>{t(`incoming.state.${status.state}`)}</Badge>
          </div>
          {status.fault ? (
            <Note tone="error">
              <p>{faultWords(status.fault)}</p>
            </Note>
          ) : null}
          {status.state === 'listening' ? <Enter status={status} /> : null}
          <Callers callers={status.callers} />
          {editing ? (
            <ScpForm
              settings={status.settings}
              addresses={status.addresses}
              busy={busy}
              onSave={(settings) => void set(settings)}
              onCancel={() => setEditing(false)}
            />
          ) : may ? (
            <Row>
              <Button
                look={status.settings.enabled ? 'secondary' : 'primary'}
                icon={Settings2}
                onPress={() => setEditing(true)}
              >
                {status.settings.enabled ? t('incoming.change') : t('incoming.setUp')}
              </Button>
              {status.settings.enabled ? (
                <Button busy={busy} onPress={() => void set({ ...status.settings, enabled: false })}>
                  {t('incoming.switchOff')}
                </Button>
              ) : null}
            </Row>
          ) : null}
        </>
      ) : null}
    </Card>
  );
}

/** What has to be entered at the machines. */
function Enter({ status: { settings, port, addresses } }: { readonly status: ScpStatus }) {
  const { t } = useTranslation();
  const own = settings.host === '0.0.0.0' ? addresses : [settings.host];
  return (
    <>
      <p>{t('incoming.enter')}</p>
      <Facts
        rows={[
          [t('incoming.aeTitle'), <bdi key="ae">{settings.AETitle}</bdi>],
          [t('incoming.address'), <bdi key="address">{own.length > 0 ? listWords(own) : t('incoming.noNetwork')}</bdi>],
          [t('incoming.port'), <bdi key="port">{String(port ?? settings.port)}</bdi>],
          [t('incoming.encryption'), settings.tls.on ? t('incoming.tlsOn') : t('incoming.tlsOff')],
        ]}
      />
    </>
  );
}

function Callers({ callers }: { readonly callers: ScpStatus['callers'] }) {
  const { t } = useTranslation();
  if (callers.length === 0) return null;
  return (
    <section aria-label={t('incoming.callers')}>
      <h3>{t('incoming.callers')}</h3>
      <ul className={cx(styles.lines)}>
        {callers.map((caller) => (
          <li key={`${caller.AETitle}@${caller.address}`} className={cx(styles.line)}>
            <span className={cx(styles.grow)}>
              <strong>
                <bdi>{caller.AETitle}</bdi>
              </strong>
              <span className={cx(styles.soft)}>
                {together(
                  caller.address,
                  showInstant(caller.lastAt),
                  t('incoming.received', { count: caller.received, shown: showNumber(caller.received) }),
                  caller.failed > 0
                    ? t('incoming.failed', { count: caller.failed, shown: showNumber(caller.failed) })
                    : '',
                )}
              </span>
            </span>
            {caller.admitted ? null : <Badge tone="warning">{t('incoming.turnedAway')}</Badge>}
          </li>
        ))}
      </ul>
    </section>
  );
}
