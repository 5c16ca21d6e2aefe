import { CameraOff, LoaderCircle, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { Button } from '../../components/Button';
import type { CameraState } from './camera';
import styles from './Capture.module.css';

/** What is the matter while there is no live picture, and what to do. */
export function CameraMessage({ state, onRetry }: { readonly state: CameraState; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  if (state.status === 'live') return null;
  if (state.status === 'starting' || state.status === 'stopped') {
    return (
      <div className={cx(styles.message)} role="status">
        <LoaderCircle aria-hidden size={40} />
        <p>{t('capture.status.starting')}</p>
      </div>
    );
  }
  const Icon = state.status === 'lost' ? Unplug : CameraOff;
  return (
    <div className={cx(styles.message)} role="alert">
      <Icon aria-hidden size={48} />
      <p>{t(`capture.status.${state.status}`, { camera: state.missing })}</p>
      <Button onPress={onRetry}>{t('common.retry')}</Button>
    </div>
  );
}
