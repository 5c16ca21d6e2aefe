import { FileSpreadsheet, KeyRound, SearchX } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnonymisationKeyRow, KeyMatch } from '@shared/contract/anonymisation';
import { AnonymisationKeyId } from '@shared/model/ids';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { personName, showInstant, showNumber, together } from '../../app/format';
import { formatRoute } from '../../app/router';
import { say, sayError } from '../../app/toasts';
import { useDebounced, useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Badge, Card, Empty, ErrorNote, Note, Page, Row } from '../../components/Surface';
import { SearchField } from '../../components/TextField';
import { KeyPage } from './KeyPage';
import styles from './Anonymise.module.css';

const pageSize = 100;

/** The anonymisation keys: whose the anonymous copies are. */
export function KeysPage({ item }: { readonly item: string | null }) {
  const key = AnonymisationKeyId.safeParse(item);
  return key.success ? <KeyPage key={key.data} id={key.data} /> : <Keys />;
}

function Keys() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const settled = useDebounced(text.trim(), 200);
  const mayWrite = useMay('anonymisation.csv');
  const [busy, setBusy] = useState(false);
  const write = async (): Promise<void> => {
    setBusy(true);
    try {
      const { path } = await ask('dialog.saveFile', { suggestedName: 'anonymisation-keys.csv' });
      if (path === null) return;
      const { rows, leftOut } = await ask('anonymisation.csv', { path });
      say({ tone: 'success', text: t('keys.written', { rows: showNumber(rows), leftOut: showNumber(leftOut) }) });
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page
      title={t('keys.title')}
      subtitle={t('keys.text')}
      shape="narrow"
      actions={
        mayWrite ? (
          <Button icon={FileSpreadsheet} busy={busy} onPress={() => void write()}>
            {t('keys.csv')}
          </Button>
        ) : undefined
      }
    >
      <Note tone="warning">
        <p>{t('keys.secret')}</p>
      </Note>
      <SearchField label={t('keys.find')} placeholder={t('keys.findHint')} value={text} onChange={setText} />
      {settled === '' ? <List /> : <Found text={settled} />}
    </Page>
  );
}

function List() {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(pageSize);
  const { data, error, reload } = useQuery('anonymisation.keys', { limit }, { live: true });
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data) return null;
  if (data.total === 0)
    return (
      <Empty icon={KeyRound} title={t('keys.none')}>
        {t('keys.noneHint')}
      </Empty>
    );
  return (
    <Card title={t('keys.count', { count: data.total, shown: showNumber(data.total) })}>
      <ul className={cx(styles.list)}>
        {data.rows.map((row) => (
          <li key={row.key}>
            <KeyLink row={row} />
          </li>
        ))}
      </ul>
      {data.total > data.rows.length && limit < 1000 ? (
        <Row>
          <Button onPress={() => setLimit(Math.min(1000, limit + pageSize))}>{t('keys.more')}</Button>
        </Row>
      ) : null}
    </Card>
  );
}

function KeyLink({ row }: { readonly row: AnonymisationKeyRow }) {
  const { t } = useTranslation();
  return (
    <a
      className={cx(styles.row)}
      href={formatRoute({ screen: 'manage', page: 'keys', item: row.key })}
      draggable={false}
    >
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{personName(row.anonymousName)}</bdi>
        </strong>
        <span className={cx(styles.soft)}>
          {together(
            showInstant(row.createdAt),
            t('patients.images', { count: row.images, shown: showNumber(row.images) }),
          )}
        </span>
      </span>
      <span className={cx(styles.grow)}>
        <bdi>{personName(row.PatientName)}</bdi>
        <bdi className={cx(styles.soft)}>{row.PatientID}</bdi>
      </span>
    </a>
  );
}

function Found({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('anonymisation.find', { text });
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data) return null;
  if (data.rows.length === 0)
    return (
      <Empty icon={SearchX} title={t('keys.notFound')}>
        {t('keys.notFoundHint')}
      </Empty>
    );
  return (
    <Card title={t('keys.found', { count: data.rows.length, shown: showNumber(data.rows.length) })}>
      <ul className={cx(styles.list)}>
        {data.rows.map((row) => (
          <li key={`${row.key} ${row.level} ${row.side} ${row.original} ${row.anonymous}`}>
            <MatchLink row={row} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function MatchLink({ row }: { readonly row: KeyMatch }) {
  const { t } = useTranslation();
  return (
    <a
      className={cx(styles.row)}
      href={formatRoute({ screen: 'manage', page: 'keys', item: row.key })}
      draggable={false}
    >
      <span className={cx(styles.grow)}>
        <span className={cx(styles.soft)}>{t('keys.anonymous')}</span>
        <bdi>{row.level === 'patient' ? personName(row.anonymousName) : row.anonymous}</bdi>
      </span>
      <span className={cx(styles.grow)}>
        <span className={cx(styles.soft)}>{t('keys.original')}</span>
        <strong>
          <bdi>{personName(row.PatientName)}</bdi>
        </strong>
        <bdi className={cx(styles.soft)}>{row.level === 'patient' ? row.PatientID : row.original}</bdi>
      </span>
      <Badge>{t(`keys.level.${row.level}`)}</Badge>
    </a>
  );
}
