import { Check, FilePlus2, Save, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EntryRow, FormRow } from '@shared/contract/forms';
import { wordsOf } from '@shared/forms/definition';
import {
  checkEntry,
  emptyEntry,
  type EntryIssue,
  type EntryState,
  type EntryValues,
  tidyEntry,
} from '@shared/forms/entry';
import type { EntryKey, SeriesKey } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { personName, showDate, today, together } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { goBack, navigate } from '../../app/router';
import { say, sayError } from '../../app/toasts';
import { useIsHere } from '../../app/useIsHere';
import { useQuery } from '../../app/useQuery';
import { Button, IconButton } from '../../components/Button';
import { Choices } from '../../components/Choice';
import { Empty, ErrorNote, Note, Page } from '../../components/Surface';
import { FormFields } from './FormFields';
import styles from './Reports.module.css';

const ViewerPane = lazy(async () => ({ default: (await import('../viewer')).ViewerPane }));

/** Filling in a report with the pictures beside it: a new one, a draft, or a correction of a finished one. */
export function ReportScreen({ series, entry }: { readonly series: SeriesKey; readonly entry: EntryKey | null }) {
  const { t } = useTranslation();
  const stack = useQuery('catalog.stack', { series });
  const revisions = useQuery('entries.get', entry === null ? null : { entry, language: currentLanguage() });
  const forms = useQuery('forms.list', { all: false });
  const error = stack.error ?? revisions.error ?? forms.error;
  const first = stack.data?.rows[0];
  const known = entry === null || revisions.data !== null;
  return (
    <Page
      title={t('reports.title')}
      subtitle={first ? together(personName(first.PatientName), first.PatientID, showDate(first.StudyDate)) : ''}
      shape="fixed"
    >
      {error ? <ErrorNote error={error} /> : null}
      {known && stack.data && forms.data ? (
        <div className={cx(styles.sides)}>
          <Pictures rows={stack.data.rows} />
          <Paper series={series} forms={forms.data.rows} last={revisions.data?.rows[0] ?? null} />
        </div>
      ) : null}
    </Page>
  );
}

function Pictures({ rows }: { readonly rows: readonly ImageRow[] }) {
  const { t } = useTranslation();
  const [first] = rows;
  return (
    <section className={cx(styles.picture)} aria-label={t('reports.picture')}>
      {first ? (
        <Suspense fallback={null}>
          <ViewerPane images={rows} startImage={first.image} />
        </Suspense>
      ) : null}
    </section>
  );
}

interface PaperProps {
  readonly series: SeriesKey;
  readonly forms: readonly FormRow[];
  /** The newest revision when there is one already. */
  readonly last: EntryRow | null;
}

/** The form: which one, then its questions. A report that has been begun keeps the version it was begun with. */
function Paper({ series, forms, last }: PaperProps) {
  const { t } = useTranslation();
  const [only] = forms;
  const [chosen, setChosen] = useState<string | null>(last?.form ?? (forms.length === 1 ? (only?.form ?? null) : null));
  const row = forms.find((form) => form.form === chosen);
  const asked = last !== null ? { form: last.form, version: last.formVersion } : row ? { form: row.form } : null;
  const form = useQuery('forms.get', asked);
  if (forms.length === 0 && last === null) {
    return (
      <section className={cx(styles.paper)}>
        <Empty
          icon={FilePlus2}
          title={t('reports.noForms')}
          action={
            <Button look="primary" onPress={() => navigate({ screen: 'manage', page: 'forms' })}>
              {t('reports.makeForm')}
            </Button>
          }
        >
          {t('reports.noFormsHint')}
        </Empty>
      </section>
    );
  }
  return (
    <section className={cx(styles.paper)} aria-label={t('reports.title')}>
      {last === null && forms.length > 1 ? (
        <Choices
          label={t('reports.chooseForm')}
          options={forms.map((each) => ({ id: each.form, label: wordsOf(each.definition.title, currentLanguage()) }))}
          value={row?.form ?? null}
          onChange={setChosen}
        />
      ) : null}
      {form.error ? <ErrorNote error={form.error} onRetry={form.reload} /> : null}
      {form.data && form.data.form === asked?.form ? (
        <Filling key={`${form.data.form} ${String(form.data.version)}`} series={series} form={form.data} last={last} />
      ) : null}
    </section>
  );
}

interface FillingProps {
  readonly series: SeriesKey;
  readonly form: FormRow;
  readonly last: EntryRow | null;
}

function Filling({ series, form, last }: FillingProps) {
  const { t } = useTranslation();
  const { definition } = form;
  const [values, setValues] = useState<EntryValues>(() => last?.values ?? emptyEntry(definition, today()));
  /** What the person tried to save with; from then on what does not fit is marked as they type. */
  const [tried, setTried] = useState<EntryState | null>(null);
  const [busy, setBusy] = useState<EntryState | null>(null);
  const isHere = useIsHere();
  const issues: readonly EntryIssue[] = tried === null ? [] : checkEntry(definition, values, tried);
  const save = async (state: EntryState): Promise<void> => {
    setTried(state);
    if (checkEntry(definition, values, state).length > 0) return;
    setBusy(state);
    try {
      const row = await ask('entries.save', {
        entry: last?.entry ?? null,
        saves: last?.saves ?? 0,
        form: form.form,
        series,
        state,
        values: tidyEntry(definition, values),
        language: currentLanguage(),
      });
      say({
        tone: 'success',
        text: state === 'finished' ? t('reports.finishedToast') : t('reports.draftToast'),
        ...(state === 'finished' && {
          action: {
            label: t('reports.print'),
            run: () => navigate({ screen: 'printReport', entry: row.entry }),
          },
        }),
      });
      // Whoever has gone elsewhere meanwhile stays there.
      if (isHere.current) navigate({ screen: 'patient', patient: row.patient }, { replace: true });
    } catch (thrown) {
      sayError(thrown);
      setBusy(null);
    }
  };
  return (
    <>
      <h2 dir="auto">{wordsOf(definition.title, currentLanguage())}</h2>
      {last?.state === 'finished' || (last?.revision ?? 1) > 1 ? (
        <Note tone="info">
          <p>{t('reports.correctHint')}</p>
        </Note>
      ) : null}
      <FormFields definition={definition} values={values} issues={issues} onChange={setValues} />
      {issues.length > 0 ? (
        <Note tone="warning">
          <p>{t('reports.toFix', { count: issues.length })}</p>
        </Note>
      ) : null}
      <div className={cx(styles.end)}>
        <Button look="primary" icon={Check} busy={busy === 'finished'} onPress={() => void save('finished')}>
          {t('reports.finish')}
        </Button>
        <Button icon={Save} busy={busy === 'draft'} onPress={() => void save('draft')}>
          {t('reports.saveDraft')}
        </Button>
        <IconButton icon={X} label={t('common.cancel')} onPress={goBack} />
      </div>
    </>
  );
}
