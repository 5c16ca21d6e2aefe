import { UserCheck, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RemoteKey } from '@shared/model/ids';
import { useMay } from '../../app/access';
import { cx } from '../../app/cx';
import { useOutboxQuery } from '../../app/outbox';
import { Choices, Select } from '../../components/Choice';
import { Columns, Empty, ErrorNote, Note, Page } from '../../components/Surface';
import { ToDestinations } from '../destinations/ToDestinations';
import { Pager } from '../sending/Pager';
import styles from '../sending/Sending.module.css';
import { Answered } from './Answered';
import { FetchCard } from './FetchCard';
import { MatchCard } from './MatchCard';

const ALL = 'all';
const views = ['waiting', 'answered'] as const;
type View = (typeof views)[number];
/** A card takes much room, an answer little. */
const PAGE: Readonly<Record<View, number>> = { waiting: 10, answered: 50 };

/** Who patients are at destinations that have patients of their own, and what such destinations have for this archive. */
export function MatchingPage() {
  const { t } = useTranslation();
  const mayAnswer = useMay('matching.decide');
  const mayFetch = useMay('remotes.fetch');
  const remotes = useOutboxQuery('remotes.list', {});
  const rows = remotes.data?.rows ?? [];
  const asking = rows.filter(({ abilities }) => abilities.matches);
  return (
    <Page title={t('matching.title')} subtitle={t('matching.subtitle')}>
      {remotes.error ? <ErrorNote error={remotes.error} onRetry={remotes.reload} /> : null}
      {mayAnswer && mayFetch ? null : (
        <Note tone="info">
          <p>{t('matching.mayNot')}</p>
        </Note>
      )}
      <FetchCard remotes={rows} />
      {asking.length > 0 ? <People remotes={asking.map(({ remote, name }) => ({ id: remote, label: name }))} /> : null}
      {remotes.data && asking.length === 0 ? <Nobody /> : null}
    </Page>
  );
}

interface PeopleProps {
  readonly remotes: readonly { readonly id: RemoteKey; readonly label: string }[];
}

/** Those who wait for an answer, or those who were answered for. */
function People({ remotes }: PeopleProps) {
  const { t } = useTranslation();
  const [remote, setRemote] = useState<RemoteKey | typeof ALL>(ALL);
  const [view, setView] = useState<View>('waiting');
  const [offset, setOffset] = useState(0);
  const limit = PAGE[view];
  const decided = view === 'answered';
  const list = useOutboxQuery('matching.list', { decided, limit, offset, ...(remote !== ALL && { remote }) });
  // While the other view is being asked for, the answer of the one before is not shown as this one's.
  const data = list.loading ? null : list.data;
  const changed = (): void => {
    if (data?.rows.length === 1 && offset > 0) setOffset(Math.max(0, offset - limit));
    else list.reload();
  };
  return (
    <>
      <Columns>
        <Choices
          label={t('matching.show')}
          options={views.map((id) => ({ id, label: t(`matching.view.${id}`) }))}
          value={view}
          onChange={(id) => {
            setView(id);
            setOffset(0);
          }}
        />
        {remotes.length > 1 ? (
          <Select
            label={t('sending.destination')}
            options={[{ id: ALL, label: t('sending.all') }, ...remotes]}
            value={remote}
            onChange={(id) => {
              setRemote(id);
              setOffset(0);
            }}
          />
        ) : null}
      </Columns>
      {list.error ? <ErrorNote error={list.error} onRetry={list.reload} /> : null}
      {data?.total === 0 ? (
        <Empty icon={UserCheck} title={t(`matching.empty.${view}`)}>
          {t(`matching.emptyHint.${view}`)}
        </Empty>
      ) : null}
      {data && data.rows.length > 0 ? (
        decided ? (
          <Answered rows={data.rows} onChanged={changed} />
        ) : (
          <ul className={cx(styles.list)}>
            {data.rows.map((row) => (
              <li key={`${row.remote} ${row.patient}`}>
                <MatchCard row={row} onDecided={changed} />
              </li>
            ))}
          </ul>
        )
      ) : null}
      {data ? <Pager offset={offset} limit={limit} total={data.total} onOffset={setOffset} /> : null}
    </>
  );
}

function Nobody() {
  const { t } = useTranslation();
  return (
    <Empty icon={Waypoints} title={t('matching.nobody')} action={<ToDestinations />}>
      {t('matching.nobodyHint')}
    </Empty>
  );
}
