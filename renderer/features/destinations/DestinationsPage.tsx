import { Plus, Waypoints } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/access';
import { cx } from '../../app/cx';
import { useOutboxQuery } from '../../app/outbox';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Empty, ErrorNote, Note, Page } from '../../components/Surface';
import styles from '../sending/Sending.module.css';
import { DestinationCard } from './DestinationCard';
import { DestinationPage } from './DestinationPage';

const NEW = 'new';

/** To whom can be sent; `item` is the destination that is being changed, or `new`. */
export function DestinationsPage({ item }: { readonly item: string | null }) {
  const { t } = useTranslation();
  const mayAdd = useMay('remotes.save');
  const { data, error, reload } = useOutboxQuery('remotes.list', {});
  const open = data?.rows.find(({ remote }) => remote === item);
  if (data && (open !== undefined || (item === NEW && mayAdd)))
    return <DestinationPage key={item} row={open ?? null} list={data} />;
  const add = (
    <Button
      look="primary"
      large
      icon={Plus}
      onPress={() => navigate({ screen: 'sending', page: 'destinations', item: NEW })}
    >
      {t('destinations.add')}
    </Button>
  );
  const keepsSecrets = data?.rows.some(({ secrets }) => secrets.length > 0) === true;
  return (
    <Page
      title={t('destinations.title')}
      subtitle={t('destinations.subtitle')}
      actions={mayAdd && data && data.rows.length > 0 ? add : undefined}
    >
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data && !data.secretsProtected && keepsSecrets ? (
        <Note tone="warning">
          <p>{t('destinations.unprotected')}</p>
        </Note>
      ) : null}
      {data?.rows.length === 0 ? (
        <Empty icon={Waypoints} title={t('destinations.empty')} action={mayAdd ? add : null}>
          {mayAdd ? t('destinations.emptyHint') : t('destinations.askAdministrator')}
        </Empty>
      ) : null}
      <ul className={cx(styles.list)}>
        {data?.rows.map((row) => (
          <li key={row.remote}>
            <DestinationCard row={row} onChanged={reload} />
          </li>
        ))}
      </ul>
    </Page>
  );
}
