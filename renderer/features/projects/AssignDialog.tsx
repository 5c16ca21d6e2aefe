import { FolderMinus, FolderPlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Input } from '@shared/contract';
import type { ProjectArchiveRow } from '@shared/model/grouping';
import type { PatientKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate, showNumber } from '../../app/format';
import { say, sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button, IconButton } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { Badge, Note } from '../../components/Surface';
import styles from './Projects.module.css';

interface Props {
  readonly selection: Input<'projects.assign'>['selection'];
  /** When it is one person as a whole: where they are already is shown, and they can be taken out. */
  readonly patient?: PatientKey;
  readonly onClose: () => void;
}

/** Puts a choice into an archive of a project. */
export function AssignDialog({ selection, patient, onClose }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery('projects.list', {});
  const members = useQuery('projects.memberships', patient === undefined ? null : { patient });
  const rows = (data?.rows ?? []).flatMap((project) =>
    project.archives.map((row) => ({ row, name: `${project.name} / ${row.name}`, open: project.active && row.active })),
  );
  const assign = (row: ProjectArchiveRow, name: string): void => {
    ask('projects.assign', { archive: row.archive, selection }).then(({ added }) => {
      say({
        tone: 'success',
        text: t('projects.assigned', { count: added, shown: showNumber(added), name: isolate(name) }),
      });
      onClose();
    }, sayError);
  };
  const takeOut = (row: ProjectArchiveRow, name: string): void => {
    ask('projects.unassign', { archive: row.archive, selection }).then(() => {
      members.reload();
      say({ tone: 'info', text: t('projects.takenOut', { name: isolate(name) }) });
    }, sayError);
  };
  return (
    <Dialog title={t('projects.assign')} open onClose={onClose}>
      <p>{patient === undefined ? t('projects.assignImages') : t('projects.assignPatient')}</p>
      {data && rows.length === 0 ? (
        <Note tone="info">
          <p>{t('projects.none')}</p>
        </Note>
      ) : null}
      <ul className={cx(styles.archives)}>
        {rows.map(({ row, name, open }) => {
          const member = members.data?.rows.find(({ archive }) => archive === row.archive);
          return (
            <li key={row.archive} className={cx(styles.archive)}>
              <span className={cx(styles.grow)}>
                <bdi>{name}</bdi>
              </span>
              {member && !member.whole ? <Badge>{t('projects.partly')}</Badge> : null}
              {open ? null : <Badge tone="warning">{t('projects.closed')}</Badge>}
              {member?.whole ? null : (
                <Button
                  icon={FolderPlus}
                  isDisabled={!open}
                  onPress={() => assign(row, name)}
                  aria-label={`${t('common.add')}: ${name}`}
                >
                  {t('common.add')}
                </Button>
              )}
              {member ? (
                <IconButton
                  icon={FolderMinus}
                  label={t('projects.takeOut', { name: isolate(name) })}
                  onPress={() => takeOut(row, name)}
                />
              ) : null}
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
