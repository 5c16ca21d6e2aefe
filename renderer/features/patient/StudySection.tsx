import { HardDriveUpload, Send } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageId } from '@shared/model/ids';
import type { ImageRow, KindRow, SeriesRow, StudyRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { exportThese } from '../../app/exportBasket';
import { sendThese } from '../../app/sendBasket';
import { kindName, listWords, modalityName, showDate, showNumber, showTime, together } from '../../app/format';
import { navigate } from '../../app/router';
import { useSession } from '../../app/session';
import { sayError } from '../../app/toasts';
import { useInView } from '../../app/useInView';
import { useQuery } from '../../app/useQuery';
import type { Selection } from '../../app/useSelection';
import { openViewer } from '../../app/viewing';
import { Button } from '../../components/Button';
import { ImageTile, StackTile } from '../../components/ImageTile';
import { ErrorNote } from '../../components/Surface';
import { SeriesLines } from '../classification/SeriesLines';
import { IdentityActions } from '../identity/IdentityActions';
import { StudyFindings } from '../findings/StudyFindings';
import styles from './PatientPage.module.css';

/** Above this many images a series is one tile; its slices are scrolled in the viewer. */
const stackFrom = 13;
const pageOfImages = 300;

/** What a tile says: the kind as the clinic named it, else what the series or the device says. */
export function imageTitle(row: ImageRow, kinds: readonly KindRow[]): string {
  const kind = kinds.find((candidate) => candidate.kind === row.kind);
  if (kind) return kindName(kind);
  return row.SeriesDescription || modalityName(row.Modality) || row.fileName;
}

/** What a series is called: as the device says, else by its modality. */
export function seriesTitle(row: SeriesRow): string {
  return row.SeriesDescription || row.ProtocolName || modalityName(row.Modality);
}

interface Props {
  readonly study: StudyRow;
  readonly selection: Selection;
  readonly order: () => ImageId[];
  readonly onLoaded: (images: readonly ImageRow[]) => void;
}

/** One visit: its date and place, and its series with their pictures. Fetched when it comes into view. */
export function StudySection({ study, selection, order, onLoaded }: Props) {
  const { t } = useTranslation();
  const [element, seen] = useInView<HTMLElement>();
  const clinics = useSession((state) => state.clinics);
  const kinds = useSession((state) => state.kinds);
  const series = useQuery('catalog.series', seen ? { study: study.study, sort: 'SeriesNumber', limit: 500 } : null, {
    live: true,
  });
  const images = useQuery('catalog.images', seen ? { study: study.study, limit: pageOfImages } : null, { live: true });

  const stacks = useMemo(() => (series.data?.rows ?? []).filter((row) => row.images >= stackFrom), [series.data]);
  const singles = useMemo(() => {
    const inStack = new Set<string>(stacks.map((row) => row.seriesKey));
    return series.data ? (images.data?.rows ?? []).filter((row) => !inStack.has(row.seriesKey)) : [];
  }, [series.data, images.data, stacks]);
  useEffect(() => {
    onLoaded(singles);
  }, [onLoaded, singles]);

  const openStack = (row: SeriesRow): void => {
    ask('catalog.stack', { series: row.seriesKey }).then(({ rows }) => {
      const start = rows[0];
      if (start) openViewer(rows, start.image);
    }, sayError);
  };
  const clinic = clinics.find((row) => row.clinic === study.clinic);
  const date = study.StudyDate === '' ? t('images.noDate') : showDate(study.StudyDate, 'long');
  const inSingles = (series.data?.rows ?? [])
    .filter((row) => row.images < stackFrom)
    .reduce((sum, row) => sum + row.images, 0);
  const more = inSingles > singles.length && images.data !== null && images.data.total > images.data.rows.length;

  return (
    <section ref={element} className={cx(styles.study)} aria-label={date}>
      <header className={cx(styles.studyHead)}>
        <h2>{date}</h2>
        <span className={cx(styles.soft)}>
          {together(
            showTime(study.StudyTime),
            clinic?.name ?? study.InstitutionName,
            study.StudyDescription,
            listWords(study.ModalitiesInStudy.split('\\').map(modalityName)),
            t('patients.images', { count: study.images, shown: showNumber(study.images) }),
          )}
        </span>
        <span className={cx(styles.studyActions)}>
          <Button
            icon={HardDriveUpload}
            onPress={() => exportThese({ studies: [study.study] })}
            aria-label={t('images.exportStudy', { date })}
          >
            {t('patients.export')}
          </Button>
          <Button
            icon={Send}
            onPress={() => sendThese({ studies: [study.study] })}
            aria-label={t('images.sendStudy', { date })}
          >
            {t('patients.send')}
          </Button>
          <IdentityActions what={{ studies: [study.study] }} small />
        </span>
      </header>
      {series.error ? <ErrorNote error={series.error} onRetry={series.reload} /> : null}
      {images.error ? <ErrorNote error={images.error} onRetry={images.reload} /> : null}
      <div className={cx(styles.grid, !images.data && styles.waiting)} aria-busy={seen && !images.data}>
        {stacks.map((row) => (
          <StackTile
            key={row.seriesKey}
            cover={row.cover}
            title={seriesTitle(row)}
            subtitle={together(row.Modality, row.BodyPartExamined)}
            count={row.images}
            onOpen={() => openStack(row)}
          />
        ))}
        {singles.map((row) => (
          <ImageTile
            key={row.image}
            row={row}
            title={imageTitle(row, kinds)}
            subtitle={showTime(row.ContentTime) || modalityName(row.Modality)}
            chosen={selection.chosen.has(row.image)}
            onOpen={() => openViewer(singles, row.image)}
            onToggle={(range) => selection.toggle(row.image, order(), range)}
          />
        ))}
      </div>
      <SeriesLines rows={series.data?.rows ?? []} title={seriesTitle} />
      {seen ? <StudyFindings study={study.study} series={series.data?.rows ?? []} /> : null}
      {more ? (
        <Button onPress={() => navigate({ screen: 'images', level: 'images', study: study.study })}>
          {t('images.showAll')}
        </Button>
      ) : null}
    </section>
  );
}
