import { FolderTree, Pencil, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProjectArchiveRow, ProjectRow } from '@shared/model/grouping';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber, together } from '../../app/format';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Switch } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { Badge, Card, Empty, ErrorNote, Page, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import styles from './Projects.module.css';

/** What is being named: a new project or archive, or one that is there. */
type Naming =
  | { readonly what: 'project'; readonly row: ProjectRow | null }
  | { readonly what: 'archive'; readonly project: ProjectRow; readonly row: ProjectArchiveRow | null };

/** Projects, the archives in them, and where new things go. */
export function ProjectsPage() {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('projects.list', {}, { live: true });
  const [naming, setNaming] = useState<Naming | null>(null);
  const setDefault = (archive: ProjectArchiveRow | null): void => {
    ask('projects.setDefault', { archive: archive?.archive ?? null }).then(reload, sayError);
  };
  return (
    <Page
      title={t('projects.title')}
      subtitle={t('projects.text')}
      actions={
        <Button look="primary" large icon={Plus} onPress={() => setNaming({ what: 'project', row: null })}>
          {t('projects.newProject')}
        </Button>
      }
    >
      {error ? <ErrorNote error={error} onRetry={reload} /> : null}
      {data?.rows.length === 0 ? (
        <Empty icon={FolderTree} title={t('projects.empty')}>
          {t('projects.emptyHint')}
        </Empty>
      ) : null}
      {(data?.rows ?? []).map((project) => (
        <Card key={project.project} title={project.name}>
          <Row>
            <p>{project.description}</p>
            {project.active ? null : <Badge tone="warning">{t('projects.closed')}</Badge>}
            <Button icon={Pencil} look="quiet" onPress={() => setNaming({ what: 'project', row: project })}>
              {t('projects.rename')}
            </Button>
            <Button
              icon={Plus}
              isDisabled={!project.active}
              onPress={() => setNaming({ what: 'archive', project, row: null })}
            >
              {t('projects.newArchive')}
            </Button>
          </Row>
          <ul className={cx(styles.archives)}>
            {project.archives.map((row) => (
              <li key={row.archive}>
                <ArchiveLine
                  row={row}
                  open={project.active && row.active}
                  onChange={() => setNaming({ what: 'archive', project, row })}
                  onDefault={() => setDefault(row.isDefault ? null : row)}
                />
              </li>
            ))}
          </ul>
        </Card>
      ))}
      {naming ? (
        <NamingDialog
          naming={naming}
          onClose={() => setNaming(null)}
          onSaved={() => {
            setNaming(null);
            reload();
          }}
        />
      ) : null}
    </Page>
  );
}

interface ArchiveLineProps {
  readonly row: ProjectArchiveRow;
  readonly open: boolean;
  readonly onChange: () => void;
  readonly onDefault: () => void;
}

function ArchiveLine({ row, open, onChange, onDefault }: ArchiveLineProps) {
  const { t } = useTranslation();
  return (
    <div className={cx(styles.archive)}>
      <span className={cx(styles.grow)}>
        <strong>
          <bdi>{row.name}</bdi>
        </strong>
        <span className={cx(styles.soft)}>
          {together(
            row.description,
            t('projects.patientsIn', { count: row.patients, shown: showNumber(row.patients) }),
            t('projects.seriesIn', { count: row.series, shown: showNumber(row.series) }),
          )}
        </span>
      </span>
      {row.isDefault ? <Badge tone="success">{t('projects.isDefault')}</Badge> : null}
      {open ? null : <Badge tone="warning">{t('projects.closed')}</Badge>}
      <Button isDisabled={!open} onPress={onDefault}>
        {row.isDefault ? t('projects.endDefault') : t('projects.makeDefault')}
      </Button>
      <Button icon={Pencil} look="quiet" onPress={onChange}>
        {t('projects.rename')}
      </Button>
    </div>
  );
}

interface NamingDialogProps {
  readonly naming: Naming;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

function NamingDialog({ naming, onClose, onSaved }: NamingDialogProps) {
  const { t } = useTranslation();
  const { row } = naming;
  const [name, setName] = useState(row?.name ?? '');
  const [description, setDescription] = useState(row?.description ?? '');
  const [active, setActive] = useState(row?.active ?? true);
  const [busy, setBusy] = useState(false);
  const title =
    row !== null
      ? t('projects.rename')
      : naming.what === 'project'
        ? t('projects.newProject')
        : t('projects.newArchive');
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      await keep(naming, { name, description, active });
      onSaved();
    } catch (thrown) {
      sayError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} open onClose={onClose}>
      <TextField
        label={t('projects.name')}
        hint={t('projects.nameHint')}
        value={name}
        onChange={setName}
        maxLength={64}
        autoFocus
      />
      <TextField label={t('projects.description')} value={description} onChange={setDescription} maxLength={1000} />
      {row === null ? null : (
        <Switch checked={active} onChange={setActive}>
          {t('projects.inUse')}
        </Switch>
      )}
      <Actions>
        <Button look="primary" busy={busy} isDisabled={name.trim() === ''} onPress={() => void save()}>
          {t('common.save')}
        </Button>
        <Button onPress={onClose}>{t('common.cancel')}</Button>
      </Actions>
    </Dialog>
  );
}

interface Named {
  readonly name: string;
  readonly description: string;
  readonly active: boolean;
}

async function keep(naming: Naming, changes: Named): Promise<void> {
  const { name, description } = changes;
  if (naming.what === 'project') {
    if (naming.row === null) await ask('projects.create', { name, description });
    else await ask('projects.update', { project: naming.row.project, changes });
  } else if (naming.row === null) {
    await ask('projects.createArchive', { project: naming.project.project, name, description });
  } else await ask('projects.updateArchive', { archive: naming.row.archive, changes });
}
