import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeSettings, useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { Select } from '../../components/Choice';

/** Which camera this machine uses; the names are known once the camera was used. */
export function CameraSetting() {
  const { t } = useTranslation();
  const remembered = useSession((state) => state.settings?.camera ?? '');
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
  if (labels.length === 0) return <p>{t('settings.cameraNone')}</p>;
  return (
    <Select
      label={t('settings.cameraUsed')}
      options={labels.map((label) => ({
        id: label,
        label: found.includes(label) ? label : t('settings.cameraAway', { camera: label }),
      }))}
      value={remembered === '' ? null : remembered}
      onChange={(camera) => void changeSettings({ camera }).catch(sayError)}
      placeholder={t('settings.cameraAny')}
    />
  );
}
