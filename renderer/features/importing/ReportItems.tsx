import { Eye, FolderSearch } from 'lucide-react';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportItem } from '@shared/contract/intake';
import { errorSentence, isErrorCode } from '@shared/errors';
import type { ImageId, ImportSessionKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { currentLanguage } from '../../app/i18n';
import { Pages } from '../../app/pages';
import { sayError } from '../../app/toasts';
import { useLines } from '../../app/useLines';
import { openViewer } from '../../app/viewing';
import { Button } from '../../components/Button';
import { ErrorNote } from '../../components/Surface';
import { Thumb } from '../../components/Thumb';
import { tail } from './pending';
import styles from './Importing.module.css';

const rowHeight = 76;

interface Props {
  readonly session: ImportSessionKey;
  readonly outcome: ImportItem['outcome'];
  readonly running: boolean;
}

/** The lines of the report of one outcome, any number of them. */
export function ReportItems({ session, outcome, running }: Props) {
  const { t } = useTranslation();
  const pages = useMemo(
    () => new Pages<ImportItem>((offset, limit) => ask('import.items', { session, outcome, offset, limit })),
    [session, outcome],
  );
  const { total, error } = useSyncExternalStore(pages.subscribe, pages.snapshot);
  const { scroller, lines, size, first, last } = useLines(pages, { total, height: rowHeight });
  useEffect(() => () => pages.close(), [pages]);

  return (
    <>
      {error ? <ErrorNote error={error} onRetry={() => pages.view(first, last)} /> : null}
      {total === 0 && !running ? <p>{t(`importing.none.${outcome}`)}</p> : null}
      <div ref={scroller} className={cx(styles.items)} aria-busy={total === null} hidden={total === 0}>
        <div role="list" aria-label={t('importing.report')} className={cx(styles.inner)} style={{ blockSize: size }}>
          {lines.map((item) => {
            const row = pages.at(item.index);
            return (
              <div
                key={item.key}
                role="listitem"
                aria-setsize={total ?? -1}
                aria-posinset={item.index + 1}
                className={cx(styles.item)}
                style={{ blockSize: rowHeight, transform: `translateY(${item.start}px)` }}
              >
                {row ? <Line row={row} /> : null}
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

function view(image: ImageId): void {
  ask('catalog.image', { image }).then((row) => openViewer([row], image), sayError);
}

function Line({ row }: { readonly row: ImportItem }) {
  const { t } = useTranslation();
  const { image } = row;
  const reason =
    row.code === null
      ? ''
      : isErrorCode(row.code)
        ? errorSentence(row.code, row.details, currentLanguage())
        : t('importing.unknownReason');
  const name = row.entry === '' ? row.path : `${row.path} › ${row.entry}`;
  const file = tail(row.entry === '' ? row.path : row.entry);
  return (
    <>
      {image === null ? null : (
        <span className={cx(styles.thumb)}>
          <Thumb image={row.hasPixels ? image : null} fallback={row.hasPixels ? 'none' : 'document'} />
        </span>
      )}
      <span className={cx(styles.text)}>
        <span className={cx(styles.path)} title={name}>
          <bdi>{file}</bdi>
        </span>
        <span className={cx(styles.reason)}>{reason === '' ? <bdi>{name}</bdi> : reason}</span>
      </span>
      {image === null ? (
        <Button
          icon={FolderSearch}
          onPress={() => void ask('path.reveal', { path: row.path }).catch(sayError)}
          aria-label={t('importing.revealFile', { name })}
        >
          {t('importing.reveal')}
        </Button>
      ) : (
        <Button icon={Eye} onPress={() => view(image)} aria-label={t('images.open', { name })}>
          {t('importing.view')}
        </Button>
      )}
    </>
  );
}
