import { ArrowLeft, Search, SearchX, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '@shared/contract';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import type { JobId, RemoteKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { useJobs } from '../../app/jobs';
import { useOutboxQuery } from '../../app/outbox';
import { navigate } from '../../app/router';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Choices, Select } from '../../components/Choice';
import { DateField } from '../../components/DateField';
import { JobProgress } from '../../components/JobProgress';
import { Card, Columns, Empty, ErrorNote, Note, Page, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { ToDestinations } from '../destinations/ToDestinations';
import styles from '../sending/Sending.module.css';
import { below, dates, type Keyword, type Level, levels, matchKeys, matchValue, rangeValue } from './levels';
import { type Found, Results } from './Results';

type Match = readonly { readonly keyword: string; readonly value: string }[];

interface Question {
  readonly remote: RemoteKey;
  readonly level: Level;
  readonly match: Match;
}

/** Asking a PACS what it holds, at four levels, and fetching of it. */
export function QueryPage() {
  const { t } = useTranslation();
  const remotes = useOutboxQuery('remotes.list', {});
  const [chosen, setChosen] = useState<RemoteKey | null>(null);
  const [level, setLevel] = useState<Level>('study');
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [asked, setAsked] = useState<readonly Question[]>([]);
  const [answer, setAnswer] = useState<Output<'pacs.query'> | null>(null);
  const [error, setError] = useState<FieldboxError | null>(null);
  const [busy, setBusy] = useState(false);
  const [fetched, setFetched] = useState<readonly JobId[]>([]);
  const rows = (remotes.data?.rows ?? []).filter(({ queries }) => queries);
  const remote = rows.find((row) => row.remote === chosen) ?? rows[0];
  const now = asked[asked.length - 1];

  const put = async (questions: readonly Question[]): Promise<void> => {
    const question = questions[questions.length - 1];
    setAsked(questions);
    setAnswer(null);
    setError(null);
    if (!question) return;
    setBusy(true);
    try {
      const { remote: of, level: at, match } = question;
      setAnswer(await ask('pacs.query', { remote: of, level: at, match: [...match] }));
    } catch (thrown) {
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
    }
  };
  const search = (): void => {
    if (remote) void put([{ remote: remote.remote, level, match: matchOf(level, typed) }]);
  };
  const open = (row: Found): void => {
    const next = now && below[now.level];
    if (!now || !next) return;
    const match = next.keys.map((keyword) => ({ keyword, value: row[keyword] ?? '' }));
    void put([...asked, { remote: now.remote, level: next.level, match }]);
  };
  const retrieve = async (row: Found): Promise<void> => {
    if (!now) return;
    const { StudyInstanceUID = '', SeriesInstanceUID, SOPInstanceUID } = row;
    try {
      const { job } = await ask('pacs.retrieve', {
        remote: now.remote,
        StudyInstanceUID,
        ...(now.level !== 'study' && SeriesInstanceUID !== undefined && { SeriesInstanceUID }),
        ...(now.level === 'image' && SOPInstanceUID !== undefined && { SOPInstanceUID }),
      });
      setFetched([job, ...fetched]);
    } catch (thrown) {
      sayError(thrown);
    }
  };

  return (
    <Page title={t('pacs.title')} subtitle={t('pacs.subtitle')}>
      {remotes.error ? <ErrorNote error={remotes.error} onRetry={remotes.reload} /> : null}
      {remotes.data && !remote ? <Nobody /> : null}
      {remote ? (
        <Card title={t('pacs.what')}>
          <form
            noValidate
            style={{ display: 'grid', gap: 16 }}
            onSubmit={(event) => {
              event.preventDefault();
              search();
            }}
          >
            <Columns>
              <Select
                label={t('pacs.whom')}
                options={rows.map((row) => ({ id: row.remote, label: row.name }))}
                value={remote.remote}
                onChange={setChosen}
              />
              <Choices
                label={t('pacs.level')}
                options={levels.map((id) => ({ id, label: t(`pacs.levels.${id}`) }))}
                value={level}
                onChange={setLevel}
              />
            </Columns>
            <MatchFields level={level} typed={typed} onTyped={setTyped} />
            <Row>
              <Button look="primary" icon={Search} type="submit" busy={busy}>
                {t('pacs.search')}
              </Button>
              <Button onPress={() => setTyped({})}>{t('pacs.clear')}</Button>
            </Row>
          </form>
        </Card>
      ) : null}
      <Fetching jobs={fetched} />
      {asked.length > 1 ? (
        <div>
          <Button icon={ArrowLeft} onPress={() => void put(asked.slice(0, -1))}>
            {t('pacs.up')}
          </Button>
        </div>
      ) : null}
      {busy ? <p role="status">{t('pacs.asking')}</p> : null}
      {error ? <ErrorNote error={error} onRetry={() => void put(asked)} /> : null}
      {answer && now ? (
        answer.rows.length > 0 ? (
          <>
            <p role="status">{t('pacs.found', { count: answer.rows.length, shown: showNumber(answer.rows.length) })}</p>
            {answer.more ? (
              <Note tone="warning">
                <p>{t('pacs.more')}</p>
              </Note>
            ) : null}
            <Results
              level={now.level}
              rows={answer.rows}
              onOpen={below[now.level] ? open : null}
              onRetrieve={
                now.level !== 'patient' && rows.some((row) => row.remote === now.remote && row.retrieves)
                  ? (row) => void retrieve(row)
                  : null
              }
            />
          </>
        ) : (
          <Empty icon={SearchX} title={t('pacs.nothing')}>
            {t('pacs.nothingHint')}
          </Empty>
        )
      ) : null}
    </Page>
  );
}

function matchOf(level: Level, typed: Readonly<Record<string, string>>): Match {
  return matchKeys[level].flatMap((keyword) => {
    const text = typed[keyword] ?? '';
    const value =
      dates[keyword] === 'range'
        ? rangeValue(text, typed[`${keyword}.to`] ?? '')
        : text === ''
          ? ''
          : matchValue(keyword, text);
    return value === '' ? [] : [{ keyword, value }];
  });
}

interface MatchProps {
  readonly level: Level;
  readonly typed: Readonly<Record<string, string>>;
  readonly onTyped: (typed: Readonly<Record<string, string>>) => void;
}

function MatchFields({ level, typed, onTyped }: MatchProps) {
  const { t } = useTranslation();
  const keys: readonly Keyword[] = matchKeys[level];
  const set = (key: string) => (value: string) => onTyped({ ...typed, [key]: value });
  return (
    <Columns>
      {keys.flatMap((keyword) => {
        const label = t(`pacs.key.${keyword}`);
        if (dates[keyword] === 'range') {
          return [
            <DateField
              key={keyword}
              label={t('pacs.from', { what: label })}
              value={typed[keyword] ?? ''}
              onChange={set(keyword)}
            />,
            <DateField
              key={`${keyword}.to`}
              label={t('pacs.until', { what: label })}
              value={typed[`${keyword}.to`] ?? ''}
              onChange={set(`${keyword}.to`)}
            />,
          ];
        }
        if (dates[keyword] === 'day')
          return [<DateField key={keyword} label={label} value={typed[keyword] ?? ''} onChange={set(keyword)} />];
        return [
          <TextField
            key={keyword}
            label={label}
            value={typed[keyword] ?? ''}
            onChange={set(keyword)}
            maxLength={256}
            {...(keyword.endsWith('UID') && { direction: 'ltr' as const })}
          />,
        ];
      })}
    </Columns>
  );
}

/** What is being fetched from here, and how it went. */
function Fetching({ jobs: ids }: { readonly jobs: readonly JobId[] }) {
  const { t } = useTranslation();
  const jobs = useJobs((state) => state.jobs);
  const known = ids.flatMap((id) => jobs[id] ?? []);
  if (known.length === 0) return null;
  return (
    <Card title={t('pacs.fetching')}>
      {known.map((job) =>
        job.state === 'running' ? (
          <JobProgress key={job.job} job={job} />
        ) : (
          <div key={job.job} className={cx(styles.head)}>
            <span role="status">
              {job.state === 'done'
                ? t('jobs.importDone', { added: job.added, already: job.alreadyStored, aside: job.rejected })
                : t('pacs.notFetched')}
            </span>
            <ReportButton session={job.importSession} />
          </div>
        ),
      )}
    </Card>
  );
}

function ReportButton({ session }: { readonly session: Output<'jobs.list'>['jobs'][number]['importSession'] }) {
  const { t } = useTranslation();
  if (session === null) return null;
  return <Button onPress={() => navigate({ screen: 'import', session })}>{t('jobs.report')}</Button>;
}

function Nobody() {
  const { t } = useTranslation();
  return (
    <Empty icon={Waypoints} title={t('pacs.nobody')} action={<ToDestinations />}>
      {t('pacs.nobodyHint')}
    </Empty>
  );
}
