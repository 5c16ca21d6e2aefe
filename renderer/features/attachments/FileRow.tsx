import { Archive, ArchiveRestore, Download, Pencil, Pin, PinOff, Send } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { AttachmentRow } from '@shared/contract/attachments';
import { cx } from '../../app/cx';
import { showBytes, showInstant, together } from '../../app/format';
import { useSession } from '../../app/session';
import { IconButton } from '../../components/Button';
import { Badge } from '../../components/Surface';
import { fileKind, kindIcons } from './kinds';
import styles from './Files.module.css';

export interface FileActions {
  readonly onShow: (row: AttachmentRow) => void;
  readonly onDescribe: (row: AttachmentRow) => void;
  readonly onPin: (row: AttachmentRow) => void;
  readonly onSave: (row: AttachmentRow) => void;
  readonly onPutAway: (row: AttachmentRow) => void;
  readonly onTakeBack: (row: AttachmentRow) => void;
  /** Null for who may not send. */
  readonly onSend: ((row: AttachmentRow) => void) | null;
}

/** One file of a patient: what it is, where it belongs, and what can be done with it. */
export function FileRow({ row, ...actions }: FileActions & { readonly row: AttachmentRow }) {
  const { t } = useTranslation();
  const clinics = useSession((state) => state.clinics);
  const { onSend } = actions;
  const kind = fileKind(row.contentType);
  const Icon = kindIcons[kind];
  const visits = row.cases.flatMap((each) =>
    each.kind === 'visit' ? clinics.filter(({ clinic }) => clinic === each.clinic).map(({ name }) => name) : [],
  );
  const facts = together(t(`files.kind.${kind}`), showBytes(row.bytes), showInstant(row.createdAt), ...visits);
  return (
    <li className={cx(styles.row)}>
      <AriaButton
        className={cx(styles.open)}
        aria-label={t('files.show', { name: row.name })}
        onPress={() => actions.onShow(row)}
      >
        <Icon aria-hidden size={28} strokeWidth={1.75} />
        <span className={cx(styles.what)}>
          <bdi className={cx(styles.name)}>{row.name}</bdi>
          {row.description === '' ? null : <span dir="auto">{row.description}</span>}
          <span className={cx(styles.soft)}>{facts}</span>
        </span>
      </AriaButton>
      <span className={cx(styles.marks)}>
        {row.pinnedAt === null ? null : (
          <Badge icon={Pin} tone="info">
            {t('files.pinned')}
          </Badge>
        )}
        {row.archivedAt === null ? null : <Badge>{t('files.away')}</Badge>}
        {row.processedAt === null ? <Badge tone="warning">{t('files.inWork')}</Badge> : null}
        {row.state === 'good' ? null : (
          <Badge tone="error">{row.state === 'missing' ? t('files.missing') : t('files.damaged')}</Badge>
        )}
      </span>
      <span className={cx(styles.actions)}>
        {row.archivedAt === null ? (
          <>
            <IconButton
              icon={row.pinnedAt === null ? Pin : PinOff}
              label={row.pinnedAt === null ? t('files.pin') : t('files.unpin')}
              onPress={() => actions.onPin(row)}
            />
            <IconButton icon={Pencil} label={t('files.describe')} onPress={() => actions.onDescribe(row)} />
            <IconButton icon={Download} label={t('files.saveCopy')} onPress={() => actions.onSave(row)} />
            {onSend === null ? null : <IconButton icon={Send} label={t('files.send')} onPress={() => onSend(row)} />}
            <IconButton icon={Archive} label={t('files.putAway')} onPress={() => actions.onPutAway(row)} />
          </>
        ) : (
          <IconButton icon={ArchiveRestore} label={t('files.takeBack')} onPress={() => actions.onTakeBack(row)} />
        )}
      </span>
    </li>
  );
}
