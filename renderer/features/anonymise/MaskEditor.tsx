import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceGroup } from '@shared/contract/anonymisation';
import type { Area } from '@shared/model/anonymisation';
import type { ImageId } from '@shared/model/ids';
import { ask } from '../../app/api';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { AreaEditor } from './AreaEditor';

interface Props {
  readonly group: DeviceGroup;
  readonly image: ImageId;
  /** Areas that were drawn for this very picture. */
  readonly drawn: readonly Area[] | undefined;
  /** Which of how many pictures it is, counted from 0. */
  readonly at: number;
  readonly count: number;
  readonly onLook: (at: number) => void;
  readonly onClose: () => void;
  /** Areas were kept for the device. */
  readonly onSaved: () => void;
  readonly onDrawn: (areas: readonly Area[]) => void;
}

/** A picture to look at closely, and to draw over what must not be seen. */
export function MaskEditor({ group, image, drawn, at, count, ...on }: Props) {
  const { onLook, onClose, onSaved, onDrawn } = on;
  const { t } = useTranslation();
  const { device, known } = group;
  const [areas, setAreas] = useState<readonly Area[]>(drawn ?? group.areas);
  const [busy, setBusy] = useState(false);
  const keep = async (): Promise<void> => {
    setBusy(true);
    try {
      await ask('anonymisation.saveMask', { device, areas: [...areas] });
      onSaved();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t('anonymise.cover')} open onClose={onClose} wide>
      <p>{known ? t('anonymise.coverHint') : t('anonymise.coverHintOne')}</p>
      <AreaEditor
        device={device}
        image={image}
        areas={areas}
        onChange={setAreas}
        at={at}
        count={count}
        onLook={onLook}
      />
      <Actions>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
        <Button look={known ? 'secondary' : 'primary'} onPress={() => onDrawn(areas)}>
          {t('anonymise.onlyThis')}
        </Button>
        {known ? (
          <Button look="primary" busy={busy} onPress={() => void keep()}>
            {t('anonymise.keepForDevice')}
          </Button>
        ) : null}
      </Actions>
    </Dialog>
  );
}
