import { Settings2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HubStatus } from '@shared/contract/boxes';
import type { HubSettings } from '@shared/model/remotes/hub';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { showNumber } from '../../app/format';
import type { Query } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Switch } from '../../components/Choice';
import { Badge, Card, ErrorNote, Facts, Note, Row } from '../../components/Surface';
import type { Tone } from '../../components/Surface';
import { faultWords } from '../sending/states';
import { HERE, HubForm } from './HubForm';
import { useAct } from './useBoxes';

type State = 'off' | 'listening' | 'failed';

const tones: Readonly<Record<State, Tone | undefined>> = { off: undefined, listening: 'success', failed: 'error' };

function stateOf({ listening, settings }: HubStatus): State {
  return listening ? 'listening' : settings.on ? 'failed' : 'off';
}

/** Whether other boxes can reach this laptop, under which address, and why not. */
export function HubCard({ hub }: { readonly hub: Query<HubStatus> }) {
  const { t } = useTranslation();
  const may = useMay('hub.set');
  const [editing, setEditing] = useState(false);
  const { busy, error, run } = useAct();
  const status = hub.data;
  const set = (settings: HubSettings): void =>
    run(async () => {
      await ask('hub.set', settings);
      setEditing(false);
      hub.reload();
    });
  const tone = status ? tones[stateOf(status)] : undefined;
  return (
    <Card title={t('boxes.hub')}>
      <p>{t('boxes.hubHint')}</p>
      {hub.error ? <ErrorNote error={hub.error} onRetry={hub.reload} /> : null}
      {error ? <ErrorNote error={error} /> : null}
      {status ? (
        <>
          <Row>
            <Switch
              checked={status.settings.on}
              onChange={(on) => set({ ...status.settings, on })}
              disabled={!may || busy}
            >
              {t('boxes.hubOn')}
            </Switch>
            <Badge {...(tone && { tone })}>{t(`boxes.hubState.${stateOf(status)}`)}</Badge>
          </Row>
          {may ? null : <p>{t('boxes.askAdministrator')}</p>}
          {status.fault ? (
            <Note tone="error">
              <p>{faultWords(status.fault)}</p>
            </Note>
          ) : null}
          {status.listening ? <Where status={status} /> : null}
          {editing ? (
            <HubForm settings={status.settings} busy={busy} onSave={set} onCancel={() => setEditing(false)} />
          ) : (
            <Row>
              <Button icon={Settings2} isDisabled={!may} onPress={() => setEditing(true)}>
                {t('boxes.hubChange')}
              </Button>
            </Row>
          )}
        </>
      ) : null}
    </Card>
  );
}

function Where({ status: { addresses, connections, port, settings } }: { readonly status: HubStatus }) {
  const { t } = useTranslation();
  const shown = addresses.map((address) => (
    <div key={address}>
      <bdi>{address}</bdi>
    </div>
  ));
  return (
    <>
      <Facts
        rows={[
          [t('boxes.hubAddress'), shown],
          [t('incoming.port'), <bdi key="port">{String(port ?? settings.port)}</bdi>],
          [t('boxes.hubConnections'), showNumber(connections)],
        ]}
      />
      {settings.host === HERE && settings.publicUrl === '' ? (
        <Note tone="warning">
          <p>{t('boxes.hereOnly')}</p>
        </Note>
      ) : null}
    </>
  );
}
