import { ArrowLeft, FileDown, Printer } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '@shared/contract';
import { wordsOf } from '@shared/forms/definition';
import type { EntryKey } from '@shared/model/ids';
import type { PatientRow, SeriesRow } from '@shared/model/rows';
import { ask, thumbnailUrl } from '../../app/api';
import { cx } from '../../app/cx';
import { personName, sexName, showBirth, showDate, showInstant, together } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { goBack } from '../../app/router';
import { say, sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { ErrorNote, Note } from '../../components/Surface';
import { ResultSummary } from '../findings/ResultSummary';
import { EntryLines } from './EntryLines';
import { signatures } from './signatures';
import styles from './Reports.module.css';
import print from './Print.module.css';

/** A finished report as it is printed, with what can be done with it above; only the sheet itself gets onto paper. */
export function PrintReport({ entry }: { readonly entry: EntryKey }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('entries.printable', { entry, language: currentLanguage() });
  const row = data?.entry ?? null;
  const person = useQuery('patients.get', row === null ? null : { patient: row.patient });
  const series = useQuery('catalog.series', row === null ? null : { series: row.seriesKey, limit: 1 });
  const form = useQuery('forms.get', row === null ? null : { form: row.form, version: row.formVersion });
  const [busy, setBusy] = useState(false);
  const [seriesRow] = series.data?.rows ?? [];
  const title = form.data === null ? '' : wordsOf(form.data.definition.title, currentLanguage());
  const ready = data && person.data && seriesRow && form.data;

  const keep = async (): Promise<void> => {
    setBusy(true);
    try {
      const { bytes } = await ask('paper.pdf', {});
      await ask('entries.keepDocument', { entry, bytes: Uint8Array.from(bytes), title });
      say({ tone: 'success', text: t('reports.kept') });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={cx(print.screen)}>
      <div className={cx(print.bar)}>
        <Button large icon={ArrowLeft} onPress={goBack}>
          {t('common.close')}
        </Button>
        <Button large look="primary" icon={Printer} isDisabled={!ready} onPress={() => window.print()}>
          {t('reports.print')}
        </Button>
        <Button large icon={FileDown} busy={busy} isDisabled={!ready} onPress={() => void keep()}>
          {t('reports.keepPdf')}
        </Button>
      </div>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data && data.refused + data.resultsRefused > 0 ? (
        <div className={cx(print.bar)}>
          <Note tone="warning">
            <p>{t('reports.picturesRefused')}</p>
          </Note>
        </div>
      ) : null}
      {ready ? <Sheet printable={data} person={person.data} series={seriesRow} title={title} /> : null}
    </div>
  );
}

interface SheetProps {
  readonly printable: Output<'entries.printable'>;
  readonly person: PatientRow;
  readonly series: SeriesRow;
  readonly title: string;
}

function Sheet({ printable, person, series, title }: SheetProps) {
  const { t } = useTranslation();
  const { entry, images, results } = printable;
  const [openedAt] = useState(() => new Date().toISOString());
  return (
    <article className={cx(styles.sheet)} data-testid="sheet">
      <header className={cx(styles.sheetHead)}>
        <h1 tabIndex={-1} dir="auto">
          {title}
        </h1>
        <p>
          <strong>{personName(person.PatientName)}</strong>
        </p>
        <p>{together(person.PatientID, sexName(person.PatientSex), showBirth(person))}</p>
        <p>
          {together(showDate(series.StudyDate, 'long'), series.Modality, series.SeriesDescription, series.StationName)}
        </p>
      </header>
      {images.length > 0 ? (
        <div className={cx(styles.sheetPictures)}>
          {images.map((image) => (
            <img key={image} src={thumbnailUrl(image)} alt={t('reports.picture')} />
          ))}
        </div>
      ) : null}
      <EntryLines lines={entry.lines} />
      {results.length > 0 ? (
        <ul>
          {results.map((result) => (
            <li key={result.result}>
              <ResultSummary row={result} />
            </li>
          ))}
        </ul>
      ) : null}
      <footer className={cx(styles.sheetFoot)}>
        {signatures(entry, t).map((line) => (
          <p key={line}>{line}</p>
        ))}
        <p>
          {together(
            t('reports.savedAt', { date: showInstant(entry.savedAt) }),
            t('reports.revision', { number: entry.revision }),
            t('reports.formVersion', { number: entry.formVersion }),
            t('reports.printedOn', { date: showInstant(openedAt) }),
          )}
        </p>
        <p>
          <bdi>{entry.SeriesInstanceUID}</bdi>
        </p>
      </footer>
    </article>
  );
}
