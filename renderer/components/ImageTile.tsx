import { Check, Layers } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ImageRow } from '@shared/model/rows';
import { cx } from '../app/cx';
import { showDateTime, showNumber } from '../app/format';
import { ImageThumb, Thumb } from './Thumb';
import styles from './ImageTile.module.css';

interface ImageTileProps {
  readonly row: ImageRow;
  readonly title: string;
  readonly subtitle?: string;
  readonly chosen: boolean;
  readonly onOpen: () => void;
  readonly onToggle: (range: boolean) => void;
}

/** When an image was made, as far as it says. */
export function imageMoment(row: Pick<ImageRow, 'ContentDate' | 'ContentTime' | 'StudyDate'>): string {
  return showDateTime(row.ContentDate || row.StudyDate, row.ContentTime);
}

/** An image in a grid: a press opens it, the box in the corner ticks it (with Shift: all from the last one). */
export function ImageTile({ row, title, subtitle, chosen, onOpen, onToggle }: ImageTileProps) {
  const { t } = useTranslation();
  const moment = subtitle ?? imageMoment(row);
  const name = [title, moment].filter(Boolean).join(', ');
  return (
    <div className={cx(styles.tile)} data-chosen={chosen}>
      <button type="button" className={cx(styles.open)} onClick={onOpen} aria-label={t('images.open', { name })}>
        <ImageThumb row={row} />
        <span className={cx(styles.caption)}>
          <span className={cx(styles.kind)} dir="auto">
            {title}
          </span>
          <span className={cx(styles.soft)} dir="auto">
            {moment || ' '}
          </span>
        </span>
      </button>
      {row.NumberOfFrames > 1 ? (
        <span className={cx(styles.count)}>
          <Layers aria-hidden size={14} />
          {showNumber(row.NumberOfFrames)}
        </span>
      ) : null}
      <button
        type="button"
        role="checkbox"
        aria-checked={chosen}
        aria-label={t('images.pick', { name })}
        className={cx(styles.pick)}
        onClick={(event) => onToggle(event.shiftKey)}
      >
        <span>
          <Check aria-hidden size={20} strokeWidth={3} />
        </span>
      </button>
    </div>
  );
}

interface StackTileProps {
  readonly cover: string | null;
  readonly title: string;
  readonly subtitle: string;
  readonly count: number;
  readonly onOpen: () => void;
}

/** A series of many slices as one tile. */
export function StackTile({ cover, title, subtitle, count, onOpen }: StackTileProps) {
  const { t } = useTranslation();
  return (
    <div className={cx(styles.tile)}>
      <button
        type="button"
        className={cx(styles.open)}
        onClick={onOpen}
        aria-label={t('images.open', { name: `${title}, ${subtitle}` })}
      >
        <Thumb image={cover} />
        <span className={cx(styles.caption)}>
          <span className={cx(styles.kind)} dir="auto">
            {title}
          </span>
          <span className={cx(styles.soft)} dir="auto">
            {subtitle}
          </span>
        </span>
      </button>
      <span className={cx(styles.count)}>
        <Layers aria-hidden size={14} />
        {showNumber(count)}
      </span>
    </div>
  );
}
