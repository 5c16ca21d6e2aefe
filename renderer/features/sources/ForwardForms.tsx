import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DestinationRow } from '@shared/contract/sources';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import { type DestinationKey } from '@shared/model/ids';
import { SourceType } from '@shared/model/vocabulary';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Select, Switch } from '../../components/Choice';
import { Actions } from '../../components/Dialog';
import { ErrorNote, Note } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { tail } from '../importing/pending';
import { FolderField } from './FolderField';
import { sourceLabel } from './sourceLabel';
import styles from './Sources.module.css';

interface FormProps {
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/** Saves and says what was wrong, for a form in a dialog. */
function useSaving(save: () => Promise<unknown>, onDone: () => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<FieldboxError | null>(null);
  const run = (): void => {
    setBusy(true);
    setError(null);
    save()
      .then(onDone, (thrown: unknown) => setError(asFieldboxError(thrown)))
      .finally(() => setBusy(false));
  };
  return { busy, error, run };
}

export function DestinationForm({ onDone, onCancel }: FormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [folder, setFolder] = useState('');
  const { busy, error, run } = useSaving(
    () => ask('destinations.create', { name: name.trim(), type: 'folder', settings: { folder } }),
    onDone,
  );
  const complete = name.trim() !== '' && folder !== '';
  return (
    <form
      className={cx(styles.form)}
      onSubmit={(event) => {
        event.preventDefault();
        if (complete && !busy) run();
      }}
    >
      {error ? <ErrorNote error={error} /> : null}
      <FolderField
        label={t('watching.folder')}
        value={folder}
        onChange={(path) => {
          setFolder(path);
          if (name === '') setName(tail(path).slice(0, 64));
        }}
      />
      <TextField label={t('watching.name')} value={name} onChange={setName} maxLength={64} required />
      <Note tone="info">
        <p>{t('forwarding.folderHint')}</p>
      </Note>
      <Actions>
        <Button onPress={onCancel}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" busy={busy} isDisabled={!complete}>
          {t('common.save')}
        </Button>
      </Actions>
    </form>
  );
}

const ANY = 'any';
/** Kinds of sources a rule may name; the others come with their own rules. */
const offered = SourceType.options.filter((type) => type !== 'scp' && type !== 'box');

export function RuleForm({
  destinations,
  onDone,
  onCancel,
}: FormProps & { readonly destinations: readonly DestinationRow[] }) {
  const { t } = useTranslation();
  const { data } = useQuery('watch.list', {});
  const [from, setFrom] = useState<string>(ANY);
  const [to, setTo] = useState<DestinationKey | null>(destinations[0]?.destination ?? null);
  const [keepImages, setKeepImages] = useState(true);
  const sources = [
    { id: ANY, label: t('forwarding.any') },
    ...offered.map((type) => ({ id: type, label: t(`source.${type}`) })),
    ...(data?.rows ?? []).map(({ watch, name }) => ({ id: `watch:${watch}`, label: sourceLabel(t, 'watch', name) })),
  ];
  const { busy, error, run } = useSaving(async () => {
    if (to === null) return;
    const [type = '', sourceRef = ''] = from.split(':');
    const source = type === ANY ? null : SourceType.parse(type);
    await ask('forward.addRule', { source, sourceRef, destination: to, keepImages });
  }, onDone);
  return (
    <form
      className={cx(styles.form)}
      onSubmit={(event) => {
        event.preventDefault();
        if (to !== null && !busy) run();
      }}
    >
      {error ? <ErrorNote error={error} /> : null}
      <Select label={t('forwarding.from')} options={sources} value={from} onChange={setFrom} />
      <Select
        label={t('forwarding.to')}
        options={destinations.map((row) => ({ id: row.destination, label: row.name }))}
        value={to}
        onChange={setTo}
      />
      <Switch checked={keepImages} onChange={setKeepImages}>
        {t('forwarding.keepImages')}
      </Switch>
      {keepImages ? null : (
        <Note tone="warning">
          <p>{t('forwarding.go')}</p>
        </Note>
      )}
      <Actions>
        <Button onPress={onCancel}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" busy={busy} isDisabled={to === null}>
          {t('common.save')}
        </Button>
      </Actions>
    </form>
  );
}
