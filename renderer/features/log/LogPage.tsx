import { FileDown, ScrollText, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Input } from '@shared/contract';
import type { LogRow } from '@shared/contract/log';
import { useAccess, useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { dateOf, showNumber, today } from '../../app/format';
import { currentLanguage } from '../../app/i18n';
import { say, sayError } from '../../app/toasts';
import { useDebounced } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Select } from '../../components/Choice';
import { DateField } from '../../components/DateField';
import { Actions, Dialog } from '../../components/Dialog';
import { Empty, ErrorNote, Page } from '../../components/Surface';
import { SearchField } from '../../components/TextField';
import { logLevels, logSubjects } from '@shared/log';
import { LogLine } from './LogLine';
import { useLog } from './useLog';
import styles from './Log.module.css';

type Filter = Omit<Input<'log.list'>, 'limit' | 'after'>;

const ALL = 'all';

/** The beginning or the end of a day of this machine's calendar. */
function momentOf(day: string, end: boolean): string | undefined {
  const date = dateOf(day);
  if (!date) return undefined;
  if (end) date.setHours(23, 59, 59, 999);
  else date.setHours(0, 0, 0, 0);
  return date.toISOString();
}

/** Who did what and when: narrowed down, saved as a table, and lines taken off. */
export function LogPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>({});
  const [days, setDays] = useState({ from: '', to: '' });
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [removing, setRemoving] = useState(false);
  const mayRemove = useMay('log.remove');
  const text = useDebounced(filter.text ?? '', 250);
  const question = { ...filter, text, from: momentOf(days.from, false), to: momentOf(days.to, true) };
  const log = useLog(question);

  const choose = (row: LogRow): void => {
    const now = new Set(chosen);
    if (!now.delete(row.seq)) now.add(row.seq);
    setChosen(now);
  };
  const remove = async (): Promise<void> => {
    try {
      await ask('log.remove', { seqs: [...chosen] });
      setChosen(new Set());
      log.reload();
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setRemoving(false);
    }
  };
  const saveTable = async (): Promise<void> => {
    try {
      const { path } = await ask('dialog.saveFile', { suggestedName: `fieldbox-log-${today()}.csv` });
      if (path === null) return;
      const { lines } = await ask('log.export', { ...question, path, language: currentLanguage() });
      say({ tone: 'success', text: t('log.saved', { shown: showNumber(lines) }) });
    } catch (thrown) {
      sayError(thrown);
    }
  };
  return (
    <Page
      title={t('log.title')}
      subtitle={t('log.text')}
      actions={
        <>
          {mayRemove && chosen.size > 0 ? (
            <Button icon={Trash2} onPress={() => setRemoving(true)}>
              {t('log.remove')}
            </Button>
          ) : null}
          <Button icon={FileDown} onPress={() => void saveTable()}>
            {t('log.csv')}
          </Button>
        </>
      }
    >
      <Filters filter={filter} onFilter={setFilter} days={days} onDays={setDays} />
      {log.error ? <ErrorNote error={log.error} onRetry={log.reload} /> : null}
      {log.rows.length > 0 ? (
        <ul className={cx(styles.lines)} data-no-work="">
          {log.rows.map((row) => (
            <LogLine
              key={`${row.seq}-${row.code}-${row.patient ?? ''}-${row.image ?? ''}-${row.series ?? ''}`}
              row={row}
              chosen={chosen.has(row.seq)}
              {...(mayRemove && row.code !== 'LOG_REMOVED' && { onChoose: choose })}
            />
          ))}
        </ul>
      ) : log.loading || log.error ? null : (
        <Empty icon={ScrollText} title={t('log.empty')}>
          {t('log.emptyHint')}
        </Empty>
      )}
      {log.more ? (
        <div>
          <Button busy={log.loading} onPress={log.more}>
            {t('log.more')}
          </Button>
        </div>
      ) : null}
      <Dialog title={t('log.removeTitle')} open={removing} onClose={() => setRemoving(false)}>
        <p>{t('log.removeText')}</p>
        <Actions>
          <Button onPress={() => setRemoving(false)}>{t('common.cancel')}</Button>
          <Button look="danger" onPress={() => void remove()}>
            {t('log.remove')}
          </Button>
        </Actions>
      </Dialog>
    </Page>
  );
}

interface FiltersProps {
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly days: { readonly from: string; readonly to: string };
  readonly onDays: (days: { from: string; to: string }) => void;
}

function Filters({ filter, onFilter, days, onDays }: FiltersProps) {
  const { t } = useTranslation();
  const people = useAccess((access) => access.people);
  const any = { id: ALL, label: t('log.all') } as const;
  const { subject: _subject, ...noSubject } = filter;
  const { level: _level, ...noLevel } = filter;
  const { by: _by, ...noBy } = filter;
  return (
    <section className={cx(styles.filters)} aria-label={t('images.filter')} data-no-work="">
      <div className={cx(styles.search)}>
        <SearchField
          label={t('log.search')}
          placeholder={t('log.searchHint')}
          value={filter.text ?? ''}
          onChange={(typed) => onFilter({ ...filter, text: typed })}
        />
      </div>
      <Select
        label={t('log.subject')}
        options={[any, ...logSubjects.map((id) => ({ id, label: t(`log.subjects.${id}`) }))]}
        value={filter.subject ?? ALL}
        onChange={(subject) => onFilter(subject === ALL ? noSubject : { ...filter, subject })}
      />
      <Select
        label={t('log.level')}
        options={[any, ...logLevels.map((id) => ({ id, label: t(`log.levels.${id}`) }))]}
        value={filter.level ?? ALL}
        onChange={(level) => onFilter(level === ALL ? noLevel : { ...filter, level })}
      />
      {people.length > 0 ? (
        <Select
          label={t('log.by')}
          options={[any, ...people.map((row) => ({ id: row.user, label: row.name }))]}
          value={filter.by ?? ALL}
          onChange={(by) => onFilter(by === ALL ? noBy : { ...filter, by })}
        />
      ) : null}
      <DateField label={t('log.from')} value={days.from} onChange={(from) => onDays({ ...days, from })} />
      <DateField label={t('log.until')} value={days.to} onChange={(to) => onDays({ ...days, to })} />
    </section>
  );
}
