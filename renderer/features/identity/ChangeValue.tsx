import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TagRow } from '@shared/contract/catalog';
import type { ImageRow } from '@shared/model/rows';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { finished } from '../../app/jobs';
import { say, sayError } from '../../app/toasts';
import { showVersion } from '../../app/viewing';
import { Button } from '../../components/Button';
import { Checkbox, Choices } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { Note } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { changePath } from './tagPaths';
import { ReasonField } from './ReasonField';
import styles from './Identity.module.css';

type Scope = 'image' | 'series' | 'study';

interface Props {
  readonly row: ImageRow;
  readonly tag: TagRow;
  readonly onClose: () => void;
}

/** A new value for one attribute, in this image or in all of its series or study. */
export function ChangeValue({ row, tag, onClose }: Props) {
  const { t } = useTranslation();
  const [value, setValue] = useState(tag.value);
  const [scope, setScope] = useState<Scope>('image');
  const [uids, setUids] = useState(false);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const isUid = tag.vr === 'UI';
  const isReady = reason.trim() !== '' && value !== tag.value && (!isUid || uids);
  const change = (): void => {
    setBusy(true);
    const values = [{ path: changePath(tag.path), value }];
    changeValues(row, scope, values, uids, reason.trim()).then(
      (version) => {
        setBusy(false);
        if (!version) return;
        say({ tone: 'success', text: t('identity.edit.done') });
        onClose();
        showVersion(row.image, version);
      },
      (error: unknown) => {
        setBusy(false);
        sayError(error);
      },
    );
  };
  return (
    <Dialog title={t('identity.edit.title')} open onClose={onClose}>
      <form
        className={cx(styles.form)}
        data-own-keys=""
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) change();
        }}
      >
        <h3>
          <bdi>{tag.name || tag.keyword || tag.tag}</bdi>
        </h3>
        <div>
          <span className={cx(styles.soft)}>{t('identity.edit.was')}</span>
          <p className={cx(styles.old)} dir="auto">
            {tag.value || '–'}
          </p>
        </div>
        <TextField
          label={t('identity.edit.value')}
          hint={t('identity.edit.parts')}
          value={value}
          onChange={setValue}
          autoFocus
        />
        <Choices
          label={t('identity.edit.where')}
          options={(['image', 'series', 'study'] as const).map((id) => ({ id, label: t(`identity.edit.scope.${id}`) }))}
          value={scope}
          onChange={setScope}
        />
        {isUid ? (
          <Checkbox checked={uids} onChange={setUids}>
            {t('identity.edit.uid')}
          </Checkbox>
        ) : null}
        <ReasonField value={reason} onChange={setReason} />
        <Note tone="info">{t('identity.edit.effect')}</Note>
        <Actions>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={busy} isDisabled={!isReady}>
            {t('identity.edit.do')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

/** Changes values; gives the new version of the image that was looked at, null when it did not come to its end. */
async function changeValues(
  row: ImageRow,
  scope: Scope,
  values: { path: string; value: string }[],
  uids: boolean,
  reason: string,
): Promise<ImageRow | null> {
  const selection =
    scope === 'image'
      ? { images: [row.image] }
      : scope === 'series'
        ? { series: [row.seriesKey] }
        : { studies: [row.study] };
  const { job } = await ask('images.modify', { selection, values, uids, reason });
  if (!(await finished(job))) return null;
  const { rows } = await ask('images.versions', { image: row.image });
  const current = rows.find((version) => version.current);
  return current ? ask('catalog.image', { image: current.image }) : null;
}
