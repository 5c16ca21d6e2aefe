import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeSettings, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { Select, Switch } from '../../components/Choice';
import { Card, Columns } from '../../components/Surface';

/** Which camera this machine uses, and whether its live picture is mirrored. The names are known once a camera was used. */
export function CameraSetting() {
  const { t } = useTranslation();
  const remembered = useSession((state) => state.settings?.camera ?? '');
  const mirrored = useSession((state) => state.settings?.mirrorPreview === true);
  const [found, setFound] = useState<readonly string[]>([]);
  useEffect(() => {
    const look = (): void => {
      navigator.mediaDevices
        .enumerateDevices()
        .then(
          (all) =>
            setFound(
              all.filter((device) => device.kind === 'videoinput' && device.label !== '').map((device) => device.label),
            ),
          sayError,
        );
    };
    look();
    navigator.mediaDevices.addEventListener('devicechange', look);
    return () => navigator.mediaDevices.removeEventListener('devicechange', look);
  }, []);
  const labels = [...new Set([...found, ...(remembered === '' ? [] : [remembered])])];
  const set = (changes: Parameters<typeof changeSettings>[0]): void => {
    changeSettings(changes).catch(sayError);
  };
  return (
    <Card title={t('settings.camera')}>
      {labels.length === 0 ? (
        <p>{t('settings.cameraNone')}</p>
      ) : (
        <Columns>
          <Select
            label={t('settings.cameraUsed')}
            options={labels.map((label) => ({
              id: label,
              label: found.includes(label) ? label : t('settings.cameraAway', { camera: label }),
            }))}
            value={remembered === '' ? null : remembered}
            onChange={(camera) => set({ camera })}
            placeholder={t('settings.cameraAny')}
          />
        </Columns>
      )}
      <Switch checked={mirrored} onChange={(mirrorPreview) => set({ mirrorPreview })}>
        {t('capture.mirror')}
      </Switch>
    </Card>
  );
}
