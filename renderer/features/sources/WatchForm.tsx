import { FileCheck, FolderInput, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Afterwards, USUAL_SKIP, type WatchInput, type WatchRow } from '@shared/contract/sources';
import { asFieldboxError, type FieldboxError } from '@shared/errors';
import { ClinicKey, KindKey, StationKey } from '@shared/model/ids';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { kindName } from '../../app/format';
import { useSession } from '../../app/session';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Choices, Select, Switch } from '../../components/Choice';
import { Actions } from '../../components/Dialog';
import { ErrorNote, Note } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { tail } from '../importing/pending';
import { FolderField } from './FolderField';
import styles from './Sources.module.css';

const NONE = 'none';
const empty: WatchInput = {
  name: '',
  path: '',
  clinic: null,
  station: null,
  kind: null,
  subfolders: true,
  afterwards: 'keep',
  moveTo: null,
  skip: [...USUAL_SKIP],
  deleteFiltered: false,
};

/** Sets up a watched folder, or changes one. */
export function WatchForm({
  row,
  onDone,
  onCancel,
}: {
  readonly row: WatchRow | null;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const { t } = useTranslation();
  const [input, setInput] = useState<WatchInput>(() => (row === null ? empty : { ...row }));
  const [skip, setSkip] = useState(input.skip.join('  '));
  const [error, setError] = useState<FieldboxError | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (changes: Partial<WatchInput>): void => setInput((before) => ({ ...before, ...changes }));
  const choosePath = (path: string): void =>
    change({ path, ...(input.name === '' && { name: tail(path).slice(0, 64) }) });
  const complete =
    input.name.trim() !== '' && input.path !== '' && (input.afterwards !== 'move' || input.moveTo !== null);

  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    const wanted = {
      ...input,
      moveTo: input.afterwards === 'move' ? input.moveTo : null,
      skip: skip.split(/\s+/).filter((pattern) => pattern !== ''),
    };
    try {
      if (row === null) await ask('watch.create', wanted);
      else await ask('watch.change', { watch: row.watch, changes: wanted });
      onDone();
    } catch (thrown) {
      setError(asFieldboxError(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className={cx(styles.form)}
      onSubmit={(event) => {
        event.preventDefault();
        if (complete && !busy) void save();
      }}
    >
      {error ? <ErrorNote error={error} /> : null}
      <FolderField label={t('watching.folder')} value={input.path} onChange={choosePath} />
      <TextField
        label={t('watching.name')}
        value={input.name}
        onChange={(name) => change({ name })}
        maxLength={64}
        required
      />
      <Switch checked={input.subfolders} onChange={(subfolders) => change({ subfolders })}>
        {t('watching.subfolders')}
      </Switch>
      <Context input={input} onChange={change} />
      <Choices<Afterwards>
        label={t('watching.afterwards')}
        options={[
          { id: 'keep', label: t('watching.keep'), icon: FileCheck },
          { id: 'move', label: t('watching.move'), icon: FolderInput },
          { id: 'delete', label: t('watching.delete'), icon: Trash2 },
        ]}
        value={input.afterwards}
        onChange={(afterwards) => change({ afterwards })}
      />
      {input.afterwards === 'keep' ? null : (
        <Note tone="warning">
          <p>{t('watching.touches')}</p>
        </Note>
      )}
      {input.afterwards === 'delete' ? (
        <Switch checked={input.deleteFiltered} onChange={(deleteFiltered) => change({ deleteFiltered })}>
          {t('watching.deleteFiltered')}
        </Switch>
      ) : null}
      {input.afterwards === 'move' ? (
        <FolderField
          label={t('watching.moveTo')}
          value={input.moveTo ?? ''}
          onChange={(moveTo) => change({ moveTo })}
        />
      ) : null}
      <TextField
        label={t('watching.skip')}
        value={skip}
        onChange={setSkip}
        hint={t('watching.skipHint')}
        direction="ltr"
      />
      <Actions>
        <Button onPress={onCancel}>{t('common.cancel')}</Button>
        <Button type="submit" look="primary" busy={busy} isDisabled={!complete}>
          {row === null ? t('watching.add') : t('common.save')}
        </Button>
      </Actions>
    </form>
  );
}

/** To what photos and documents from the folder belong. */
function Context({
  input,
  onChange,
}: {
  readonly input: WatchInput;
  readonly onChange: (changes: Partial<WatchInput>) => void;
}) {
  const { t } = useTranslation();
  const clinics = useSession((state) => state.clinics);
  const kinds = useSession((state) => state.kinds);
  const { data } = useQuery('stations.list', input.clinic === null ? null : { clinic: input.clinic });
  const none = { id: NONE, label: t('watching.none') };
  return (
    <>
      <p className={cx(styles.soft)}>{t('watching.contextHint')}</p>
      <div className={cx(styles.place)}>
        <Select
          label={t('watching.kind')}
          options={[none, ...kinds.filter((row) => row.active).map((row) => ({ id: row.kind, label: kindName(row) }))]}
          value={input.kind ?? NONE}
          onChange={(id) => onChange({ kind: id === NONE ? null : KindKey.parse(id) })}
        />
        <Select
          label={t('watching.clinic')}
          options={[none, ...clinics.map((row) => ({ id: row.clinic, label: row.name }))]}
          value={input.clinic ?? NONE}
          onChange={(id) => onChange({ clinic: id === NONE ? null : ClinicKey.parse(id), station: null })}
        />
        {input.clinic === null ? null : (
          <Select
            label={t('watching.station')}
            options={[none, ...(data?.rows ?? []).map((row) => ({ id: row.station, label: row.name }))]}
            value={input.station ?? NONE}
            onChange={(id) => onChange({ station: id === NONE ? null : StationKey.parse(id) })}
          />
        )}
      </div>
    </>
  );
}
