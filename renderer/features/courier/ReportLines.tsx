import { FileCheck2, FileWarning } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { BundleReport, ReceiptReport } from '@shared/contract/courier';
import { cx } from '../../app/cx';
import { isolate, showNumber, together } from '../../app/format';
import { faultWords } from '../sending/states';
import styles from '../sending/Sending.module.css';

type Sender = BundleReport['from'];

/** What a bundle brought: new, already here, refused, missing; what is wrong with it; and its receipt. */
export function BundleLine({ bundle }: { readonly bundle: BundleReport }) {
  const { t } = useTranslation();
  const { file, from, images, added, alreadyStored, rejected, missing, fault, receipt, receiptFault } = bundle;
  return (
    <Line file={file} from={from} fault={fault}>
      <span>
        {together(
          images > 0 ? t('courier.added', { count: added, shown: showNumber(added) }) : '',
          alreadyStored > 0 ? t('courier.already', { count: alreadyStored, shown: showNumber(alreadyStored) }) : '',
          rejected > 0 ? t('courier.refused', { count: rejected, shown: showNumber(rejected) }) : '',
        )}
      </span>
      {missing > 0 ? <span>{t('courier.missing', { count: missing, shown: showNumber(missing) })}</span> : null}
      {receipt === null ? null : (
        <span className={cx(styles.soft)}>{t('courier.receiptLaid', { file: isolate(receipt) })}</span>
      )}
      {receiptFault ? (
        <span className={cx(styles.bad)}>{t('courier.noReceiptLaid', { why: faultWords(receiptFault) })}</span>
      ) : null}
    </Line>
  );
}

/** What a receipt confirms. */
export function ReceiptLine({ receipt }: { readonly receipt: ReceiptReport }) {
  const { t } = useTranslation();
  const { file, from, stored, refused, fault } = receipt;
  return (
    <Line file={file} from={from} fault={fault}>
      {from === null ? null : (
        <span>
          {together(
            t('courier.confirmed', { count: stored, shown: showNumber(stored) }),
            refused > 0 ? t('courier.refusedThere', { count: refused, shown: showNumber(refused) }) : '',
          )}
        </span>
      )}
    </Line>
  );
}

interface LineProps {
  readonly file: string;
  readonly from: Sender;
  readonly fault: BundleReport['fault'];
  readonly children: ReactNode;
}

function Line({ file, from, fault, children }: LineProps) {
  const { t } = useTranslation();
  const Icon = fault ? FileWarning : FileCheck2;
  return (
    <li className={cx(styles.line)}>
      <Icon aria-hidden size={24} />
      <span className={cx(styles.grow)}>
        {from === null ? null : (
          <strong>
            {from.name === null
              ? t('courier.fromUnknown', { key: isolate(from.key.slice(0, 9)) })
              : t('courier.from', { name: isolate(from.name) })}
          </strong>
        )}
        <bdi className={cx(styles.soft)}>{file}</bdi>
        {children}
        {fault ? <span className={cx(styles.bad)}>{faultWords(fault)}</span> : null}
      </span>
    </li>
  );
}
