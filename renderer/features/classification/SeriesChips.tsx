import { Shapes, Tag, Tags } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SeriesTagKey, type SeriesKey, SeriesTypeKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { sayError } from '../../app/toasts';
import { useWidth } from '../../app/useWidth';
import { IconButton } from '../../components/Button';
import { Chips } from '../../components/Chips';
import { LabelDialog } from './LabelDialog';
import { useSeriesLabels, want } from './labels';
import styles from './Classification.module.css';

interface Props {
  readonly series: SeriesKey;
  /** How the series is called on the screen. */
  readonly name: string;
  /** Only the first ones, in one line; the others are told as a number. */
  readonly short?: boolean;
}

/** Chips of a short line, and of one so narrow (CSS pixels) that the words of two could not be read. */
const FEW = { wide: 2, narrow: 1 } as const;
const NARROW = 360;

/** Tags and types of one series, to be taken away or added to, by mouse or keys. */
export function SeriesChips({ series, name, short = false }: Props) {
  const { t } = useTranslation();
  const labels = useSeriesLabels(series);
  const [open, setOpen] = useState(false);
  const line = useRef<HTMLDivElement>(null);
  const width = useWidth(line);
  const chips = [
    ...(labels?.types ?? []).map((row) => ({ id: `type:${row.type}`, label: row.name, icon: Shapes })),
    ...(labels?.tags ?? []).map((row) => ({ id: `tag:${row.tag}`, label: row.name, icon: Tag })),
  ];
  const shown = short ? chips.slice(0, width < NARROW ? FEW.narrow : FEW.wide) : chips;
  const remove = (id: string): void => {
    const [kind = '', key = ''] = id.split(':');
    const done =
      kind === 'tag'
        ? ask('seriesTags.remove', { series: [series], tag: SeriesTagKey.parse(key) })
        : ask('seriesTypes.unassign', { series: [series], type: SeriesTypeKey.parse(key) });
    done.then(() => want([series])).catch(sayError);
  };
  // Where the chips stand in a line that can be pressed, a press on them is theirs alone.
  return (
    <div ref={line} className={cx(styles.labels, short && styles.short)} onClick={(event) => event.stopPropagation()}>
      <IconButton icon={Tags} label={t('labels.change', { name })} onPress={() => setOpen(true)} />
      {shown.length > 0 ? (
        <div className={cx(styles.words)}>
          <Chips label={t('labels.of', { name })} chips={shown} onRemove={remove} oneLine={short} />
        </div>
      ) : null}
      {chips.length > shown.length ? (
        <span className={cx(styles.soft)} dir="ltr">
          {t('labels.more', { count: chips.length - shown.length })}
        </span>
      ) : null}
      <LabelDialog series={[series]} open={open} onClose={() => setOpen(false)} />
    </div>
  );
}
