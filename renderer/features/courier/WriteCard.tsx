import { PenLine, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RemoteRow, StateCounts } from '@shared/contract/sync';
import type { FieldboxError } from '@shared/errors';
import { asFieldboxError } from '@shared/errors';
import { ask } from '../../app/api';
import { isolate, showNumber } from '../../app/format';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Card, ErrorNote, Row } from '../../components/Surface';
import { Condition } from '../destinations/Condition';
import { PathField } from '../destinations/forms/others';
import { Written } from './Written';

interface Props {
  readonly row: RemoteRow;
  /** Where its stick usually is; empty when that is said each time. */
  readonly usual: string;
}

interface Begun {
  /** Counts the writings, so that each is looked at from its own beginning. */
  readonly turn: number;
  readonly waiting: number;
  readonly before: StateCounts;
}

/** Writing to the stick for one destination: where the stick is, what waits, and what became of it. */
export function WriteCard({ row, usual }: Props) {
  const { t } = useTranslation();
  const [folder, setFolder] = useState(usual);
  const [begun, setBegun] = useState<Begun | null>(null);
  const [error, setError] = useState<FieldboxError | null>(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const { remote, name, counts, policy } = row;
  const waiting = counts.waiting + counts.sending;
  const path = folder.trim();
  const write = async (again: boolean): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const answer = await ask('courier.write', { remote, folder: path, again });
      setBegun((last) => ({ turn: (last?.turn ?? 0) + 1, waiting: answer.waiting, before: counts }));
    } catch (thrown) {
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };
  const obstacle = policy.paused ? t('courier.isPaused') : path === '' ? t('courier.sayWhere') : null;
  return (
    <Card title={t('courier.writeTo', { name: isolate(name) })}>
      <Condition row={row} />
      <p>
        {waiting > 0 ? t('courier.waiting', { count: waiting, shown: showNumber(waiting) }) : t('courier.nothingWaits')}
      </p>
      <PathField hint={t('courier.writeHint')} path={folder} onPath={setFolder} />
      {obstacle === null ? null : <p>{obstacle}</p>}
      <Row>
        <Button
          look="primary"
          icon={PenLine}
          busy={busy}
          isDisabled={obstacle !== null || waiting === 0}
          aria-label={t('courier.writeTo', { name })}
          onPress={() => void write(false)}
        >
          {t('courier.write')}
        </Button>
        {counts.arrived > 0 ? (
          <Button
            icon={RotateCcw}
            isDisabled={obstacle !== null || busy}
            aria-label={t('courier.againOf', { name })}
            onPress={() => setAsking(true)}
          >
            {t('courier.again')}
          </Button>
        ) : null}
      </Row>
      {error ? <ErrorNote error={error} /> : null}
      {begun ? <Written key={begun.turn} remote={remote} waiting={begun.waiting} before={begun.before} /> : null}
      <Dialog title={t('courier.againOf', { name: isolate(name) })} open={asking} onClose={() => setAsking(false)}>
        <p>{t('courier.againText', { count: counts.arrived, shown: showNumber(counts.arrived) })}</p>
        <Actions>
          <Button onPress={() => setAsking(false)}>{t('common.cancel')}</Button>
          <Button look="primary" icon={RotateCcw} busy={busy} onPress={() => void write(true)}>
            {t('courier.again')}
          </Button>
        </Actions>
      </Dialog>
    </Card>
  );
}
