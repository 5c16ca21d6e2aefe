import { Send, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ItemState, RemoteRow } from '@shared/contract/sync';
import { type RemoteKey, TransactionKey } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { useOutboxQuery } from '../../app/outbox';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Select } from '../../components/Choice';
import { Card, Empty, ErrorNote, Page } from '../../components/Surface';
import { Condition } from '../destinations/Condition';
import { Pager } from '../sending/Pager';
import styles from '../sending/Sending.module.css';
import { TransactionCard } from './TransactionCard';
import { TransactionPage } from './TransactionPage';

const PAGE = 20;
const ALL = 'all';

/** What a person may narrow the list down to. */
const SHOWN = {
  open: ['waiting', 'sending'],
  trouble: ['refused', 'parked'],
  arrived: ['arrived'],
  proven: ['proven'],
  cancelled: ['cancelled'],
} as const satisfies Readonly<Record<string, readonly ItemState[]>>;
type Shown = keyof typeof SHOWN;
const shownNames: readonly Shown[] = ['open', 'trouble', 'arrived', 'proven', 'cancelled'];

/** What is on its way and what became of it; `item` is the transaction that is open. */
export function OutboxPage({ item }: { readonly item: string | null }) {
  const transaction = TransactionKey.safeParse(item);
  return transaction.success ? <TransactionPage key={item} transaction={transaction.data} /> : <Transactions />;
}

function Transactions() {
  const { t } = useTranslation();
  const [remote, setRemote] = useState<RemoteKey | typeof ALL>(ALL);
  const [shown, setShown] = useState<Shown | typeof ALL>(ALL);
  const [offset, setOffset] = useState(0);
  const remotes = useOutboxQuery('remotes.list', {});
  const list = useOutboxQuery('outbox.transactions', {
    limit: PAGE,
    offset,
    ...(remote !== ALL && { remote }),
    ...(shown !== ALL && { states: [...SHOWN[shown]] }),
  });
  const rows = remotes.data?.rows ?? [];
  const narrowed = remote !== ALL || shown !== ALL;
  return (
    <Page
      title={t('outbox.title')}
      subtitle={t('outbox.subtitle')}
      actions={
        <Button look="primary" large icon={Send} onPress={() => navigate({ screen: 'send' })}>
          {t('outbox.send')}
        </Button>
      }
    >
      {remotes.error ? <ErrorNote error={remotes.error} onRetry={remotes.reload} /> : null}
      <Busy rows={rows} />
      {rows.length > 0 || narrowed ? (
        <section className={cx(styles.filters)} aria-label={t('images.filter')}>
          <Select
            label={t('sending.destination')}
            options={[
              { id: ALL, label: t('sending.all') },
              ...rows.map((row) => ({ id: row.remote, label: row.name })),
            ]}
            value={remote}
            onChange={(id) => {
              setRemote(id);
              setOffset(0);
            }}
          />
          <Select
            label={t('sending.state')}
            options={[
              { id: ALL, label: t('sending.all') },
              ...shownNames.map((id) => ({ id, label: t(`outbox.shown.${id}`) })),
            ]}
            value={shown}
            onChange={(id) => {
              setShown(id);
              setOffset(0);
            }}
          />
        </section>
      ) : null}
      {list.error ? <ErrorNote error={list.error} onRetry={list.reload} /> : null}
      <div className={cx(styles.list)}>
        {list.data?.rows.map((row) => (
          <TransactionCard key={row.transaction} row={row} />
        ))}
      </div>
      {list.data ? <Pager offset={offset} limit={PAGE} total={list.data.total} onOffset={setOffset} /> : null}
      {list.data?.total === 0 ? <NothingSent narrowed={narrowed} none={remotes.data?.rows.length === 0} /> : null}
    </Page>
  );
}

function NothingSent({ narrowed, none }: { readonly narrowed: boolean; readonly none: boolean }) {
  const { t } = useTranslation();
  if (narrowed) return <Empty icon={Send} title={t('outbox.noneLikeThis')} />;
  return (
    <Empty
      icon={Send}
      title={t('outbox.empty')}
      {...(none && {
        action: (
          <Button look="primary" icon={Waypoints} onPress={() => navigate({ screen: 'sending', page: 'destinations' })}>
            {t('destinations.title')}
          </Button>
        ),
      })}
    >
      {none ? t('outbox.noDestination') : t('outbox.emptyHint')}
    </Empty>
  );
}

/** Destinations for which something waits or moves: how they stand and how long it may take. */
function Busy({ rows }: { readonly rows: readonly RemoteRow[] }) {
  const { t } = useTranslation();
  const busy = rows.filter(({ counts }) => counts.waiting + counts.sending > 0);
  if (busy.length === 0) return null;
  return (
    <Card title={t('outbox.now')}>
      <ul className={cx(styles.list)}>
        {busy.map((row) => (
          <li key={row.remote}>
            <Condition row={row} named />
          </li>
        ))}
      </ul>
    </Card>
  );
}
