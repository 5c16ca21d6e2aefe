import { Plus, Save, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ScpSettings, type ScpPeer } from '@shared/model/scp';
import { Button } from '../../components/Button';
import { Checkbox, Choices } from '../../components/Choice';
import { Columns, Note, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { NumberField } from '../destinations/forms/fields';
import { PeerFields } from './PeerFields';
import { TlsFields } from './TlsFields';

interface Props {
  readonly settings: ScpSettings;
  readonly addresses: readonly string[];
  readonly busy: boolean;
  readonly onSave: (settings: ScpSettings) => void;
  readonly onCancel: () => void;
}

const EVERYWHERE = '0.0.0.0';
const HERE = '127.0.0.1';
const NEW_PEER: ScpPeer = { AETitle: '', host: '', port: 104, tls: false, certificate: null, mayTranscode: false };

/** How machines may send and ask. Saving switches it on. */
export function ScpForm({ settings, addresses, busy, onSave, onCancel }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(settings);
  const [tried, setTried] = useState(false);
  const parsed = ScpSettings.safeParse({ ...draft, enabled: true });
  const issues = new Set(parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.')));
  const issue = (path: string): string | undefined =>
    tried && issues.has(path) ? t('destinations.notRight') : undefined;
  const set = (changes: Partial<ScpSettings>): void => setDraft({ ...draft, ...changes });
  const hosts = [...new Set([EVERYWHERE, ...addresses, HERE, draft.host])];
  return (
    <form
      noValidate
      style={{ display: 'grid', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (parsed.success) onSave(parsed.data);
      }}
    >
      <Columns>
        <TextField
          label={t('incoming.aeTitle')}
          hint={t('incoming.aeTitleHint')}
          direction="ltr"
          value={draft.AETitle}
          onChange={(AETitle) => set({ AETitle })}
          error={issue('AETitle')}
          maxLength={16}
        />
        <NumberField
          label={t('incoming.port')}
          hint={t('incoming.portHint')}
          value={draft.port === 0 ? null : draft.port}
          onChange={(port) => set({ port: port ?? 0 })}
          error={issue('port')}
        />
      </Columns>
      <Choices
        label={t('incoming.where')}
        options={hosts.map((id) => ({
          id,
          label: id === EVERYWHERE ? t('incoming.everywhere') : id === HERE ? t('incoming.hereOnly') : id,
        }))}
        value={draft.host}
        onChange={(host) => set({ host })}
      />
      <h3>{t('incoming.peers')}</h3>
      <p>{t('incoming.peersHint')}</p>
      {draft.peers.map((peer, at) => (
        // A line has nothing of its own but its place.
        <PeerFields
          key={at}
          peer={peer}
          callingAETitle={draft.AETitle}
          issue={(field) => issue(`peers.${String(at)}.${field}`)}
          onChange={(changed) => set({ peers: draft.peers.map((each, index) => (index === at ? changed : each)) })}
          onRemove={() => set({ peers: draft.peers.filter((_, index) => index !== at) })}
        />
      ))}
      <div>
        <Button
          icon={Plus}
          isDisabled={draft.peers.length >= 64}
          onPress={() => set({ peers: [...draft.peers, NEW_PEER] })}
        >
          {t('incoming.peerAdd')}
        </Button>
      </div>
      <Checkbox checked={draft.strangersMayStore} onChange={(strangersMayStore) => set({ strangersMayStore })}>
        {t('incoming.strangers')}
      </Checkbox>
      <Checkbox checked={draft.worklist} onChange={(worklist) => set({ worklist })}>
        {t('incoming.worklist')}
      </Checkbox>
      <Checkbox checked={draft.unknownClasses} onChange={(unknownClasses) => set({ unknownClasses })}>
        {t('incoming.unknownClasses')}
      </Checkbox>
      <TlsFields tls={draft.tls} onChange={(tls) => set({ tls })} />
      {draft.peers.length === 0 && !draft.strangersMayStore ? (
        <Note tone="warning">
          <p>{t('incoming.nobody')}</p>
        </Note>
      ) : null}
      {draft.host === HERE || draft.tls.on ? null : (
        <Note tone="info">
          <p>{t('incoming.openNetwork')}</p>
        </Note>
      )}
      <Row>
        <Button look="primary" icon={Save} type="submit" busy={busy}>
          {settings.enabled ? t('common.save') : t('incoming.switchOn')}
        </Button>
        <Button icon={X} onPress={onCancel}>
          {t('common.cancel')}
        </Button>
      </Row>
    </form>
  );
}
