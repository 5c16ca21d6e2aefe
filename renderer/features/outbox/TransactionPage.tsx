import { ArrowLeft, Images } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ItemState } from '@shared/contract/sync';
import type { TransactionKey } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { useOutboxQuery } from '../../app/outbox';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Select } from '../../components/Choice';
import { Empty, ErrorNote, Page } from '../../components/Surface';
import { Pager } from '../sending/Pager';
import styles from '../sending/Sending.module.css';
import { ItemLines } from './ItemLines';
import { TransactionCard } from './TransactionCard';
import { titleOf } from './transaction';

const PAGE = 100;
const ALL = 'all';

/** The images of one transaction, each with its state. */
export function TransactionPage({ transaction }: { readonly transaction: TransactionKey }) {
  const { t } = useTranslation();
  const [state, setState] = useState<ItemState | typeof ALL>(ALL);
  const [offset, setOffset] = useState(0);
  const head = useOutboxQuery('outbox.transaction', { transaction });
  const items = useOutboxQuery('outbox.items', {
    transaction,
    limit: PAGE,
    offset,
    ...(state !== ALL && { states: [state] }),
  });
  const row = head.data;
  return (
    <Page
      title={row ? titleOf(row) : t('outbox.title')}
      actions={
        <Button icon={ArrowLeft} onPress={() => navigate({ screen: 'sending', page: 'outbox' })}>
          {t('outbox.back')}
        </Button>
      }
    >
      {head.error ? <ErrorNote error={head.error} onRetry={head.reload} /> : null}
      {row ? <TransactionCard row={row} alone /> : null}
      {row ? (
        <section className={cx(styles.filters)} aria-label={t('images.filter')}>
          <Select
            label={t('sending.state')}
            options={[
              { id: ALL, label: t('sending.all') },
              ...ItemState.options
                .filter((each) => row.counts[each] > 0 || each === state)
                .map((id) => ({ id, label: t(`outbox.state.${id}`) })),
            ]}
            value={state}
            onChange={(id) => {
              setState(id);
              setOffset(0);
            }}
          />
        </section>
      ) : null}
      {items.error ? <ErrorNote error={items.error} onRetry={items.reload} /> : null}
      {items.data && items.data.rows.length > 0 ? <ItemLines rows={items.data.rows} /> : null}
      {items.data?.total === 0 ? <Empty icon={Images} title={t('outbox.noneLikeThis')} /> : null}
      {items.data ? <Pager offset={offset} limit={PAGE} total={items.data.total} onOffset={setOffset} /> : null}
    </Page>
  );
}
