import { Check } from 'lucide-react';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input } from '@shared/contract';
import type { ImageId, SeriesKey } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { useNameOf } from '../../app/access';
import { cx } from '../../app/cx';
import { personName, showDate, showDay, showNumber, showTime, together } from '../../app/format';
import { useSession } from '../../app/session';
import { isCovered, isTyping } from '../../app/shortcuts';
import { say, sayError } from '../../app/toasts';
import { useLines } from '../../app/useLines';
import { usePages } from '../../app/usePages';
import { useSelection } from '../../app/useSelection';
import { useWidth } from '../../app/useWidth';
import { openViewer } from '../../app/viewing';
import { ImageTile, imageMoment } from '../../components/ImageTile';
import { SelectionBar } from '../../components/SelectionBar';
import { ErrorNote } from '../../components/Surface';
import { ImageThumb } from '../../components/Thumb';
import { IdentityActions } from '../identity/IdentityActions';
import { AssignSelected } from '../projects/AssignSelected';
import { imageTitle } from '../patient/StudySection';
import { isNarrowed } from './filter';
import type { Sort } from './filter';
import { ListHead } from './ListHead';
import { NoImages } from './NoImages';
import styles from './Browse.module.css';

type Question = Omit<Input<'catalog.images'>, 'limit' | 'offset' | 'after'>;

/** With 'select all' and with ranges never more than this at once; whole studies and patients are exported by their own buttons. */
const mostChosen = 5000;
/** So many images on each side can be gone through in the viewer. */
const aroundViewed = 100;

interface Props {
  readonly question: Question;
  readonly look: 'grid' | 'list';
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly series: SeriesKey | null;
  readonly onSummary: (text: string) => void;
}

/** Any number of images as a grid or list; only what is in view is fetched and drawn. */
export function ImageBrowser({ question, look, sort, onSort, series, onSummary }: Props) {
  const { t } = useTranslation();
  const kinds = useSession((state) => state.kinds);
  const list = usePages('catalog.images', question);
  const selection = useSelection();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const anchor = useRef<number | null>(null);
  const { pages, total } = list;
  const columns = look === 'list' ? 1 : Math.max(2, Math.floor((width - 16) / 168));
  const height = look === 'list' ? 68 : Math.round((width - 16) / columns) + 50;
  const { scroller, lines, size, first, last } = useLines(pages, { total, height, columns });
  useEffect(() => {
    if (total === null) return;
    const found = t('images.found', { count: total, shown: showNumber(total) });
    onSummary(list.totalIsExact ? found : t('query.about', { found }));
  }, [onSummary, t, total, list.totalIsExact]);

  const idsBetween = async (from: number, count: number): Promise<ImageId[]> => {
    const ids: ImageId[] = [];
    for (let offset = from; offset < from + count; offset += 1000) {
      const { rows } = await ask('catalog.images', {
        ...question,
        offset,
        limit: Math.min(1000, from + count - offset),
      });
      ids.push(...rows.map((row) => row.image));
      if (rows.length === 0) break;
    }
    return ids;
  };
  const chooseBetween = (from: number, count: number): void => {
    if (count > mostChosen) say({ tone: 'warning', text: t('images.tooMany', { most: showNumber(mostChosen) }) });
    idsBetween(from, Math.min(count, mostChosen)).then(selection.choose, sayError);
  };
  const toggle = (row: ImageRow, index: number, range: boolean): void => {
    const from = anchor.current;
    anchor.current = index;
    if (range && from !== null) chooseBetween(Math.min(from, index), Math.abs(from - index) + 1);
    else selection.toggle(row.image, [], false);
  };
  const open = (row: ImageRow, index: number): void => {
    const around =
      series === null
        ? ask('catalog.images', { ...question, offset: Math.max(0, index - aroundViewed), limit: 2 * aroundViewed + 1 })
        : ask('catalog.stack', { series });
    around.then(
      ({ rows }) => openViewer(rows.some((each) => each.image === row.image) ? rows : [row], row.image),
      sayError,
    );
  };

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (isTyping(event.target) || isCovered()) return;
    if (event.ctrlKey && event.key === 'a' && total !== null) chooseBetween(0, total);
    else if (event.key === 'Escape') selection.clear();
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);

  return (
    <>
      {list.error ? <ErrorNote error={list.error} onRetry={() => pages.view(first, last)} /> : null}
      {total === 0 ? <NoImages filtered={isNarrowed(question)} /> : null}
      <div
        ref={scroller}
        className={cx(styles.scroller)}
        hidden={total === 0}
        aria-busy={total === null}
        role="region"
        aria-label={t('images.title')}
        tabIndex={0}
      >
        {look === 'list' ? <ListHead sort={sort} onSort={onSort} /> : null}
        <div
          ref={frame}
          role="list"
          aria-label={t('images.title')}
          className={cx(styles.inner)}
          style={{ blockSize: size }}
        >
          {lines.map((line) => (
            <div
              key={line.key}
              role="presentation"
              className={cx(styles.line, look === 'grid' && styles.cells)}
              style={{
                blockSize: line.size,
                transform: `translateY(${line.start}px)`,
                ...(look === 'grid' ? { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` } : {}),
              }}
            >
              {Array.from({ length: columns }, (_, column) => line.index * columns + column)
                .filter((index) => index < (total ?? 0))
                .map((index) => {
                  const row = pages.at(index);
                  if (!row) return <div key={index} role="listitem" className={cx(styles.wait)} aria-busy />;
                  const shared = {
                    row,
                    title: imageTitle(row, kinds),
                    chosen: selection.chosen.has(row.image),
                    onOpen: () => open(row, index),
                    onToggle: (range: boolean) => toggle(row, index, range),
                  };
                  return (
                    <div
                      key={index}
                      role="listitem"
                      aria-setsize={total ?? -1}
                      aria-posinset={index + 1}
                      style={{ minInlineSize: 0, blockSize: '100%' }}
                    >
                      {look === 'grid' ? (
                        <ImageTile {...shared} subtitle={personName(row.PatientName)} />
                      ) : (
                        <ListRow {...shared} />
                      )}
                    </div>
                  );
                })}
            </div>
          ))}
        </div>
      </div>
      <SelectionBar selection={selection}>
        <IdentityActions what={{ images: [...selection.chosen] }} onDone={selection.clear} />
        <AssignSelected selection={selection} />
      </SelectionBar>
    </>
  );
}

interface ListRowProps {
  readonly row: ImageRow;
  readonly title: string;
  readonly chosen: boolean;
  readonly onOpen: () => void;
  readonly onToggle: (range: boolean) => void;
}

function ListRow({ row, title, chosen, onOpen, onToggle }: ListRowProps) {
  const { t } = useTranslation();
  const storedBy = useNameOf(row.storedBy);
  const name = [title, personName(row.PatientName), imageMoment(row)].filter(Boolean).join(', ');
  return (
    <div className={cx(styles.row)} data-chosen={chosen} onClick={onOpen}>
      <button
        type="button"
        role="checkbox"
        aria-checked={chosen}
        aria-label={t('images.pick', { name })}
        className={cx(styles.tick)}
        onClick={(event) => {
          event.stopPropagation();
          onToggle(event.shiftKey);
        }}
      >
        <span>
          <Check aria-hidden size={20} strokeWidth={3} />
        </span>
      </button>
      <ImageThumb row={row} />
      <span className={cx(styles.open)}>
        <button type="button" aria-label={t('images.open', { name })}>
          {title}
        </button>
      </span>
      <span className={cx(styles.cell)}>
        <bdi>{personName(row.PatientName)}</bdi>
        <br />
        <bdi className={cx(styles.soft)}>{row.PatientID}</bdi>
      </span>
      <span className={cx(styles.cell)}>
        {showDate(row.ContentDate || row.StudyDate)}
        <br />
        <span className={cx(styles.soft)}>{showTime(row.ContentTime)}</span>
      </span>
      <span className={cx(styles.cell)}>
        {together(showDay(row.storedAt), storedBy)}
        <br />
        <span className={cx(styles.soft)}>
          {together(
            row.Modality,
            row.NumberOfFrames > 1 ? t('images.frames', { count: row.NumberOfFrames }) : t(`source.${row.source}`),
          )}
        </span>
      </span>
    </div>
  );
}
