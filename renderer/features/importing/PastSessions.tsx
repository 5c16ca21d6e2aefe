import { Images } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportSession } from '@shared/contract/intake';
import { SourceType } from '@shared/model/vocabulary';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showBytes, showInstant, showNumber, together } from '../../app/format';
import { formatRoute } from '../../app/router';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { openViewer } from '../../app/viewing';
import { Button } from '../../components/Button';
import { Select } from '../../components/Choice';
import { Badge, Card, ErrorNote, Row } from '../../components/Surface';
import { Confirm } from '../sources/Confirm';
import { sourceLabel } from '../sources/sourceLabel';
import styles from './Importing.module.css';

const PAGE = 20;
const ANY = 'any';
type Shown = SourceType | typeof ANY;

/** The imports there were, newest first: where each came from, what it brought, and its images. */
export function PastSessions() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<Shown>(ANY);
  const [limit, setLimit] = useState(PAGE);
  const filter = shown === ANY ? {} : { source: shown };
  const { data, error, reload } = useQuery('import.sessions', { ...filter, limit }, { live: true });
  const refs = (data?.rows ?? []).map(({ source, sourceRef }) => ({ source, ref: sourceRef }));
  const names = useQuery('sources.named', refs.length === 0 ? null : { refs });
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data || (data.rows.length === 0 && shown === ANY)) return null;
  const nameOf = ({ source, sourceRef }: ImportSession): string | null =>
    names.data?.rows.find((row) => row.source === source && row.ref === sourceRef)?.name ?? null;
  return (
    <Card title={t('importing.past')}>
      <Row>
        <Select<Shown>
          label={t('importing.source')}
          options={[
            { id: ANY, label: t('forwarding.any') },
            ...SourceType.options.map((type) => ({ id: type, label: t(`source.${type}`) })),
          ]}
          value={shown}
          onChange={setShown}
        />
      </Row>
      {data.rows.length === 0 ? <p>{t('importing.noneOfSource')}</p> : null}
      <ul className={cx(styles.sessions)}>
        {data.rows.map((row) => (
          <li key={row.session} className={cx(styles.sessionRow)}>
            <SessionLine row={row} source={sourceLabel(t, row.source, nameOf(row))} onChanged={reload} />
          </li>
        ))}
      </ul>
      {data.total > data.rows.length && limit < 500 ? (
        <Row>
          <Button onPress={() => setLimit(Math.min(500, limit + PAGE))}>{t('importing.more')}</Button>
        </Row>
      ) : null}
    </Card>
  );
}

/** Opens the viewer on the images of an import. */
export async function viewImagesOf(row: Pick<ImportSession, 'session'>): Promise<void> {
  const { rows } = await ask('import.images', { session: row.session, limit: 1000 });
  const [first] = rows;
  if (first) openViewer(rows, first.image);
}

interface LineProps {
  readonly row: ImportSession;
  readonly source: string;
  readonly onChanged: () => void;
}

function SessionLine({ row, source, onChanged }: LineProps) {
  const { t } = useTranslation();
  const { open } = row;
  const name = row.label || source;
  return (
    <>
      <a className={cx(styles.session)} href={formatRoute({ screen: 'import', session: row.session })}>
        <span className={cx(styles.grow)}>
          <strong>
            <bdi>{name}</bdi>
          </strong>
          <span className={cx(styles.soft)}>
            {together(
              source,
              showInstant(row.startedAt),
              t('importing.files', { count: row.files, shown: showNumber(row.files) }),
              row.bytes === 0 ? '' : showBytes(row.bytes),
            )}
          </span>
        </span>
        <Badge tone="success">{t('importing.added', { count: row.added, shown: showNumber(row.added) })}</Badge>
        {row.rejected > 0 ? (
          <Badge tone="warning">{t('importing.aside', { count: row.rejected, shown: showNumber(row.rejected) })}</Badge>
        ) : null}
        <Badge>{open ? t('importing.open') : t(`importing.state.${row.state}`)}</Badge>
      </a>
      {row.added + row.alreadyStored === 0 ? null : (
        <Button
          icon={Images}
          onPress={() => void viewImagesOf(row).catch(sayError)}
          aria-label={`${t('importing.images')}: ${name}`}
        >
          {t('importing.images')}
        </Button>
      )}
      {row.state === 'running' && !open ? null : (
        <Confirm
          label={t('importing.forget')}
          named={`${t('importing.forget')}: ${name}`}
          question={t('importing.forgetQuestion')}
          onConfirm={() => ask('import.forget', { session: row.session }).then(onChanged)}
        />
      )}
    </>
  );
}
