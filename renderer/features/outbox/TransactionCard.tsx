import { CircleStop, Images, RotateCcw, VenetianMask } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TransactionRow } from '@shared/contract/sync';
import { useNameOf } from '../../app/access';
import { cx } from '../../app/cx';
import { showBytes, showInstant, together } from '../../app/format';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Badge, Card, Row } from '../../components/Surface';
import styles from '../sending/Sending.module.css';
import { StateBar } from './StateBar';
import { cancel, sendAgain, standingOf, standingTones, titleOf } from './transaction';

/** One transaction: what, to whom, how far; with what can be done about it. `alone`: it is the subject of its own page. */
export function TransactionCard({ row, alone = false }: { readonly row: TransactionRow; readonly alone?: boolean }) {
  const { t } = useTranslation();
  const by = useNameOf(row.by);
  const { counts } = row;
  const standing = standingOf(row);
  const open = counts.waiting + counts.parked > 0;
  const stuck = counts.refused + counts.parked + counts.cancelled > 0;
  const title = titleOf(row);
  return (
    <Card>
      <div className={cx(styles.head)}>
        <div className={cx(styles.grow)}>
          {alone ? null : <h2>{title}</h2>}
          <span className={cx(styles.soft)}>
            {together(
              showInstant(row.requestedAt),
              by,
              row.cause.type === 'rule' ? t('outbox.byRule') : '',
              showBytes(row.bytes),
            )}
          </span>
        </div>
        <div className={cx(styles.end)}>
          {row.anonymise === null ? null : <Badge icon={VenetianMask}>{t('exporting.anonymised')}</Badge>}
          <Badge {...(standingTones[standing] && { tone: standingTones[standing] })}>
            {t(`outbox.standing.${standing}`)}
          </Badge>
        </div>
      </div>
      <StateBar counts={counts} total={row.total} />
      {alone && !stuck && !open ? null : (
        <Row>
          {alone ? null : (
            <Button
              icon={Images}
              aria-label={t('outbox.showOf', { what: title })}
              onPress={() => navigate({ screen: 'sending', page: 'outbox', item: row.transaction })}
            >
              {t('outbox.show')}
            </Button>
          )}
          {stuck ? (
            <Button icon={RotateCcw} aria-label={t('outbox.retryOf', { what: title })} onPress={() => sendAgain(row)}>
              {t('outbox.retry')}
            </Button>
          ) : null}
          {open ? (
            <Button icon={CircleStop} aria-label={t('outbox.cancelOf', { what: title })} onPress={() => cancel(row)}>
              {t('outbox.cancel')}
            </Button>
          ) : null}
        </Row>
      )}
    </Card>
  );
}
