import { PackageOpen } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncomingRow } from '@shared/contract/boxes';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { formatRoute } from '../../app/router';
import { Badge, Card, Empty, ErrorNote } from '../../components/Surface';
import list from '../importing/Importing.module.css';
import { Pager } from '../sending/Pager';
import { Confirm } from '../sources/Confirm';
import { incomingFacts, incomingTones } from './incomingWords';
import { useBoxesQuery } from './useBoxes';

const PAGE = 50;

/** What other boxes sent here, newest first. */
export function IncomingCard() {
  const { t } = useTranslation();
  const [offset, setOffset] = useState(0);
  const { data, error, reload } = useBoxesQuery('boxes.incoming', { limit: PAGE, offset });
  return (
    <Card title={t('boxes.incoming')}>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data?.total === 0 ? (
        <Empty icon={PackageOpen} title={t('boxes.incomingEmpty')}>
          {t('boxes.incomingEmptyHint')}
        </Empty>
      ) : null}
      {data && data.rows.length > 0 ? (
        <ul className={cx(list.sessions)}>
          {data.rows.map((row) => (
            <li key={row.id} className={cx(list.sessionRow)}>
              <Transaction row={row} onChanged={reload} />
            </li>
          ))}
        </ul>
      ) : null}
      <Pager offset={offset} limit={PAGE} total={data?.total ?? 0} onOffset={setOffset} />
    </Card>
  );
}

function Transaction({ row, onChanged }: { readonly row: IncomingRow; readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const mayForget = useMay('boxes.forgetIncoming');
  const { id, remoteName, state } = row;
  const tone = incomingTones[state];
  return (
    <>
      <a className={cx(list.session)} href={formatRoute({ screen: 'sending', page: 'boxes', item: String(id) })}>
        <span className={cx(list.grow)}>
          <strong>
            <bdi>{remoteName}</bdi>
          </strong>
          <span className={cx(list.soft)}>{incomingFacts(t, row)}</span>
        </span>
        <Badge {...(tone && { tone })}>{t(`boxes.state.${state}`)}</Badge>
      </a>
      {mayForget ? (
        <Confirm
          label={t('boxes.forget')}
          named={t('boxes.forgetOf', { name: remoteName })}
          question={t('boxes.forgetQuestion')}
          onConfirm={() => ask('boxes.forgetIncoming', { id }).then(onChanged)}
        />
      ) : null}
    </>
  );
}
