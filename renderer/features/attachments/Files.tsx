import { Download, Paperclip, Send } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AttachmentRow } from '@shared/contract/attachments';
import type { PatientKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { useMay } from '../../app/access';
import { noteChange } from '../../app/changes';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { sendFiles } from '../../app/sendBasket';
import { say, sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Switch } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { ErrorNote, Row } from '../../components/Surface';
import { SearchField } from '../../components/TextField';
import { attachFiles } from './attach';
import { DescribeFile } from './DescribeFile';
import { type FileActions, FileRow } from './FileRow';
import styles from './Files.module.css';

const FilePreview = lazy(async () => ({ default: (await import('./FilePreview')).FilePreview }));

const PER_PAGE = 100;
/** What is pinned first, then the newest. */
const ORDER = [
  { field: 'pinnedAt', descending: true },
  { field: 'createdAt', descending: true },
] as const;
/** With fewer files a search only takes room. */
const SEARCH_FROM = 6;

/** Whether every word that was typed stands somewhere in the name or the description. */
function fits(row: AttachmentRow, typed: string): boolean {
  const text = `${row.name} ${row.description}`.toLocaleLowerCase();
  return typed
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The files of a patient: pinned ones first, then the newest. */
export function Files({ patient }: { readonly patient: PatientKey }) {
  const { t } = useTranslation();
  const maySend = useMay('outbox.send');
  const [withArchived, setWithArchived] = useState(false);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState<AttachmentRow | null>(null);
  const [described, setDescribed] = useState<AttachmentRow | null>(null);
  const [page, setPage] = useState(1);
  const list = useQuery(
    'attachments.list',
    { patient, withArchived, sort: [...ORDER], page, perPage: PER_PAGE },
    { live: true },
  );
  const away = useQuery(
    'attachments.list',
    { patient, filters: [{ field: 'archivedAt', operator: '?' }], perPage: 1 },
    { live: true },
  );
  const total = list.data?.total ?? 0;
  const reload = (): void => {
    list.reload();
    away.reload();
  };
  const act = (work: Promise<unknown>): void => {
    work.then(() => {
      noteChange();
      reload();
    }, sayError);
  };
  const takeBack = (row: AttachmentRow): void =>
    act(
      ask('attachments.unarchive', { attachment: row.attachment }).then(() => {
        say({ tone: 'success', text: t('files.backDone') });
      }),
    );
  const actions: FileActions = {
    onShow: setShown,
    onDescribe: setDescribed,
    onPin: ({ attachment, pinnedAt }) =>
      act(ask('attachments.update', { attachment, changes: { pinned: pinnedAt === null } })),
    onSave: (row) => {
      saveCopy(row).then((path) => {
        if (path !== null) say({ tone: 'success', text: t('files.saved') });
      }, sayError);
    },
    onPutAway: (row) =>
      act(
        ask('attachments.archive', { attachment: row.attachment }).then(() => {
          say({
            tone: 'success',
            text: t('files.awayDone'),
            action: { label: t('files.undo'), run: () => takeBack(row) },
          });
        }),
      ),
    onTakeBack: takeBack,
    onSend: maySend ? ({ attachment }) => sendFiles({ patient, attachments: [attachment] }) : null,
  };
  const add = async (): Promise<void> => {
    const { paths } = await ask('dialog.openFiles', {});
    if (paths.length === 0) return;
    setBusy(true);
    try {
      await attachFiles(patient, paths);
    } finally {
      setBusy(false);
      reload();
    }
  };
  const rows = (list.data?.rows ?? []).filter((row) => fits(row, typed));

  return (
    <section className={cx(styles.files)} aria-label={t('files.title')}>
      <header className={cx(styles.head)}>
        <h2>{t('files.title')}</h2>
        {total > 0 ? (
          <span className={cx(styles.soft)}>{t('files.count', { count: total, shown: showNumber(total) })}</span>
        ) : null}
        <span className={cx(styles.headEnd)}>
          {maySend && rows.some(({ archivedAt }) => archivedAt === null) ? (
            <Button
              icon={Send}
              onPress={() =>
                sendFiles({
                  patient,
                  attachments: rows.filter((row) => row.archivedAt === null).map(({ attachment }) => attachment),
                })
              }
            >
              {t('files.sendAll')}
            </Button>
          ) : null}
          <Button icon={Paperclip} busy={busy} onPress={() => void add().catch(sayError)}>
            {t('files.add')}
          </Button>
        </span>
      </header>
      {list.error ? <ErrorNote error={list.error} onRetry={reload} /> : null}
      {total >= SEARCH_FROM || typed !== '' ? (
        <SearchField label={t('files.search')} value={typed} onChange={setTyped} />
      ) : null}
      {list.data && total === 0 ? <p className={cx(styles.soft)}>{t('files.empty')}</p> : null}
      {total > 0 && rows.length === 0 ? <p role="status">{t('files.noneFound')}</p> : null}
      {rows.length > 0 ? (
        <ul className={cx(styles.list)}>
          {rows.map((row) => (
            <FileRow key={row.attachment} row={row} {...actions} />
          ))}
        </ul>
      ) : null}
      {total > PER_PAGE ? (
        <Row>
          <Button isDisabled={page === 1} onPress={() => setPage(page - 1)}>
            {t('files.newer')}
          </Button>
          <Button isDisabled={page * PER_PAGE >= total} onPress={() => setPage(page + 1)}>
            {t('files.older')}
          </Button>
        </Row>
      ) : null}
      {withArchived || (away.data?.total ?? 0) > 0 ? (
        <Switch
          checked={withArchived}
          onChange={(now) => {
            setWithArchived(now);
            setPage(1);
          }}
        >
          {t('files.showAway')}
        </Switch>
      ) : null}
      {shown ? (
        <Dialog title={shown.name} open wide onClose={() => setShown(null)}>
          <Suspense fallback={<p role="status">{t('files.loading')}</p>}>
            <FilePreview row={shown} />
          </Suspense>
          <Actions>
            <Button icon={Download} onPress={() => actions.onSave(shown)}>
              {t('files.saveCopy')}
            </Button>
          </Actions>
        </Dialog>
      ) : null}
      {described ? (
        <DescribeFile
          row={described}
          onClose={() => setDescribed(null)}
          onSave={(description) => {
            setDescribed(null);
            act(ask('attachments.update', { attachment: described.attachment, changes: { description } }));
          }}
        />
      ) : null}
    </section>
  );
}

/** Asks where, and writes; gives the place, or null when the person went back. */
async function saveCopy({ attachment, name }: AttachmentRow): Promise<string | null> {
  const { path } = await ask('dialog.saveFile', { suggestedName: name });
  if (path === null) return null;
  await ask('attachments.saveCopy', { attachment, target: path, overwrite: true });
  return path;
}
