import { ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ImageId } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { isolate, showInstant, showNumber, together } from '../../app/format';
import { useOutboxQuery } from '../../app/outbox';
import { Badge, ErrorNote } from '../../components/Surface';
import { sentAsWords } from '../outbox/sentAsWords';
import styles from './ImageProofs.module.css';

/** Where one image is proven, beside its other data; nothing for one that was never sent. */
export function ImageProofs({ image }: { readonly image: ImageId }) {
  const { t } = useTranslation();
  const { data, error, reload } = useOutboxQuery('ledger.image', { image });
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data || data.rows.length === 0) return null;
  const { rows, proofs, wanted } = data;
  return (
    <section className={cx(styles.proofs)} aria-label={t('ledger.where')}>
      <h3>{t('ledger.where')}</h3>
      <ul>
        {rows.map((row) => (
          <li key={`${row.transaction}-${row.position}`}>
            <bdi>{row.remoteName}</bdi>:{' '}
            {together(
              t(`outbox.state.${row.state}`),
              row.proof ? t(`destinations.proof.${row.proof.kind}`) : '',
              row.proof ? showInstant(row.proof.at) : row.arrivedAt ? showInstant(row.arrivedAt) : '',
              sentAsWords(t, row.proof),
              row.anonymised ? t('exporting.anonymised') : '',
            )}
          </li>
        ))}
      </ul>
      <p className={cx(styles.sum)}>
        {t('ledger.proofs', { count: proofs, shown: isolate(showNumber(proofs)), wanted: showNumber(wanted) })}
        {proofs >= wanted ? (
          <Badge tone="success" icon={ShieldCheck}>
            {t('ledger.mayDelete')}
          </Badge>
        ) : null}
      </p>
    </section>
  );
}
