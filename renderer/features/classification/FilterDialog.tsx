import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FilterList, TagFilterRow } from '@shared/model/classification';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { sayError } from '../../app/toasts';
import { Button } from '../../components/Button';
import { Chips } from '../../components/Chips';
import { Choices } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { TextField } from '../../components/TextField';
import { AttributeField } from './AttributeField';
import { pathWords } from './words';
import styles from './Classification.module.css';

interface Props {
  /** The filter to change; null for a new one. */
  readonly row: TagFilterRow | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** The name of a filter and the attributes on its list. */
export function FilterDialog({ row, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(row?.name ?? '');
  const [list, setList] = useState<FilterList>(row?.list ?? 'blacklist');
  const [paths, setPaths] = useState<readonly string[]>(row?.paths ?? []);
  const [path, setPath] = useState('');
  const [busy, setBusy] = useState(false);
  const written = path.trim();
  const all = written === '' || paths.includes(written) ? paths : [...paths, written];
  const save = async (): Promise<void> => {
    setBusy(true);
    const changes = { name: name.trim(), list, paths: [...all] };
    try {
      await (row ? ask('tagFilters.change', { filter: row.filter, changes }) : ask('tagFilters.create', changes));
      onSaved();
    } catch (thrown) {
      sayError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={row ? t('arrival.edit') : t('arrival.new')} open wide onClose={onClose}>
      <form
        className={cx(styles.form)}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && name.trim() !== '' && all.length > 0) void save();
        }}
      >
        <TextField label={t('arrival.name')} value={name} onChange={setName} maxLength={64} autoFocus />
        <Choices
          label={t('arrival.list')}
          cards
          options={[
            { id: 'blacklist', label: t('arrival.blacklist'), hint: t('arrival.blacklistHint') },
            { id: 'whitelist', label: t('arrival.whitelist'), hint: t('arrival.whitelistHint') },
          ]}
          value={list}
          onChange={setList}
        />
        {paths.length > 0 ? (
          <Chips
            label={t('arrival.attributes')}
            chips={paths.map((each) => ({ id: each, label: pathWords(each, t) }))}
            onRemove={(gone) => setPaths(paths.filter((each) => each !== gone))}
          />
        ) : null}
        <div className={cx(styles.add)}>
          <AttributeField label={t('arrival.attribute')} value={path} onChange={setPath} />
          <Button
            icon={Plus}
            isDisabled={written === ''}
            onPress={() => {
              setPaths(all);
              setPath('');
            }}
          >
            {t('common.add')}
          </Button>
        </div>
        <p className={cx(styles.soft)}>{t('types.pathHint')}</p>
        <Actions>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" busy={busy} isDisabled={name.trim() === '' || all.length === 0}>
            {t('common.save')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
