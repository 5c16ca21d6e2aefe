import { Save, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { HubSettings } from '@shared/model/remotes/hub';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Columns, Note, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { NumberField } from '../destinations/forms/fields';
import { TlsFields } from '../incoming/TlsFields';
import { useScp } from '../incoming/useScp';

interface Props {
  readonly settings: HubSettings;
  readonly busy: boolean;
  readonly onSave: (settings: HubSettings) => void;
  readonly onCancel: () => void;
}

const EVERYWHERE = '0.0.0.0';
/** Reached by programs on this laptop only. */
export const HERE = '127.0.0.1';

/** On which network and port other boxes reach this laptop, and how the world outside calls it. */
export function HubForm({ settings, busy, onSave, onCancel }: Props) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(settings);
  const [tried, setTried] = useState(false);
  // Both listeners of this laptop are on the same networks.
  const { status } = useScp();
  const parsed = HubSettings.safeParse(draft);
  const issues = new Set(parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.')));
  const wrongPort = draft.port === 0 || issues.has('port');
  const hosts = [...new Set([EVERYWHERE, ...(status?.addresses ?? []), HERE, draft.host])];
  return (
    <form
      noValidate
      style={{ display: 'grid', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (parsed.success && !wrongPort) onSave(parsed.data);
      }}
    >
      <Choices
        label={t('incoming.where')}
        options={hosts.map((id) => ({
          id,
          label: id === EVERYWHERE ? t('incoming.everywhere') : id === HERE ? t('incoming.hereOnly') : id,
        }))}
        value={draft.host}
        onChange={(host) => setDraft({ ...draft, host })}
      />
      <Columns>
        <NumberField
          label={t('incoming.port')}
          hint={t('boxes.portHint')}
          value={draft.port === 0 ? null : draft.port}
          onChange={(port) => setDraft({ ...draft, port: port ?? 0 })}
          error={tried && wrongPort ? t('destinations.notRight') : undefined}
        />
        <TextField
          label={t('boxes.publicUrl')}
          hint={t('boxes.publicUrlHint')}
          direction="ltr"
          value={draft.publicUrl}
          onChange={(publicUrl) => setDraft({ ...draft, publicUrl: publicUrl.trim() })}
          error={tried && issues.has('publicUrl') ? t('destinations.notRight') : undefined}
          maxLength={500}
        />
      </Columns>
      <TlsFields tls={draft.tls} onChange={(tls) => setDraft({ ...draft, tls })} />
      {draft.host === HERE || draft.tls.on ? null : (
        <Note tone="info">
          <p>{t('boxes.openNetwork')}</p>
        </Note>
      )}
      <Row>
        <Button look="primary" icon={Save} type="submit" busy={busy}>
          {t('common.save')}
        </Button>
        <Button icon={X} onPress={onCancel}>
          {t('common.cancel')}
        </Button>
      </Row>
    </form>
  );
}
