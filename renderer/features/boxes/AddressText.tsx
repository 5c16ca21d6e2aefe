import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { say } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Note } from '../../components/Surface';
import styles from '../sending/Sending.module.css';

/**
 * The address to hand to another box, to read and to copy, with what it allows. What was pressed to get it is gone, so the
 * focus goes to copying.
 */
export function AddressText({ url }: { readonly url: string }) {
  const { t } = useTranslation();
  const copy = (): void => {
    navigator.clipboard.writeText(url).then(
      () => say({ tone: 'success', text: t('boxes.copied') }),
      () => say({ tone: 'warning', text: t('boxes.notCopied') }),
    );
  };
  return (
    <>
      <p>{t('boxes.handOver')}</p>
      <div role="group" aria-label={t('boxes.address')} className={cx(styles.mono)} style={{ userSelect: 'text' }}>
        {url}
      </div>
      <div>
        <Button icon={Copy} onPress={copy} autoFocus>
          {t('boxes.copy')}
        </Button>
      </div>
      <Note tone="info">
        <p>{t('boxes.secret')}</p>
      </Note>
    </>
  );
}
