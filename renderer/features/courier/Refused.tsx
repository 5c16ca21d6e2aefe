import { useTranslation } from 'react-i18next';
import type { ImportSessionKey } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { useQuery } from '../../app/useQuery';
import { ErrorNote } from '../../components/Surface';
import { faultWords } from '../sending/states';
import styles from '../sending/Sending.module.css';

/** How many are named here; the report of the import has all of them. */
const SHOWN = 20;

/** The images of a bundle that were refused, each with the reason. */
export function Refused({ session }: { readonly session: ImportSessionKey }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('import.items', { session, outcome: 'rejected', limit: SHOWN });
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data || data.rows.length === 0) return null;
  return (
    <section className={cx(styles.list)} aria-label={t('courier.refusedWhy')}>
      <h3>{t('courier.refusedWhy')}</h3>
      <ul className={cx(styles.lines)}>
        {data.rows.map(({ item, path, code, details }) => (
          <li key={item} className={cx(styles.line)}>
            <span className={cx(styles.grow)}>
              <bdi>{path}</bdi>
              {code === null ? null : <span className={cx(styles.bad)}>{faultWords({ code, details })}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
