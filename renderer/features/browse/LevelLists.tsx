import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input } from '@shared/contract';
import type { FlatSeriesRow, PatientRow, SeriesRow, StudyRow } from '@shared/model/rows';
import { cx } from '../../app/cx';
import { listWords, modalityName, personName, showDate, showDateTime, showNumber, together } from '../../app/format';
import { navigate } from '../../app/router';
import { useLines } from '../../app/useLines';
import { usePages } from '../../app/usePages';
import type { PagedList } from '../../app/usePages';
import { ErrorNote } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { SeriesChips } from '../classification/SeriesChips';
import { seriesTitle } from '../patient/StudySection';
import { isNarrowed } from './filter';
import { NoImages } from './NoImages';
import styles from './Browse.module.css';

interface LevelProps {
  readonly question: Omit<Input<'catalog.series'>, 'limit' | 'offset' | 'after'>;
  readonly onSummary: (text: string) => void;
}

/** Studies, one line each; a press shows what series they have. */
export function StudyList({ question, onSummary }: LevelProps) {
  const { t } = useTranslation();
  const list = usePages('catalog.studies', question);
  return (
    <LevelList
      list={list}
      label={t('images.levels.studies')}
      filtered={isNarrowed(question)}
      onSummary={onSummary}
      summary={(total) => t('exporting.studies', { count: total, shown: showNumber(total) })}
      line={(row: StudyRow) => (
        <Line
          cover={row.cover}
          title={showDateTime(row.StudyDate, row.StudyTime) || t('images.noDate')}
          person={together(personName(row.PatientName), row.PatientID)}
          detail={together(row.StudyDescription, listWords(row.ModalitiesInStudy.split('\\').map(modalityName)))}
          images={row.images}
          onOpen={() => navigate({ screen: 'images', level: 'series', study: row.study })}
        />
      )}
    />
  );
}

/** Series, one line each; a press shows their images. */
export function SeriesList({ question, onSummary }: LevelProps) {
  const { t } = useTranslation();
  const list = usePages('catalog.series', question);
  return (
    <LevelList
      list={list}
      label={t('images.levels.series')}
      filtered={isNarrowed(question)}
      onSummary={onSummary}
      summary={(total) => t('images.seriesCount', { count: total, shown: showNumber(total) })}
      line={(row: SeriesRow) => (
        <Line
          cover={row.cover}
          title={seriesTitle(row)}
          person={together(personName(row.PatientName), row.PatientID)}
          detail={together(row.Modality, row.BodyPartExamined, showDate(row.SeriesDate || row.StudyDate))}
          images={row.images}
          onOpen={() => navigate({ screen: 'images', level: 'images', series: row.seriesKey })}
          labels={<SeriesChips series={row.seriesKey} name={seriesTitle(row)} short />}
        />
      )}
    />
  );
}

/** Series with what is said of their patient and study; a press shows their images. */
export function FlatSeriesList({ question, onSummary }: LevelProps) {
  const { t } = useTranslation();
  const list = usePages('catalog.flatSeries', question);
  return (
    <LevelList
      list={list}
      label={t('query.levels.flatSeries')}
      filtered={isNarrowed(question)}
      onSummary={onSummary}
      summary={(total) => t('images.seriesCount', { count: total, shown: showNumber(total) })}
      line={(row: FlatSeriesRow) => (
        <Line
          cover={row.cover}
          title={personName(row.PatientName)}
          below={together(row.PatientID, showBirthDate(row.PatientBirthDate))}
          person={together(seriesTitle(row), row.StudyDescription)}
          detail={together(row.Modality, showDate(row.StudyDate), row.InstitutionName)}
          images={row.images}
          onOpen={() => navigate({ screen: 'images', level: 'images', series: row.seriesKey })}
          labels={<SeriesChips series={row.seriesKey} name={seriesTitle(row)} short />}
        />
      )}
    />
  );
}

function showBirthDate(value: string): string {
  return value === '' ? '' : `* ${showDate(value)}`;
}

/** Patients, one line each; a press opens the patient. */
export function PatientLines({ question, onSummary }: LevelProps) {
  const { t } = useTranslation();
  const list = usePages('catalog.patients', question);
  return (
    <LevelList
      list={list}
      label={t('query.levels.patient')}
      filtered={isNarrowed(question)}
      onSummary={onSummary}
      summary={(total) => t('patients.found', { count: total, shown: showNumber(total) })}
      line={(row: PatientRow) => (
        <Line
          cover={row.headshot}
          title={personName(row.PatientName)}
          person={row.PatientID}
          detail={together(showBirthDate(row.PatientBirthDate), showDate(row.lastStudyDate))}
          images={row.images}
          onOpen={() => navigate({ screen: 'patient', patient: row.patient })}
        />
      )}
    />
  );
}

interface LevelListProps<T> {
  readonly list: PagedList<T>;
  readonly label: string;
  readonly filtered: boolean;
  readonly summary: (total: number) => string;
  readonly onSummary: (text: string) => void;
  readonly line: (row: T) => ReactNode;
}

function LevelList<T>({ list, label, filtered, summary, onSummary, line }: LevelListProps<T>) {
  const { pages, total } = list;
  const { scroller, lines, size, first, last } = useLines(pages, { total, height: 68 });
  const { t } = useTranslation();
  const found = total === null ? ' ' : summary(total);
  const text = list.totalIsExact ? found : t('query.about', { found });
  useEffect(() => onSummary(text), [onSummary, text]);
  return (
    <>
      {list.error ? <ErrorNote error={list.error} onRetry={() => pages.view(first, last)} /> : null}
      {total === 0 ? <NoImages filtered={filtered} /> : null}
      <div
        ref={scroller}
        className={cx(styles.scroller)}
        hidden={total === 0}
        aria-busy={total === null}
        role="region"
        aria-label={label}
        tabIndex={0}
      >
        <div role="list" aria-label={label} className={cx(styles.inner)} style={{ blockSize: size }}>
          {lines.map((item) => {
            const row = pages.at(item.index);
            return (
              <div
                key={item.key}
                role="listitem"
                aria-setsize={total ?? -1}
                aria-posinset={item.index + 1}
                className={cx(styles.line)}
                style={{ blockSize: item.size, transform: `translateY(${item.start}px)` }}
              >
                {row === undefined ? <div className={cx(styles.wait)} /> : line(row)}
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

interface LineProps {
  readonly cover: string | null;
  readonly title: string;
  /** What tells apart those of one title. */
  readonly below?: string;
  readonly person: string;
  readonly detail: string;
  readonly images: number;
  readonly onOpen: () => void;
  readonly labels?: ReactNode;
}

function Line({ cover, title, below = '', person, detail, images, onOpen, labels }: LineProps) {
  const { t } = useTranslation();
  // The button's click, by mouse or key, comes up here; the rest of the line may be pressed as well.
  return (
    <div className={cx(styles.row, styles.plain, labels !== undefined && styles.labelled)} onClick={onOpen}>
      <Thumb image={cover} fallback={cover === null ? 'document' : 'none'} />
      <span className={cx(styles.open)}>
        <button type="button" aria-label={t('images.open', { name: `${together(title, below)}, ${person}` })}>
          <bdi>{title}</bdi>
          {below === '' ? null : (
            <>
              <br />
              <bdi className={cx(styles.soft)}>{below}</bdi>
            </>
          )}
        </button>
      </span>
      <span className={cx(styles.cell)}>
        <bdi>{person}</bdi>
        <br />
        <bdi className={cx(styles.soft)}>{detail}</bdi>
      </span>
      <span className={cx(styles.cell, styles.soft)}>
        {t('patients.images', { count: images, shown: showNumber(images) })}
      </span>
      {labels}
    </div>
  );
}
