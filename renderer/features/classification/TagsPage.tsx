import { Pencil, Tag, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesTagRow } from '@shared/model/classification';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber } from '../../app/format';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button, IconButton } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Card, Empty, ErrorNote, Page } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import styles from './Classification.module.css';

/** All tags with the number of series that carry them; they are renamed and deleted here. */
export function TagsPage() {
  const { t } = useTranslation();
  const tags = useQuery('seriesTags.list', {}, { live: true });
  return (
    <Page title={t('labels.manage')} subtitle={t('labels.manageText')} shape="narrow">
      {tags.error ? <ErrorNote error={tags.error} onRetry={tags.reload} /> : null}
      {tags.data?.rows.length === 0 ? (
        <Empty icon={Tag} title={t('labels.empty')}>
          {t('labels.emptyHint')}
        </Empty>
      ) : null}
      {tags.data && tags.data.rows.length > 0 ? (
        <Card>
          <ul className={cx(styles.list)} aria-label={t('labels.manage')}>
            {tags.data.rows.map((row) => (
              <TagLine key={row.tag} row={row} onChanged={tags.reload} />
            ))}
          </ul>
        </Card>
      ) : null}
    </Page>
  );
}

interface LineProps {
  readonly row: SeriesTagRow;
  readonly onChanged: () => void;
}

function TagLine({ row, onChanged }: LineProps) {
  const { t } = useTranslation();
  const mayDelete = useMay('seriesTags.delete');
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const close = (): void => setOpen(null);
  const remove = (): void => {
    close();
    ask('seriesTags.delete', { tag: row.tag }).then(onChanged, sayError);
  };
  return (
    <li className={cx(styles.item)}>
      <span className={cx(styles.grow)}>
        <strong dir="auto">{row.name}</strong>
        <span className={cx(styles.soft)}>
          {t('images.seriesCount', { count: row.series, shown: showNumber(row.series) })}
        </span>
      </span>
      <IconButton icon={Pencil} label={t('labels.rename', { name: row.name })} onPress={() => setOpen('rename')} />
      {mayDelete ? (
        <IconButton icon={Trash2} label={t('labels.delete', { name: row.name })} onPress={() => setOpen('delete')} />
      ) : null}
      <Dialog title={t('labels.rename', { name: row.name })} open={open === 'rename'} onClose={close}>
        <Rename
          row={row}
          onCancel={close}
          onDone={() => {
            close();
            onChanged();
          }}
        />
      </Dialog>
      <Dialog title={t('labels.delete', { name: row.name })} open={open === 'delete'} onClose={close}>
        <p>{t('labels.deleteText', { count: row.series, shown: showNumber(row.series) })}</p>
        <Actions>
          <Button onPress={close}>{t('common.cancel')}</Button>
          <Button look="danger" icon={Trash2} onPress={remove}>
            {t('labels.deleteNow')}
          </Button>
        </Actions>
      </Dialog>
    </li>
  );
}

interface RenameProps {
  readonly row: SeriesTagRow;
  readonly onCancel: () => void;
  readonly onDone: () => void;
}

function Rename({ row, onCancel, onDone }: RenameProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(row.name);
  const changed = name.trim() !== '' && name.trim() !== row.name;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) ask('seriesTags.rename', { tag: row.tag, name: name.trim() }).then(onDone, sayError);
      }}
    >
      <TextField label={t('labels.name')} value={name} onChange={setName} maxLength={64} autoFocus />
      <Actions>
        <Button onPress={onCancel}>{t('common.cancel')}</Button>
        <Button look="primary" type="submit" isDisabled={!changed}>
          {t('common.save')}
        </Button>
      </Actions>
    </form>
  );
}
