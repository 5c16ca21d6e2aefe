import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AttachmentRow } from '@shared/contract/attachments';
import { cx } from '../../app/cx';
import { useQuery } from '../../app/useQuery';
import { ErrorNote, Note } from '../../components/Surface';
import { DocumentView } from '../viewer/ui/DocumentView';
import { fileKind } from './kinds';
import styles from './Files.module.css';

/** What is inside a file, as far as it can be shown safely. */
export function FilePreview({ row }: { readonly row: AttachmentRow }) {
  const { t } = useTranslation();
  const { data, error, reload } = useQuery('attachments.preview', { attachment: row.attachment });
  const address = `fieldbox://attachment/${row.attachment}`;
  if (error) return <ErrorNote error={error} onRetry={reload} />;
  if (!data) return <p role="status">{t('files.loading')}</p>;
  if (data.kind === 'pdf') {
    return (
      <div className={cx(styles.document)}>
        <DocumentView address={`${address}/document`} />
      </div>
    );
  }
  if (data.kind === 'image') return <Picture address={`${address}/picture`} name={row.name} />;
  if (data.kind === 'text') {
    return (
      <>
        {data.cut ? <Note tone="info">{t('files.textCut')}</Note> : null}
        <pre className={cx(styles.text)} dir="auto" tabIndex={0} aria-label={row.name}>
          {data.text}
        </pre>
      </>
    );
  }
  const program = fileKind(row.contentType) === 'program';
  return <Note tone={program ? 'warning' : 'info'}>{program ? t('files.program') : t('files.cannotShow')}</Note>;
}

function Picture({ address, name }: { readonly address: string; readonly name: string }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  if (failed) return <Note tone="warning">{t('files.cannotShow')}</Note>;
  return <img className={cx(styles.picture)} src={address} alt={name} onError={() => setFailed(true)} />;
}
