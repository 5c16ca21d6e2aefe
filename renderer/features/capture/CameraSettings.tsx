import { Settings2 } from 'lucide-react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { changeSettings, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Select, Switch } from '../../components/Choice';
import type { CameraDevice, CameraState } from './camera';
import styles from './Capture.module.css';

interface Props {
  readonly state: CameraState;
  readonly disabled: boolean;
  readonly onChoose: (device: CameraDevice) => void;
}

/** Which camera, and whether the live picture is mirrored; both are remembered on this machine. */
export function CameraSettings({ state, disabled, onChoose }: Props) {
  const { t } = useTranslation();
  const mirror = useSession((session) => session.settings?.mirrorPreview === true);
  return (
    <DialogTrigger>
      <Button icon={Settings2} isDisabled={disabled}>
        {t('capture.settings')}
      </Button>
      <Popover className={cx(styles.settings)} placement="top end">
        <Dialog className={cx(styles.settingsBody)} aria-label={t('capture.settings')}>
          {state.devices.some((device) => device.label !== '') ? (
            <Select
              label={t('capture.camera')}
              options={state.devices.map((device, index) => ({
                id: device.id,
                label: device.label || t('capture.cameraNumber', { number: showNumber(index + 1) }),
              }))}
              value={state.active?.id ?? null}
              onChange={(id) => {
                const device = state.devices.find((each) => each.id === id);
                if (device) onChoose(device);
              }}
            />
          ) : (
            <p>{t('capture.status.none')}</p>
          )}
          <Switch checked={mirror} onChange={(mirrorPreview) => void changeSettings({ mirrorPreview }).catch(sayError)}>
            {t('capture.mirror')}
          </Switch>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
