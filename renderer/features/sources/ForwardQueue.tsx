import { Ban, CircleCheck, Clock, Images, LoaderCircle, RotateCw, TriangleAlert } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ForwardState, type ForwardRow } from '@shared/contract/sources';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showInstant, showNumber, together } from '../../app/format';
import { sayError } from '../../app/toasts';
import { openViewer } from '../../app/viewing';
import { Button } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Badge, Card, ErrorNote, Row, type Tone } from '../../components/Surface';
import styles from './Sources.module.css';
import { sourceLabel } from './sourceLabel';
import { reasonSentence, useSources } from './useSources';

const looks: Readonly<Record<ForwardState, { readonly tone?: Tone; readonly icon: LucideIcon }>> = {
  waiting: { icon: Clock },
  sending: { tone: 'info', icon: LoaderCircle },
  done: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'error', icon: TriangleAlert },
  cancelled: { icon: Ban },
};
const PAGE = 50;
type Shown = ForwardState | 'all';

/** Deliveries, newest first: what waits, what is under way, what has arrived, and what stayed with the reason. */
export function ForwardQueue() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown>('all');
  const [limit, setLimit] = useState(PAGE);
  const filter = shown === 'all' ? {} : { state: shown };
  const { data, error, reload } = useSources('forward.queue', { ...filter, limit }, 'forward');
  const count = (state: ForwardState): string => showNumber(data?.counts[state] ?? 0);
  return (
    <Card title={t('forwarding.queue')}>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      <Choices<Shown>
        label={t('importing.show')}
        hideLabel
        options={[
          { id: 'all', label: t('forwarding.all') },
          ...ForwardState.options.map((state) => ({
            id: state,
            label: `${count(state)} ${t(`forwarding.state.${state}`)}`,
            icon: looks[state].icon,
          })),
        ]}
        value={shown}
        onChange={setShown}
      />
      {data?.rows.length === 0 ? <p>{t('forwarding.noneQueued')}</p> : null}
      <ul className={cx(styles.list)}>
        {data?.rows.map((row) => (
          <Delivery key={row.forward} row={row} onChanged={reload} />
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

async function viewImages(row: ForwardRow): Promise<void> {
  const { rows } = await ask('forward.images', { forward: row.forward, limit: 200 });
  const found = await Promise.allSettled(rows.map(({ image }) => ask('catalog.image', { image })));
  const images = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const [first] = images;
  if (first) openViewer(images, first.image);
}

function Delivery({ row, onChanged }: { readonly row: ForwardRow; readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const { forward, state } = row;
  const { tone, icon } = looks[state];
  const source = sourceLabel(t, row.source, row.sourceName);
  const name = t('forwarding.fromTo', { source, destination: row.destinationName });
  return (
    <li className={cx(styles.item)}>
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span className={cx(styles.soft)}>
          {together(
            showInstant(row.createdAt),
            t('forwarding.sent', { sent: showNumber(row.sent), images: showNumber(row.images) }),
            row.gathering ? t('forwarding.gathering') : '',
            row.nextTry === null ? '' : t('forwarding.nextTry', { at: showInstant(row.nextTry) }),
          )}
        </span>
        {row.error ? <span className={cx(styles.soft)}>{reasonSentence(row.error)}</span> : null}
      </span>
      <Badge icon={icon} {...(tone && { tone })}>
        {t(`forwarding.state.${state}`)}
      </Badge>
      <Button
        icon={Images}
        onPress={() => void viewImages(row).catch(sayError)}
        aria-label={`${t('importing.images')}: ${name}`}
      >
        {t('importing.images')}
      </Button>
      {state === 'failed' || state === 'cancelled' || row.nextTry !== null ? (
        <Button
          icon={RotateCw}
          aria-label={`${t('common.retry')}: ${name}`}
          onPress={() => void ask('forward.retry', { forward }).then(onChanged, sayError)}
        >
          {t('common.retry')}
        </Button>
      ) : null}
      {state === 'waiting' || state === 'sending' ? (
        <Button
          icon={Ban}
          aria-label={`${t('common.cancel')}: ${name}`}
          onPress={() => void ask('forward.cancel', { forward }).then(onChanged, sayError)}
        >
          {t('common.cancel')}
        </Button>
      ) : null}
    </li>
  );
}
