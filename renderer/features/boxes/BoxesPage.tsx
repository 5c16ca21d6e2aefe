import { Link2, Network, Share2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/access';
import { cx } from '../../app/cx';
import { Button } from '../../components/Button';
import { Card, Empty, ErrorNote, Page, Row } from '../../components/Surface';
import styles from '../sending/Sending.module.css';
import { ConnectDialog, GiveDialog } from './BoxDialogs';
import { BoxLine } from './BoxLine';
import { HubCard } from './HubCard';
import { IncomingCard } from './IncomingCard';
import { IncomingImagesPage } from './IncomingImagesPage';
import { useBoxesQuery } from './useBoxes';

/** The archives that exchange images with this one; `item` is the transaction whose images are shown. */
export function BoxesPage({ item }: { readonly item: string | null }) {
  if (item !== null && /^\d{1,15}$/.test(item)) return <IncomingImagesPage key={item} id={Number(item)} />;
  return <Overview />;
}

function Overview() {
  const { t } = useTranslation();
  const hub = useBoxesQuery('hub.status', {});
  return (
    <Page title={t('boxes.title')} subtitle={t('boxes.subtitle')} shape="narrow">
      <HubCard hub={hub} />
      <Boxes reachable={hub.data?.settings.on === true} />
      <IncomingCard />
    </Page>
  );
}

/** The boxes that are known, and the two ways to another one. */
function Boxes({ reachable }: { readonly reachable: boolean }) {
  const { t } = useTranslation();
  const may = useMay('boxes.connect');
  const { data, error, reload } = useBoxesQuery('boxes.list', {});
  const [open, setOpen] = useState<'connect' | 'give' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <Card title={t('boxes.list')}>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data?.rows.length === 0 ? (
        <Empty icon={Network} title={t('boxes.empty')}>
          {t('boxes.emptyHint')}
        </Empty>
      ) : null}
      {data && data.rows.length > 0 ? (
        <ul className={cx(styles.lines)}>
          {data.rows.map((box) => (
            <BoxLine key={box.remote} box={box} reachable={reachable} onChanged={reload} />
          ))}
        </ul>
      ) : null}
      <Row>
        <Button icon={Link2} isDisabled={!may} onPress={() => setOpen('connect')}>
          {t('boxes.connect')}
        </Button>
        <Button icon={Share2} isDisabled={!may || !reachable} onPress={() => setOpen('give')}>
          {t('boxes.give')}
        </Button>
      </Row>
      {may ? null : <p>{t('boxes.askAdministrator')}</p>}
      {may && !reachable ? <p>{t('boxes.switchOnFirst')}</p> : null}
      {open === 'connect' ? <ConnectDialog onClose={close} onChanged={reload} /> : null}
      {open === 'give' ? <GiveDialog onClose={close} onChanged={reload} /> : null}
    </Card>
  );
}
