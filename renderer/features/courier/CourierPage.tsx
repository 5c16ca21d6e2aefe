import { Plus, Usb } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/access';
import { useOutboxQuery } from '../../app/outbox';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Empty, ErrorNote, Page } from '../../components/Surface';
import { KeyCard } from './KeyCard';
import { ReadCard } from './ReadCard';
import { ReceiptsCard } from './ReceiptsCard';
import { WriteCard } from './WriteCard';

/** Carrying images to another Fieldbox on a stick: the key of this one, writing, reading, and what came back. */
export function CourierPage() {
  const { t } = useTranslation();
  const { data, error, reload } = useOutboxQuery('remotes.list', {});
  const rows = data?.rows.filter(({ settings }) => settings.kind === 'courier') ?? [];
  return (
    <Page title={t('courier.title')} subtitle={t('courier.subtitle')}>
      <KeyCard />
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data && rows.length === 0 ? <NoDestination /> : null}
      {rows.map((row) => (
        <WriteCard key={row.remote} row={row} usual={row.settings.kind === 'courier' ? row.settings.path : ''} />
      ))}
      <ReadCard />
      <ReceiptsCard rows={rows} />
    </Page>
  );
}

function NoDestination() {
  const { t } = useTranslation();
  const mayAdd = useMay('remotes.save');
  return (
    <Empty
      icon={Usb}
      title={t('courier.empty')}
      action={
        mayAdd ? (
          <Button icon={Plus} onPress={() => navigate({ screen: 'sending', page: 'destinations', item: 'new' })}>
            {t('destinations.add')}
          </Button>
        ) : null
      }
    >
      {mayAdd ? t('courier.emptyHint') : t('destinations.askAdministrator')}
    </Empty>
  );
}
