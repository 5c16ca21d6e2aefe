import { Pause, Pencil, Play, ShieldCheck, ShieldQuestion, Trash2, Zap } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RemoteRow } from '@shared/contract/sync';
import type { FieldboxError } from '@shared/errors';
import { asFieldboxError } from '@shared/errors';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate, listWords, showNumber } from '../../app/format';
import { navigate } from '../../app/router';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Badge, Card, ErrorNote, Row } from '../../components/Surface';
import styles from '../sending/Sending.module.css';
import { Condition } from './Condition';
import { kindIcons, placeOf } from './kinds';

interface Props {
  readonly row: RemoteRow;
  readonly onChanged: () => void;
}

/** One destination: how it stands, what it can prove, and what can be done with it. */
export function DestinationCard({ row, onChanged }: Props) {
  const { t } = useTranslation();
  const may = useMay('remotes.save');
  const [removing, setRemoving] = useState(false);
  const { remote, name, settings, policy, proofs, counts } = row;
  const Icon = kindIcons[settings.kind];
  const waits = counts.waiting + counts.sending + counts.arrived > 0;
  const pause = (): void => {
    const changed = { ...policy, paused: !policy.paused };
    ask('remotes.save', { remote, name, settings, policy: changed, secrets: {} }).then(onChanged, sayError);
  };
  return (
    <Card>
      <div className={cx(styles.head)}>
        <div className={cx(styles.step)}>
          <Icon aria-hidden size={28} strokeWidth={1.75} />
          <div className={cx(styles.grow)}>
            <h2>
              <bdi>{name}</bdi>
            </h2>
            <span className={cx(styles.soft)}>
              {t(`destinations.kind.${settings.kind}`)} · <bdi>{placeOf(settings)}</bdi>
            </span>
          </div>
        </div>
        {proofs.length > 0 ? (
          <Badge tone="success" icon={ShieldCheck}>
            {t('destinations.proves', { how: listWords(proofs.map((kind) => t(`destinations.proof.${kind}`))) })}
          </Badge>
        ) : (
          <Badge tone="warning" icon={ShieldQuestion}>
            {t('destinations.cannotProve')}
          </Badge>
        )}
      </div>
      <Condition row={row} />
      <Counts row={row} />
      <Row>
        <Button
          icon={Zap}
          isDisabled={!waits || policy.paused}
          aria-label={t('destinations.nowOf', { name })}
          onPress={() => void ask('remotes.now', { remote }).catch(sayError)}
        >
          {t('destinations.now')}
        </Button>
        {may ? (
          <>
            <Button
              icon={policy.paused ? Play : Pause}
              aria-label={policy.paused ? t('destinations.goOnOf', { name }) : t('destinations.pauseOf', { name })}
              onPress={pause}
            >
              {policy.paused ? t('destinations.goOn') : t('destinations.pause')}
            </Button>
            <Button
              icon={Pencil}
              aria-label={t('destinations.changeOf', { name })}
              onPress={() => navigate({ screen: 'sending', page: 'destinations', item: remote })}
            >
              {t('destinations.change')}
            </Button>
            <Button icon={Trash2} aria-label={t('destinations.removeOf', { name })} onPress={() => setRemoving(true)}>
              {t('destinations.remove')}
            </Button>
          </>
        ) : null}
      </Row>
      {removing ? <RemoveDialog row={row} onClose={() => setRemoving(false)} onRemoved={onChanged} /> : null}
    </Card>
  );
}

const counted = ['waiting', 'sending', 'arrived', 'proven', 'refused', 'parked'] as const;

function Counts({ row: { counts } }: { readonly row: RemoteRow }) {
  const { t } = useTranslation();
  const known = counted.filter((state) => counts[state] > 0);
  if (known.length === 0) return null;
  return (
    <p>
      {listWords(
        known.map((state) => t(`outbox.counts.${state}`, { count: counts[state], shown: showNumber(counts[state]) })),
      )}
    </p>
  );
}

interface RemoveProps {
  readonly row: RemoteRow;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

function RemoveDialog({ row, onClose, onRemoved }: RemoveProps) {
  const { t } = useTranslation();
  const [error, setError] = useState<FieldboxError | null>(null);
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await ask('remotes.remove', { remote: row.remote });
      onClose();
      onRemoved();
    } catch (thrown) {
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('destinations.removeTitle', { name: isolate(row.name) })} open onClose={onClose}>
      <p>{t('destinations.removeText')}</p>
      {error ? <ErrorNote error={error} /> : null}
      <Actions>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button look="danger" busy={busy} onPress={() => void remove()}>
          {t('destinations.remove')}
        </Button>
      </Actions>
    </Dialog>
  );
}
