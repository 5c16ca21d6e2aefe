import { ReceiptText, ScrollText } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReceiptReport } from '@shared/contract/courier';
import type { RemoteRow } from '@shared/contract/sync';
import type { FieldboxError } from '@shared/errors';
import { asFieldboxError } from '@shared/errors';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { navigate } from '../../app/router';
import { Button } from '../../components/Button';
import { Card, ErrorNote, Note, Row } from '../../components/Surface';
import { PathField } from '../destinations/forms/others';
import styles from '../sending/Sending.module.css';
import { ReceiptLine } from './ReportLines';

/** Receipts: what they have proven at each destination, and reading those that have come back. */
export function ReceiptsCard({ rows }: { readonly rows: readonly RemoteRow[] }) {
  const { t } = useTranslation();
  const [path, setPath] = useState('');
  const [read, setRead] = useState<readonly ReceiptReport[] | null>(null);
  const [error, setError] = useState<FieldboxError | null>(null);
  const [busy, setBusy] = useState(false);
  const take = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      setRead((await ask('courier.receipts', { path: path.trim() })).receipts);
    } catch (thrown) {
      setRead(null);
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={t('courier.receipts')}>
      <p>{t('courier.receiptsHint')}</p>
      {rows.length === 0 ? null : (
        <>
          <ul className={cx(styles.lines)}>
            {rows.map((row) => (
              <Proven key={row.remote} row={row} />
            ))}
          </ul>
          <Row>
            <Button icon={ScrollText} onPress={() => navigate({ screen: 'sending', page: 'ledger' })}>
              {t('courier.ledger')}
            </Button>
          </Row>
        </>
      )}
      <PathField hint={t('courier.receiptsWhere')} path={path} onPath={setPath} />
      {path.trim() === '' ? <p>{t('courier.sayWhere')}</p> : null}
      <Row>
        <Button icon={ReceiptText} busy={busy} isDisabled={path.trim() === ''} onPress={() => void take()}>
          {t('courier.readReceipts')}
        </Button>
      </Row>
      {error ? <ErrorNote error={error} /> : null}
      {read === null ? null : <CameBack receipts={read} />}
    </Card>
  );
}

function Proven({ row: { name, counts } }: { readonly row: RemoteRow }) {
  const { t } = useTranslation();
  return (
    <li className={cx(styles.line)}>
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{name}</bdi>
        </strong>
        <span>{t('courier.proven', { count: counts.proven, shown: showNumber(counts.proven) })}</span>
        {counts.arrived > 0 ? (
          <span className={cx(styles.soft)}>
            {t('courier.unproven', { count: counts.arrived, shown: showNumber(counts.arrived) })}
          </span>
        ) : null}
      </span>
    </li>
  );
}

function CameBack({ receipts }: { readonly receipts: readonly ReceiptReport[] }) {
  const { t } = useTranslation();
  if (receipts.length === 0)
    return (
      <Note tone="info">
        <p>{t('courier.noReceiptForUs')}</p>
      </Note>
    );
  return (
    <ul className={cx(styles.lines)} aria-label={t('courier.cameBack')}>
      {receipts.map((receipt) => (
        <ReceiptLine key={receipt.file} receipt={receipt} />
      ))}
    </ul>
  );
}
