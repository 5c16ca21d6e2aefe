import { CircleCheck, Clock, Images, RotateCw, TriangleAlert, Undo2 } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { ForwardGathering, ForwardRow } from '@shared/contract/sources';
import { ItemState } from '@shared/contract/sync';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showInstant, showNumber, together } from '../../app/format';
import { sayError } from '../../app/toasts';
import { viewImages } from '../../app/viewing';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Badge, Card, ErrorNote, Row, type Tone } from '../../components/Surface';
import styles from './Sources.module.css';
import { sourceLabel } from './sourceLabel';
import { useSources } from './useSources';

const PAGE = 50;
type Shown = 'all' | 'open';

/** What rules gather now and what they have asked the outbox for, newest first, with what became of it. */
export function ForwardQueue() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown>('all');
  const [limit, setLimit] = useState(PAGE);
  const { data, error, reload } = useSources('forward.queue', { openOnly: shown === 'open', limit }, 'forward');
  const isEmpty = data?.rows.length === 0 && data.gathering.length === 0;
  return (
    <Card title={t('forwarding.queue')}>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      <Choices<Shown>
        label={t('importing.show')}
        hideLabel
        options={[
          { id: 'all', label: t('forwarding.all') },
          { id: 'open', label: t('forwarding.open') },
        ]}
        value={shown}
        onChange={setShown}
      />
      {isEmpty ? <p>{t('forwarding.noneQueued')}</p> : null}
      <ul className={cx(styles.list)}>
        {data?.gathering.map((row) => (
          <Gathering key={[row.rule, row.source, row.sourceRef, row.session].join(' ')} row={row} />
        ))}
        {data?.rows.map((row) => (
          <Transaction key={row.transaction} row={row} onChanged={reload} />
        ))}
      </ul>
      {data && data.total > data.rows.length && limit < 1000 ? (
        <Row>
          <Button onPress={() => setLimit(Math.min(1000, limit + PAGE))}>{t('importing.more')}</Button>
        </Row>
      ) : null}
    </Card>
  );
}

function Gathering({ row }: { readonly row: ForwardGathering }) {
  const { t } = useTranslation();
  const source = sourceLabel(t, row.source, row.sourceName);
  return (
    <li className={cx(styles.item)}>
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{t('forwarding.fromTo', { source, destination: row.remoteName })}</bdi>
        </strong>
        <span className={cx(styles.soft)}>
          {together(showInstant(row.since), countOf(t, 'gathered', row.images), t('forwarding.gathering'))}
        </span>
      </span>
    </li>
  );
}

function countOf(t: TFunction, state: ItemState | 'gathered', images: number): string {
  return t('forwarding.countOf', { state: t(`forwarding.state.${state}`), shown: showNumber(images) });
}

async function viewTransaction({ transaction }: ForwardRow): Promise<void> {
  const { rows } = await ask('outbox.items', { transaction, limit: 200 });
  await viewImages(rows.map(({ image }) => image));
}

/** How a transaction stands as a whole: what needs a person comes before what waits, and that before what is done. */
function standing({ refused, parked, waiting, sending, arrived }: ForwardRow['counts']): {
  readonly state: ItemState;
  readonly icon: LucideIcon;
  readonly tone?: Tone;
} {
  if (parked > 0) return { state: 'parked', icon: TriangleAlert, tone: 'warning' };
  if (refused > 0) return { state: 'refused', icon: TriangleAlert, tone: 'error' };
  if (waiting + sending > 0) return { state: 'waiting', icon: Clock };
  if (arrived > 0) return { state: 'arrived', icon: CircleCheck, tone: 'info' };
  return { state: 'proven', icon: CircleCheck, tone: 'success' };
}

function Transaction({ row, onChanged }: { readonly row: ForwardRow; readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const { transaction, counts, total } = row;
  const wholly = counts.cancelled === total;
  const { state, icon, tone } = standing(counts);
  const source = row.source === null ? t('forwarding.any') : sourceLabel(t, row.source, row.sourceName);
  const name = t('forwarding.fromTo', { source, destination: row.remoteName });
  return (
    <li className={cx(styles.item)}>
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span className={cx(styles.soft)}>
          {together(
            showInstant(row.requestedAt),
            ...ItemState.options.map((each) => (counts[each] > 0 ? countOf(t, each, counts[each]) : '')),
            row.anonymise === null ? '' : t('forwarding.anonymised'),
          )}
        </span>
      </span>
      <Badge icon={wholly ? Undo2 : icon} {...(tone && !wholly && { tone })}>
        {t(`forwarding.state.${wholly ? 'cancelled' : state}`)}
      </Badge>
      <Button
        icon={Images}
        onPress={() => void viewTransaction(row).catch(sayError)}
        aria-label={`${t('importing.images')}: ${name}`}
      >
        {t('importing.images')}
      </Button>
      {counts.refused + counts.parked + counts.cancelled > 0 ? (
        <Button
          icon={RotateCw}
          aria-label={t('forwarding.retryNamed', { name })}
          onPress={() => void ask('outbox.retry', { transaction }).then(onChanged, sayError)}
        >
          {t('forwarding.retry')}
        </Button>
      ) : null}
      {counts.waiting > 0 ? (
        <Button
          icon={Undo2}
          aria-label={t('forwarding.takeBackNamed', { name })}
          onPress={() => void ask('outbox.cancel', { transaction }).then(onChanged, sayError)}
        >
          {t('forwarding.takeBack')}
        </Button>
      ) : null}
    </li>
  );
}
