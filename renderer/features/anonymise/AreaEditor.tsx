import { ArrowDownToLine, ArrowUpToLine, ChevronLeft, ChevronRight, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Area, DeviceModel } from '@shared/model/anonymisation';
import type { ImageId } from '@shared/model/ids';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { Button, IconButton } from '../../components/Button';
import { Row } from '../../components/Surface';
import { AreaPicture } from './AreaPicture';
import { strip } from './areas';
import styles from './Anonymise.module.css';

interface Props {
  readonly device: DeviceModel;
  /** Null when there is no picture to look at. */
  readonly image: ImageId | null;
  readonly areas: readonly Area[];
  readonly onChange: (areas: readonly Area[]) => void;
  /** Which of how many pictures it is, counted from 0. */
  readonly at: number;
  readonly count: number;
  readonly onLook: (at: number) => void;
}

/** Draws areas over a picture, strips over its top or bottom, and takes them away again. */
export function AreaEditor({ device, image, areas, onChange, at, count, onLook }: Props) {
  const { t } = useTranslation();
  const size = { width: device.Columns, height: device.Rows };
  return (
    <>
      <AreaPicture image={image} size={size} areas={areas} onDraw={(area) => onChange([...areas, area])} />
      <Row>
        {count > 1 ? (
          <>
            <IconButton
              icon={ChevronLeft}
              label={t('anonymise.before')}
              isDisabled={at <= 0}
              onPress={() => onLook(at - 1)}
            />
            <span>{t('anonymise.nth', { at: showNumber(at + 1), of: showNumber(count) })}</span>
            <IconButton
              icon={ChevronRight}
              label={t('anonymise.next')}
              isDisabled={at >= count - 1}
              onPress={() => onLook(at + 1)}
            />
          </>
        ) : null}
        <Button icon={ArrowUpToLine} onPress={() => onChange([...areas, strip('top', size)])}>
          {t('anonymise.top')}
        </Button>
        <Button icon={ArrowDownToLine} onPress={() => onChange([...areas, strip('bottom', size)])}>
          {t('anonymise.bottom')}
        </Button>
      </Row>
      <ul className={cx(styles.areas)}>
        {areas.map((area, index) => (
          <li key={`${area.x} ${area.y} ${area.width} ${area.height} ${index}`}>
            <span>
              {t('anonymise.area', {
                number: showNumber(index + 1),
                width: showNumber(area.width),
                height: showNumber(area.height),
              })}
            </span>
            <IconButton
              icon={Trash2}
              label={t('anonymise.removeArea', { number: showNumber(index + 1) })}
              onPress={() => onChange(areas.filter((_, other) => other !== index))}
            />
          </li>
        ))}
      </ul>
    </>
  );
}
