import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { catalogue } from '@shared/errors';
import { Button, IconButton } from '../components/Button';
import { cx } from './cx';
import { dismiss, useToasts } from './toasts';
import styles from './Shell.module.css';

/** Outcomes, told in a corner and read out: errors at once, the rest when there is a pause. */
export function ToastRegion() {
  const toasts = useToasts((state) => state.toasts);
  const { t } = useTranslation();
  return (
    <section className={cx(styles.toasts)} aria-label={t('common.messages')}>
      {toasts.map(({ id, tone, text, code, action }) => (
        <div key={id} className={cx(styles.toast)} data-tone={tone} role={tone === 'error' ? 'alert' : 'status'}>
          <div>
            <p>{text}</p>
            {code ? (
              <p className={cx(styles.code)}>{t('common.errorNumber', { number: catalogue[code].number })}</p>
            ) : null}
            {action ? (
              <Button
                onPress={() => {
                  dismiss(id);
                  action.run();
                }}
              >
                {action.label}
              </Button>
            ) : null}
          </div>
          <IconButton icon={X} label={t('common.close')} onPress={() => dismiss(id)} />
        </div>
      ))}
    </section>
  );
}
