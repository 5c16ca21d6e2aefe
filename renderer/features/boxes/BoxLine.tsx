import { HardDriveDownload, Link, Pencil } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoxRow } from '@shared/contract/boxes';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate, showInstant, showNumber, together } from '../../app/format';
import { navigate } from '../../app/router';
import { say, sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Badge } from '../../components/Surface';
import { faultWords } from '../sending/states';
import styles from '../sending/Sending.module.css';
import { AddressDialog } from './BoxDialogs';

interface Props {
  readonly box: BoxRow;
  /** Whether addresses can be handed over now: whether receiving is switched on. */
  readonly reachable: boolean;
  readonly onChanged: () => void;
}

/** One box: which side comes to the other, whether the two are in contact, and what can be done with it. */
export function BoxLine({ box, reachable, onChanged }: Props) {
  const { t } = useTranslation();
  const mayGive = useMay('boxes.address');
  const mayChange = useMay('remotes.save');
  const [showing, setShowing] = useState(false);
  const [busy, setBusy] = useState(false);
  const { fault, heardAt, isFieldbox, name, online, remote, role } = box;
  const fetchNow = async (): Promise<void> => {
    setBusy(true);
    try {
      const { received, rejected } = await ask('boxes.fetch', { remote });
      const images = t('incoming.received', { count: received, shown: showNumber(received) });
      const failed = t('incoming.failed', { count: rejected, shown: showNumber(rejected) });
      if (received === 0 && rejected === 0)
        say({ tone: 'info', text: t('boxes.nothingThere', { name: isolate(name) }) });
      else if (rejected === 0) say({ tone: 'success', text: images });
      else say({ tone: 'warning', text: together(images, failed) });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
      onChanged();
    }
  };
  return (
    <li className={cx(styles.line)}>
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span>{t(`boxes.role.${role}`)}</span>
        <span className={cx(styles.soft)}>
          {together(
            isFieldbox === null ? '' : isFieldbox ? t('boxes.isFieldbox') : t('boxes.isOther'),
            heardAt === null ? t('boxes.neverHeard') : t('boxes.heard', { when: showInstant(heardAt) }),
          )}
        </span>
        {fault ? <span className={cx(styles.bad)}>{faultWords(fault)}</span> : null}
      </span>
      <span className={cx(styles.end)}>
        <Badge {...(online && { tone: 'success' })}>{online ? t('boxes.online') : t('boxes.offline')}</Badge>
        {role === 'connects' ? (
          <Button
            icon={HardDriveDownload}
            busy={busy}
            aria-label={t('boxes.fetchFrom', { name })}
            onPress={() => void fetchNow()}
          >
            {t('boxes.fetch')}
          </Button>
        ) : (
          <Button
            icon={Link}
            isDisabled={!mayGive || !reachable}
            aria-label={t('boxes.addressOf', { name })}
            onPress={() => setShowing(true)}
          >
            {t('boxes.showAddress')}
          </Button>
        )}
        {mayChange ? (
          <Button
            icon={Pencil}
            aria-label={t('destinations.changeOf', { name })}
            onPress={() => navigate({ screen: 'sending', page: 'destinations', item: remote })}
          >
            {t('destinations.change')}
          </Button>
        ) : null}
      </span>
      {showing ? <AddressDialog box={box} onClose={() => setShowing(false)} /> : null}
    </li>
  );
}
