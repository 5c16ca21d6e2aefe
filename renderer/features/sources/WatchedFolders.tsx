import {
  CircleCheck,
  FolderSearch,
  FolderSync,
  LoaderCircle,
  Pause,
  Pencil,
  Play,
  Plus,
  RotateCw,
  TriangleAlert,
  Unplug,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WatchInput, type WatchRow } from '@shared/contract/sources';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate, showInstant, showNumber, together } from '../../app/format';
import { formatRoute } from '../../app/router';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Badge, Card, Empty, ErrorNote, Note, Page, Row, type Tone } from '../../components/Surface';
import { Confirm } from './Confirm';
import styles from './Sources.module.css';
import { reasonSentence, useSources } from './useSources';
import { WatchForm } from './WatchForm';

const looks: Readonly<Record<WatchRow['state'], { readonly tone?: Tone; readonly icon: LucideIcon }>> = {
  watching: { tone: 'success', icon: CircleCheck },
  taking: { tone: 'info', icon: LoaderCircle },
  paused: { icon: Pause },
  missing: { tone: 'warning', icon: Unplug },
  error: { tone: 'error', icon: TriangleAlert },
  stopped: { icon: Pause },
};

/** Folders whose files come in by themselves: what each is doing, what it brought, and what it could not take. */
export function WatchedFolders() {
  const { t } = useTranslation();
  const { data, error, reload } = useSources('watch.list', {}, 'watch');
  const [open, setOpen] = useState<WatchRow | 'new' | null>(null);
  const close = (): void => setOpen(null);
  const add = (
    <Button look="primary" large icon={Plus} onPress={() => setOpen('new')}>
      {t('watching.add')}
    </Button>
  );
  return (
    <Page title={t('watching.title')} subtitle={t('watching.subtitle')} actions={data?.rows.length ? add : undefined}>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data?.rows.length === 0 ? (
        <Empty icon={FolderSync} title={t('watching.empty')} action={add}>
          {t('watching.emptyHint')}
        </Empty>
      ) : null}
      {data?.rows.map((row) => (
        <FolderCard key={row.watch} row={row} onEdit={() => setOpen(row)} onChanged={reload} />
      ))}
      <Dialog
        title={open === 'new' ? t('watching.add') : t('watching.change')}
        open={open !== null}
        onClose={close}
        wide
      >
        {open === null ? null : (
          <WatchForm
            row={open === 'new' ? null : open}
            onCancel={close}
            onDone={() => {
              close();
              reload();
            }}
          />
        )}
      </Dialog>
    </Page>
  );
}

interface CardProps {
  readonly row: WatchRow;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

function FolderCard({ row, onEdit, onChanged }: CardProps) {
  const { t } = useTranslation();
  const { watch, name, state, error } = row;
  const { tone, icon } = looks[state];
  const [problems, setProblems] = useState(false);
  const pause = (paused: boolean): void => {
    ask('watch.pause', { watch, paused }).then(onChanged, sayError);
  };
  return (
    <Card title={name}>
      <div className={cx(styles.head)}>
        <Badge icon={icon} {...(tone && { tone })}>
          {t(`watching.state.${state}`)}
        </Badge>
        <span className={cx(styles.grow)}>
          <span className={cx(styles.path)}>
            <bdi>{row.path}</bdi>
          </span>
          <span className={cx(styles.soft)}>
            {together(
              t('watching.taken', { count: row.taken, shown: showNumber(row.taken) }),
              row.waiting === 0 ? '' : t('watching.waiting', { count: row.waiting, shown: showNumber(row.waiting) }),
              row.lastFile
                ? t('watching.last', { name: isolate(row.lastFile.name), at: showInstant(row.lastFile.at) })
                : '',
            )}
          </span>
          <span className={cx(styles.soft)}>{t(`watching.files.${row.afterwards}`)}</span>
        </span>
      </div>
      {row.leftFiltered > 0 ? <LeftFiltered row={row} onChanged={onChanged} /> : null}
      {error ? (
        <Note tone={state === 'missing' ? 'warning' : 'error'}>
          <p>{reasonSentence(error)}</p>
        </Note>
      ) : null}
      <Row>
        {row.problems > 0 ? (
          <Button icon={TriangleAlert} onPress={() => setProblems(true)}>
            {t('watching.problems', { count: row.problems, shown: showNumber(row.problems) })}
          </Button>
        ) : null}
        {state === 'paused' ? (
          <Button icon={Play} onPress={() => pause(false)} aria-label={t('watching.resumeNamed', { name })}>
            {t('watching.resume')}
          </Button>
        ) : (
          <Button icon={Pause} onPress={() => pause(true)} aria-label={t('watching.pauseNamed', { name })}>
            {t('watching.pause')}
          </Button>
        )}
        <Button icon={Pencil} onPress={onEdit} aria-label={t('watching.changeNamed', { name })}>
          {t('watching.edit')}
        </Button>
        <Confirm
          label={t('watching.remove')}
          named={t('watching.removeNamed', { name })}
          question={t('watching.removeQuestion')}
          onConfirm={() => ask('watch.remove', { watch }).then(onChanged)}
        />
        <a href={formatRoute({ screen: 'import' })}>{t('watching.sessions')}</a>
      </Row>
      <Dialog title={t('watching.problemsOf', { name })} open={problems} onClose={() => setProblems(false)} wide>
        {problems ? <Problems row={row} onClose={() => setProblems(false)} /> : null}
      </Dialog>
    </Card>
  );
}

/** Files that stay although the others go: the archive does not hold what a filter took from them. */
function LeftFiltered({ row, onChanged }: { readonly row: WatchRow; readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const mayChange = useMay('watch.change');
  const { watch, name, leftFiltered } = row;
  return (
    <Note tone="info">
      <p>{t('watching.leftFiltered', { count: leftFiltered, shown: showNumber(leftFiltered) })}</p>
      {mayChange ? (
        <Row>
          <Confirm
            label={t('watching.deleteThese')}
            named={t('watching.deleteTheseNamed', { name })}
            question={t('watching.deleteTheseQuestion')}
            onConfirm={() =>
              ask('watch.change', { watch, changes: { ...WatchInput.parse(row), deleteFiltered: true } }).then(
                onChanged,
              )
            }
          />
        </Row>
      ) : null}
    </Note>
  );
}

function Problems({ row, onClose }: { readonly row: WatchRow; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error, reload } = useSources('watch.problems', { watch: row.watch, limit: 200 }, 'watch');
  const retry = (): void => {
    ask('watch.retry', { watch: row.watch }).then(onClose, sayError);
  };
  const separator = row.path.includes('\\') ? '\\' : '/';
  return (
    <>
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      <ul className={cx(styles.list, styles.scroll)}>
        {data?.rows.map((problem) => (
          <li key={problem.path} className={cx(styles.item)}>
            <span className={cx(styles.grow)}>
              <strong>
                <bdi>{problem.path}</bdi>
              </strong>
              <span className={cx(styles.soft)}>{reasonSentence(problem)}</span>
            </span>
            {problem.again ? <Badge>{t('watching.again')}</Badge> : null}
            <Button
              icon={FolderSearch}
              aria-label={t('importing.revealFile', { name: problem.path })}
              onPress={() =>
                void ask('path.reveal', {
                  path: `${row.path}${separator}${problem.path.replaceAll('/', separator)}`,
                }).catch(sayError)
              }
            >
              {t('importing.reveal')}
            </Button>
          </li>
        ))}
      </ul>
      {data && data.total > data.rows.length ? (
        <p className={cx(styles.soft)}>{t('importing.andMore', { count: data.total - data.rows.length })}</p>
      ) : null}
      <Actions>
        <Button onPress={onClose}>{t('common.close')}</Button>
        <Button look="primary" icon={RotateCw} onPress={retry}>
          {t('watching.retry')}
        </Button>
      </Actions>
    </>
  );
}
