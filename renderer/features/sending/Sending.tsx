import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { formatRoute } from '../../app/router';
import { firstPage, sendingPages } from './pages';
import styles from './Sending.module.css';

/** Everything between this archive and others: what goes out, to whom, what is proven, what comes in. */
export function Sending({ page, item }: { readonly page: string | null; readonly item: string | null }) {
  const { t } = useTranslation();
  const { id: current, Component } = sendingPages.find(({ id }) => id === page) ?? firstPage;
  return (
    <div className={cx(styles.frame)}>
      <nav className={cx(styles.tabs)} aria-label={t('sending.title')}>
        {sendingPages.map(({ id, icon: Icon, title }) => (
          <a
            key={id}
            className={cx(styles.tab)}
            href={formatRoute({ screen: 'sending', page: id })}
            aria-current={id === current ? 'page' : undefined}
            draggable={false}
          >
            <Icon aria-hidden size={20} />
            {title(t)}
          </a>
        ))}
      </nav>
      <div className={cx(styles.page)}>
        <Suspense fallback={null}>
          <Component key={current} item={item} />
        </Suspense>
      </div>
    </div>
  );
}
