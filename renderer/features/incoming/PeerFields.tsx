import { PlugZap, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RemoteTest } from '@shared/contract/sync';
import type { ScpPeer } from '@shared/model/scp';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate } from '../../app/format';
import { sayError } from '../../app/toasts';
import { Button, IconButton } from '../../components/Button';
import { Checkbox } from '../../components/Choice';
import { Note, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { NumberField } from '../destinations/forms/fields';
import { inGroups } from '../destinations/kinds';
import { OfferedCertificate } from '../destinations/OfferedCertificate';
import { faultWords } from '../sending/states';
import styles from '../sending/Sending.module.css';

interface Props {
  readonly peer: ScpPeer;
  /** The name under which this laptop calls it. */
  readonly callingAETitle: string;
  /** What is wrong with one of its fields. */
  readonly issue: (field: keyof ScpPeer) => string | undefined;
  readonly onChange: (peer: ScpPeer) => void;
  readonly onRemove: () => void;
}

/** A known machine: how it is called, and how it is sent what it asks for. */
export function PeerFields({ peer, callingAETitle, issue, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const [found, setFound] = useState<RemoteTest | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (changes: Partial<ScpPeer>): void => {
    setFound(null);
    onChange({ ...peer, ...changes });
  };
  const tryOut = async (): Promise<void> => {
    setBusy(true);
    try {
      const { AETitle: calledAETitle, host, port, tls, certificate } = peer;
      const settings = { kind: 'dimse', host, port, calledAETitle, callingAETitle, tls, certificate } as const;
      setFound(await ask('remotes.test', { settings: { ...settings, commitment: false }, secrets: {} }));
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const fault = found?.steps.find((step) => step.outcome === 'failed' && step.step !== 'prove')?.fault;
  const offered = found?.offeredCertificate ?? null;
  const canBeCalled = peer.host !== '' && peer.AETitle.trim() !== '' && callingAETitle.trim() !== '';
  return (
    <div role="group" aria-label={t('incoming.peer', { name: isolate(peer.AETitle) })} className={cx(styles.machine)}>
      <div className={cx(styles.peer)}>
        <TextField
          label={t('incoming.peerAE')}
          direction="ltr"
          value={peer.AETitle}
          onChange={(AETitle) => set({ AETitle })}
          error={issue('AETitle')}
          maxLength={16}
        />
        <TextField
          label={t('incoming.peerHost')}
          direction="ltr"
          value={peer.host}
          onChange={(host) => set({ host: host.trim() })}
          maxLength={255}
        />
        <NumberField
          label={t('incoming.peerPort')}
          value={peer.port === 0 ? null : peer.port}
          onChange={(port) => set({ port: port ?? 0 })}
          error={issue('port')}
        />
        <IconButton
          icon={Trash2}
          label={t('incoming.peerRemove', { name: isolate(peer.AETitle) })}
          onPress={onRemove}
        />
      </div>
      <Checkbox checked={peer.mayTranscode} onChange={(mayTranscode) => set({ mayTranscode })}>
        {t('incoming.peerDecoded')}
      </Checkbox>
      <Checkbox checked={peer.tls} onChange={(tls) => set({ tls, certificate: tls ? peer.certificate : null })}>
        {t('incoming.peerTls')}
      </Checkbox>
      {peer.certificate === null ? null : (
        <Note tone="info">
          <p>{t('destinations.certificateKept')}</p>
          <p className={cx(styles.mono)}>{inGroups(peer.certificate)}</p>
          <div>
            <Button icon={X} onPress={() => set({ certificate: null })}>
              {t('destinations.certificateForget')}
            </Button>
          </div>
        </Note>
      )}
      <Row>
        <Button icon={PlugZap} busy={busy} isDisabled={!canBeCalled} onPress={() => void tryOut()}>
          {t('incoming.peerTry')}
        </Button>
      </Row>
      <div role="status">
        {offered === null ? (
          found === null ? null : (
            <Note tone={fault ? 'warning' : 'success'}>
              <p>{fault ? faultWords(fault) : t('incoming.peerAnswers')}</p>
            </Note>
          )
        ) : (
          <OfferedCertificate
            fingerprint={offered}
            accept={t('incoming.peerAccept')}
            onAccept={() => set({ certificate: offered })}
          />
        )}
      </div>
    </div>
  );
}
