import { Archive, Camera, CircleHelp, FolderInput, HardDriveUpload, Images, Send, Settings, Users } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from './cx';
import { formatRoute } from './router';
import type { Route } from './router';
import { screenKeys } from './shortcuts';
import styles from './Shell.module.css';

const icons: Partial<Record<Route['screen'], LucideIcon>> = {
  patients: Users,
  images: Images,
  capture: Camera,
  import: FolderInput,
  export: HardDriveUpload,
  sending: Send,
  manage: Archive,
  settings: Settings,
  help: CircleHelp,
};

const belongsTo: Partial<Record<Route['screen'], Route['screen']>> = {
  patient: 'patients',
  register: 'patients',
  edit: 'patients',
  send: 'sending',
};

/** The way between the screens. */
export function Rail({ route }: { readonly route: Route }) {
  const { t } = useTranslation();
  const names: Partial<Record<Route['screen'], string>> = {
    patients: t('nav.patients'),
    images: t('nav.images'),
    capture: t('nav.capture'),
    import: t('nav.import'),
    export: t('nav.export'),
    sending: t('nav.sending'),
    manage: t('nav.manage'),
    settings: t('nav.settings'),
    help: t('nav.help'),
  };
  const current = belongsTo[route.screen] ?? route.screen;
  return (
    <nav className={cx(styles.rail)} aria-label={t('nav.label')}>
      <span className={cx(styles.mark)}>Fieldbox</span>
      {screenKeys.map(({ key, route: target }) => {
        const Icon = icons[target.screen];
        return (
          <a
            key={key}
            className={cx(styles.item)}
            href={formatRoute(target)}
            aria-current={current === target.screen ? 'page' : undefined}
            aria-keyshortcuts={`Alt+${key}`}
            draggable={false}
          >
            {Icon ? <Icon aria-hidden size={28} strokeWidth={1.75} /> : null}
            {names[target.screen]}
          </a>
        );
      })}
    </nav>
  );
}
