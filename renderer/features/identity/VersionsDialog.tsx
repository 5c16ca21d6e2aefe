import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VersionRow } from '@shared/contract/identity';
import type { ImageRow } from '@shared/model/rows';
import { useNameOf } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { isolate, personName, showInstant, together } from '../../app/format';
import { say, sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { showVersion } from '../../app/viewing';
import { Button } from '../../components/Button';
import { Dialog } from '../../components/Dialog';
import { Badge, ErrorNote } from '../../components/Surface';
import { ReasonField } from './ReasonField';
import styles from './Identity.module.css';

/** All versions of an image, and the way back to an older one. */
export function VersionsDialog({ row, onClose }: { readonly row: ImageRow; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const { data, error } = useQuery('images.versions', { image: row.image }, { live: true });
  const rows = data?.rows ?? [];
  const goBackTo = (version: VersionRow): void => {
    ask('images.revert', { image: row.image, to: version.image, reason: reason.trim() }).then((current) => {
      say({ tone: 'success', text: t('identity.versions.done') });
      onClose();
      showVersion(row.image, current);
    }, sayError);
  };
  return (
    <Dialog title={t('identity.versions.title')} open onClose={onClose}>
      <div className={cx(styles.form)} data-own-keys="">
        {error ? <ErrorNote error={error} /> : null}
        {rows.length === 1 ? <p>{t('identity.versions.only')}</p> : null}
        {rows.length > 1 ? <ReasonField value={reason} onChange={setReason} /> : null}
        {rows.length > 1 ? (
          <ul>
            {rows.map((version) => (
              <VersionLine
                key={version.image}
                version={version}
                onBack={reason.trim() === '' ? null : () => goBackTo(version)}
              />
            ))}
          </ul>
        ) : null}
      </div>
    </Dialog>
  );
}

function VersionLine({ version, onBack }: { readonly version: VersionRow; readonly onBack: (() => void) | null }) {
  const { t } = useTranslation();
  const date = version.replacedAt === null ? '' : showInstant(version.replacedAt);
  const by = useNameOf(version.by);
  return (
    <li className={cx(styles.version)}>
      <span className={cx(styles.text)}>
        {version.current ? (
          <Badge tone="success">{t('identity.versions.current')}</Badge>
        ) : (
          <span>
            {together(
              t('identity.versions.until', { date }),
              by === '' ? '' : t('identity.versions.changedBy', { name: isolate(by) }),
            )}
          </span>
        )}
        <span className={cx(styles.soft)}>
          <bdi>{personName(version.PatientName)}</bdi> · <bdi>{version.PatientID}</bdi>
        </span>
        {version.reason === '' ? null : <bdi className={cx(styles.soft)}>{version.reason}</bdi>}
      </span>
      {version.current ? null : (
        <Button
          icon={Undo2}
          isDisabled={onBack === null}
          onPress={() => onBack?.()}
          aria-label={t('identity.versions.backNamed', { date })}
        >
          {t('identity.versions.back')}
        </Button>
      )}
    </li>
  );
}
