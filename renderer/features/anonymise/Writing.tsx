import { ScanEye } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '@shared/contract';
import type { BurnedInLevel, DeviceGroup } from '@shared/contract/anonymisation';
import type { ImageId } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { modalityName, showNumber, together } from '../../app/format';
import { Button } from '../../components/Button';
import { Checkbox } from '../../components/Choice';
import { Badge, Card, Note, Row } from '../../components/Surface';
import type { Tone } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { MaskEditor } from './MaskEditor';
import type { Way } from './way';
import styles from './Anonymise.module.css';

const tones: Readonly<Record<BurnedInLevel, Tone>> = {
  certain: 'error',
  high: 'warning',
  some: 'info',
  low: 'success',
  none: 'success',
};

interface Props {
  readonly preview: Output<'anonymisation.preview'>;
  readonly way: Way;
  readonly onChange: (way: Way) => void;
  readonly onSaved: () => void;
}

/** Warns of writing in the pictures, device by device, with pictures to look at and a way to cover it. */
export function Writing({ preview, way, onChange, onSaved }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<{ readonly group: DeviceGroup; readonly image: ImageId } | null>(null);
  if (preview.devices.length === 0) return null;
  const risky = preview.risks
    .filter(({ level }) => level === 'certain' || level === 'high')
    .reduce((sum, { images }) => sum + images, 0);
  const otherSize = preview.devices.some(({ mask }) => mask === 'other-size');
  return (
    <Card title={t('anonymise.writing')}>
      {risky > 0 ? (
        <Note tone="warning">
          <p>{t('anonymise.risky', { count: risky, shown: showNumber(risky) })}</p>
        </Note>
      ) : (
        <p>{t('anonymise.lookAnyway')}</p>
      )}
      <ul className={cx(styles.groups)}>
        {preview.devices.map((group) => (
          <li key={JSON.stringify(group.device)} className={cx(styles.group)}>
            <div className={cx(styles.groupHead)}>
              <strong>{deviceName(group) || t('anonymise.unknownDevice')}</strong>
              <span className={cx(styles.soft)}>
                {together(
                  modalityName(group.device.Modality),
                  t('anonymise.size', {
                    columns: showNumber(group.device.Columns),
                    rows: showNumber(group.device.Rows),
                  }),
                  t('patients.images', { count: group.images, shown: showNumber(group.images) }),
                )}
              </span>
              <span className={cx(styles.badges)}>
                <Badge tone={tones[group.risk.level]}>{t(`anonymise.level.${group.risk.level}`)}</Badge>
                <MaskBadge group={group} way={way} />
              </span>
              <span className={cx(styles.soft)}>{t(`anonymise.reason.${group.risk.reason}`)}</span>
            </div>
            <div className={cx(styles.samples)}>
              {group.samples.map((image) => (
                <button
                  key={image}
                  type="button"
                  className={cx(styles.sample)}
                  aria-label={t('anonymise.lookAt', { device: deviceName(group) || t('anonymise.unknownDevice') })}
                  onClick={() => setOpen({ group, image })}
                >
                  <Thumb image={image} />
                </button>
              ))}
            </div>
            <Row>
              <Button
                icon={ScanEye}
                onPress={() => {
                  const [image] = group.samples;
                  if (image) setOpen({ group, image });
                }}
              >
                {t('anonymise.lookAndCover')}
              </Button>
            </Row>
          </li>
        ))}
      </ul>
      {otherSize ? (
        <Note tone="warning">
          <p>{t('anonymise.otherSize')}</p>
        </Note>
      ) : null}
      <Checkbox checked={way.useKept} onChange={(useKept) => onChange({ ...way, useKept })}>
        {t('anonymise.useKept')}
      </Checkbox>
      {open ? (
        <MaskEditor
          key={open.image}
          group={open.group}
          image={open.image}
          drawn={way.drawn.get(open.image)}
          onLook={(image) => setOpen({ ...open, image })}
          onClose={() => setOpen(null)}
          onSaved={() => {
            setOpen(null);
            onSaved();
          }}
          onDrawn={(areas) => {
            onChange({ ...way, drawn: new Map([...way.drawn, [open.image, areas]]) });
            setOpen(null);
          }}
        />
      ) : null}
    </Card>
  );
}

export function deviceName({ device }: Pick<DeviceGroup, 'device'>): string {
  return [device.Manufacturer, device.ManufacturerModelName].filter(Boolean).join(' ');
}

function MaskBadge({ group, way }: { readonly group: DeviceGroup; readonly way: Way }) {
  const { t } = useTranslation();
  const own = group.samples.filter((image) => (way.drawn.get(image)?.length ?? 0) > 0).length;
  if (own > 0) return <Badge tone="info">{t('anonymise.drawnFor', { count: own, shown: showNumber(own) })}</Badge>;
  if (group.mask === 'fits' && way.useKept) {
    const count = group.areas.length;
    return (
      <Badge tone="success">
        {count === 0 ? t('anonymise.nothingToCover') : t('anonymise.covered', { count, shown: showNumber(count) })}
      </Badge>
    );
  }
  return group.mask === 'other-size' ? <Badge tone="warning">{t('anonymise.wrongSize')}</Badge> : null;
}
