import { ChartLine, ClipboardList, FilePen, ListChecks, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EntryRow } from '@shared/contract/forms';
import type { StudyKey } from '@shared/model/ids';
import type { ResultRow } from '@shared/model/results';
import type { SeriesRow } from '@shared/model/rows';
import { cx } from '../../app/cx';
import { modalityName, showInstant, together } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { navigate } from '../../app/router';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Badge, ErrorNote } from '../../components/Surface';
import { ReportDialog } from '../reports/ReportDialog';
import { AddResultDialog } from './AddResultDialog';
import { ResultDialog } from './ResultDialog';
import { ResultSummary } from './ResultSummary';
import { StateDialog } from './StateDialog';
import { stateName } from './states';
import styles from './Findings.module.css';

/** What is open over the list. */
type Open =
  | { readonly what: 'result'; readonly row: ResultRow }
  | { readonly what: 'report'; readonly row: EntryRow }
  | { readonly what: 'add'; readonly series: SeriesRow }
  | { readonly what: 'state'; readonly series: SeriesRow };

/** Of each series of a study: its state, what algorithms found, and the reports on it. */
export function StudyFindings({ study, series }: { readonly study: StudyKey; readonly series: readonly SeriesRow[] }) {
  const { t } = useTranslation();
  const results = useQuery('results.list', { study, limit: 1000 }, { live: true });
  const entries = useQuery('entries.list', { study, limit: 1000, language: currentLanguage() }, { live: true });
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const error = results.error ?? entries.error;
  if (series.length === 0) return null;
  return (
    <section className={cx(styles.findings)} aria-label={t('findings.title')}>
      <h3>{t('findings.title')}</h3>
      {error ? <ErrorNote error={error} /> : null}
      {series.map((row) => (
        <SeriesFindings
          key={row.seriesKey}
          series={row}
          results={(results.data?.rows ?? []).filter((result) => result.seriesKey === row.seriesKey)}
          entries={(entries.data?.rows ?? []).filter((entry) => entry.seriesKey === row.seriesKey)}
          onOpen={setOpen}
        />
      ))}
      {open?.what === 'result' ? <ResultDialog row={open.row} onClose={close} /> : null}
      {open?.what === 'report' ? <ReportDialog row={open.row} onClose={close} /> : null}
      {open?.what === 'add' ? <AddResultDialog series={open.series} onClose={close} /> : null}
      {open?.what === 'state' ? <StateDialog series={open.series} onClose={close} /> : null}
    </section>
  );
}

interface SeriesFindingsProps {
  readonly series: SeriesRow;
  readonly results: readonly ResultRow[];
  readonly entries: readonly EntryRow[];
  readonly onOpen: (open: Open) => void;
}

function SeriesFindings({ series, results, entries, onOpen }: SeriesFindingsProps) {
  const { t } = useTranslation();
  const name = series.SeriesDescription || series.ProtocolName || modalityName(series.Modality);
  return (
    <div className={cx(styles.series)}>
      <span className={cx(styles.name)}>
        <strong dir="auto">{name}</strong>{' '}
        {series.status === '' ? null : (
          <Badge tone={series.status === 'failed' ? 'error' : 'info'}>
            {together(stateName(series.status, t), series.statusMessage)}
          </Badge>
        )}
      </span>
      <span className={cx(styles.acts)}>
        <Button icon={FilePen} onPress={() => navigate({ screen: 'report', series: series.seriesKey })}>
          {t('findings.write')}
        </Button>
        <Button icon={Plus} look="quiet" onPress={() => onOpen({ what: 'add', series })}>
          {t('findings.addResult')}
        </Button>
        <Button icon={ListChecks} look="quiet" onPress={() => onOpen({ what: 'state', series })}>
          {t('findings.setState')}
        </Button>
      </span>
      {results.length + entries.length === 0 ? null : (
        <ul className={cx(styles.list)}>
          {results.map((row) => (
            <li key={row.result}>
              <button type="button" className={cx(styles.line)} onClick={() => onOpen({ what: 'result', row })}>
                <ChartLine aria-hidden size={20} />
                <ResultSummary row={row} />
              </button>
            </li>
          ))}
          {entries.map((row) => (
            <li key={row.entry}>
              <button
                type="button"
                className={cx(styles.line)}
                onClick={() => onOpen({ what: 'report', row })}
                aria-label={t('reports.open', {
                  name: t('findings.reportWithForm', { form: row.formName, date: showInstant(row.savedAt) }),
                })}
              >
                <ClipboardList aria-hidden size={20} />
                <span className={cx(styles.summary)}>
                  <bdi>{row.formName}</bdi>
                  <span className={cx(styles.soft)}>{showInstant(row.savedAt)}</span>
                  {row.state === 'draft' ? <Badge tone="warning">{t('reports.draft')}</Badge> : null}
                  {row.correcting ? <Badge tone="warning">{t('reports.correcting')}</Badge> : null}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
