import { Plus, Shapes, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesTypeRow } from '@shared/model/classification';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { showNumber, together } from '../../app/format';
import { formatRoute, navigate } from '../../app/router';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button, IconButton } from '../../components/Button';
import { Actions, Dialog } from '../../components/Dialog';
import { Card, Empty, ErrorNote, Page } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { Sorting } from './Sorting';
import { TypeRules } from './TypeRules';
import styles from './Classification.module.css';

/** The types that series are sorted into, and the rules of the one that is open. */
export function TypesPage({ item }: { readonly item: string | null }) {
  const { t } = useTranslation();
  const types = useQuery('seriesTypes.list', {}, { live: true });
  const chosen = types.data?.rows.find((row) => row.type === item);
  if (chosen) return <TypeRules key={chosen.type} row={chosen} />;
  return (
    <Page title={t('types.title')} subtitle={t('types.text')} shape="narrow">
      <Sorting />
      {types.error ? <ErrorNote error={types.error} onRetry={types.reload} /> : null}
      {types.data?.rows.length === 0 ? (
        <Empty icon={Shapes} title={t('types.empty')}>
          {t('types.emptyHint')}
        </Empty>
      ) : null}
      {types.data && types.data.rows.length > 0 ? (
        <Card>
          <ul className={cx(styles.list)} aria-label={t('types.title')}>
            {types.data.rows.map((row) => (
              <TypeLine key={row.type} row={row} onChanged={types.reload} />
            ))}
          </ul>
        </Card>
      ) : null}
      <NewType />
    </Page>
  );
}

function TypeLine({ row, onChanged }: { readonly row: SeriesTypeRow; readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState(false);
  const remove = (): void => {
    setRemoving(false);
    ask('seriesTypes.remove', { type: row.type }).then(onChanged, sayError);
  };
  return (
    <li className={cx(styles.item)}>
      <span className={cx(styles.grow)}>
        <a href={formatRoute({ screen: 'manage', page: 'types', item: row.type })} draggable={false}>
          <bdi>{row.name}</bdi>
        </a>
        <span className={cx(styles.soft)}>
          {together(
            t('types.rules', { count: row.rules, shown: showNumber(row.rules) }),
            t('images.seriesCount', { count: row.series, shown: showNumber(row.series) }),
          )}
        </span>
      </span>
      <IconButton icon={Trash2} label={t('types.remove', { name: row.name })} onPress={() => setRemoving(true)} />
      <Dialog title={t('types.remove', { name: row.name })} open={removing} onClose={() => setRemoving(false)}>
        <p>{t('types.removeText', { count: row.series, shown: showNumber(row.series) })}</p>
        <Actions>
          <Button onPress={() => setRemoving(false)}>{t('common.cancel')}</Button>
          <Button look="danger" icon={Trash2} onPress={remove}>
            {t('types.removeNow')}
          </Button>
        </Actions>
      </Dialog>
    </li>
  );
}

function NewType() {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const add = (): void => {
    ask('seriesTypes.create', { name: name.trim() }).then(
      (row) => navigate({ screen: 'manage', page: 'types', item: row.type }),
      sayError,
    );
  };
  return (
    <Card title={t('types.new')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') add();
        }}
      >
        <div className={cx(styles.add)}>
          <TextField label={t('types.name')} value={name} onChange={setName} maxLength={64} />
          <Button look="primary" icon={Plus} type="submit" isDisabled={name.trim() === ''}>
            {t('common.add')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
