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

interface Sample {
  readonly group: DeviceGroup;
  readonly image: ImageId;
}

/** Pictures that are shown together: of one device in one size, or all of devices that do not say their name. */
interface Sheet {
  readonly name: string;
  readonly groups: readonly [DeviceGroup, ...DeviceGroup[]];
  readonly samples: readonly Sample[];
}

function sheetsOf(devices: readonly DeviceGroup[]): readonly Sheet[] {
  const sheet = (groups: readonly [DeviceGroup, ...DeviceGroup[]], name: string): Sheet => ({
    name,
    groups,
    samples: groups.flatMap((group) => group.samples.map((image) => ({ group, image }))),
  });
  const [first, ...others] = devices.filter(({ known }) => !known);
  const named = devices.filter(({ known }) => known).map((group) => sheet([group], deviceName(group)));
  return first ? [...named, sheet([first, ...others], '')] : named;
}

/** Warns of writing in the pictures, device by device, with pictures to look at and a way to cover it. */
export function Writing({ preview, way, onChange, onSaved }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<{ readonly sheet: Sheet; readonly at: number } | null>(null);
  if (preview.devices.length === 0) return null;
  const risky = preview.risks
    .filter(({ level }) => level === 'certain' || level === 'high')
    .reduce((sum, { images }) => sum + images, 0);
  const otherSize = preview.devices.some(({ mask }) => mask === 'other-size');
  const shown = open?.sheet.samples[open.at];
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
        {sheetsOf(preview.devices).map((sheet) => (
          <li key={JSON.stringify(sheet.groups[0].device)} className={cx(styles.group)}>
            <SheetHead sheet={sheet} way={way} />
            <div className={cx(styles.samples)}>
              {sheet.samples.map(({ image }, at) => (
                <button
                  key={image}
                  type="button"
                  className={cx(styles.sample)}
                  aria-label={t('anonymise.lookAt', { device: sheet.name || t('anonymise.unknownDevice') })}
                  onClick={() => setOpen({ sheet, at })}
                >
                  <Thumb image={image} />
                </button>
              ))}
            </div>
            <Row>
              <Button icon={ScanEye} onPress={() => setOpen({ sheet, at: 0 })}>
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
      {open && shown ? (
        <MaskEditor
          key={shown.image}
          group={shown.group}
          image={shown.image}
          drawn={way.drawn.get(shown.image)}
          at={open.at}
          count={open.sheet.samples.length}
          onLook={(at) => setOpen({ ...open, at })}
          onClose={() => setOpen(null)}
          onSaved={() => {
            setOpen(null);
            onSaved();
          }}
          onDrawn={(areas) => {
            onChange({ ...way, drawn: new Map([...way.drawn, [shown.image, areas]]) });
            setOpen(null);
          }}
        />
      ) : null}
    </Card>
  );
}

function SheetHead({ sheet, way }: { readonly sheet: Sheet; readonly way: Way }) {
  const { t } = useTranslation();
  const { groups } = sheet;
  const [{ device, risk }] = groups;
  const count = groups.reduce((sum, { images }) => sum + images, 0);
  return (
    <div className={cx(styles.groupHead)}>
      <strong>{sheet.name || t('anonymise.unknownDevice')}</strong>
      <span className={cx(styles.soft)}>
        {together(
          ...new Set(groups.map((group) => modalityName(group.device.Modality))),
          groups.length > 1
            ? ''
            : t('anonymise.size', { columns: showNumber(device.Columns), rows: showNumber(device.Rows) }),
          t('patients.images', { count, shown: showNumber(count) }),
        )}
      </span>
      <span className={cx(styles.badges)}>
        <Badge tone={tones[risk.level]}>{t(`anonymise.level.${risk.level}`)}</Badge>
        <MaskBadge sheet={sheet} way={way} />
      </span>
      <span className={cx(styles.soft)}>{t(`anonymise.reason.${risk.reason}`)}</span>
    </div>
  );
}

function deviceName({ device }: Pick<DeviceGroup, 'device'>): string {
  return [device.Manufacturer, device.ManufacturerModelName].filter(Boolean).join(' ');
}

function MaskBadge({ sheet, way }: { readonly sheet: Sheet; readonly way: Way }) {
  const { t } = useTranslation();
  const own = sheet.samples.filter(({ image }) => (way.drawn.get(image)?.length ?? 0) > 0).length;
  if (own > 0) return <Badge tone="info">{t('anonymise.drawnFor', { count: own, shown: showNumber(own) })}</Badge>;
  const [{ mask, areas }] = sheet.groups;
  if (mask === 'fits' && way.useKept) {
    const count = areas.length;
    return (
      <Badge tone="success">
        {count === 0 ? t('anonymise.nothingToCover') : t('anonymise.covered', { count, shown: showNumber(count) })}
      </Badge>
    );
  }
  return mask === 'other-size' ? <Badge tone="warning">{t('anonymise.wrongSize')}</Badge> : null;
}
