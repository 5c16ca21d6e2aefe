import { ChevronLeft } from 'lucide-react';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/access';
import { cx } from '../../app/cx';
import { formatRoute } from '../../app/router';
import { Page } from '../../components/Surface';
import { managePages } from './pages';
import type { ManagePage } from './pages';
import styles from './Manage.module.css';

/** The way to the rules, people and registers of the archive: a card each, and the page that was chosen. */
export function Manage({ page, item }: { readonly page: string | null; readonly item: string | null }) {
  const { t } = useTranslation();
  const chosen = managePages.find(({ id }) => id === page);
  if (!chosen) return <Cards />;
  const { Component } = chosen;
  return (
    <div className={cx(styles.frame)}>
      <a className={cx(styles.back)} href={formatRoute({ screen: 'manage' })} draggable={false}>
        <ChevronLeft aria-hidden size={20} />
        {t('manage.back')}
      </a>
      <Suspense fallback={null}>
        <Component item={item} />
      </Suspense>
    </div>
  );
}

function Cards() {
  const { t } = useTranslation();
  return (
    <Page title={t('manage.title')} subtitle={t('manage.text')}>
      <ul className={cx(styles.cards)}>
        {managePages.map((page) => (
          <PageCard key={page.id} page={page} />
        ))}
      </ul>
    </Page>
  );
}

function PageCard({ page }: { readonly page: ManagePage }) {
  const { t } = useTranslation();
  const { id, icon: Icon, title, text, needs } = page;
  const may = useMay(needs ?? 'session.current');
  if (!may) return null;
  return (
    <li>
      <a className={cx(styles.card)} href={formatRoute({ screen: 'manage', page: id })} draggable={false}>
        <Icon aria-hidden size={28} strokeWidth={1.75} />
        <span>
          <strong>{title(t)}</strong>
          <span className={cx(styles.text)}>{text(t)}</span>
        </span>
      </a>
    </li>
  );
}
