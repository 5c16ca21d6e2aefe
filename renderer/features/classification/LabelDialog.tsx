import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SeriesTagRow, SeriesTypeRow } from '@shared/model/classification';
import type { SeriesKey } from '@shared/model/ids';
import { useMay } from '../../app/access';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { formatRoute } from '../../app/router';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button } from '../../components/Button';
import { Checkbox } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { ErrorNote } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { want } from './labels';
import styles from './Classification.module.css';

interface Props {
  readonly series: readonly SeriesKey[];
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Puts tags on series and gives them types; every tick counts at once. */
export function LabelDialog({ series, open, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('labels.title', { count: series.length })} open={open} onClose={onClose}>
      {open ? <Labels series={series} /> : null}
      <Actions>
        <Button look="primary" onPress={onClose}>
          {t('common.close')}
        </Button>
      </Actions>
    </Dialog>
  );
}

function Labels({ series }: { readonly series: readonly SeriesKey[] }) {
  const { t } = useTranslation();
  const mayMake = useMay('seriesTypes.create');
  const asked = { series: [...series] };
  const tags = useQuery('seriesTags.list', {});
  const types = useQuery('seriesTypes.list', {});
  const tagged = useQuery('seriesTags.of', asked);
  const typed = useQuery('seriesTypes.of', asked);
  const after = (done: Promise<unknown>): Promise<void> =>
    done
      .then(() => {
        want(series);
        tags.reload();
        tagged.reload();
        typed.reload();
      })
      .catch(sayError);
  const hasTag = ({ tag }: SeriesTagRow): boolean =>
    tagged.data?.rows.every((row) => row.tags.some((each) => each.tag === tag)) ?? false;
  const hasType = ({ type }: SeriesTypeRow): boolean =>
    typed.data?.rows.every((row) => row.types.some((each) => each.type === type)) ?? false;
  const error = tags.error ?? types.error ?? tagged.error ?? typed.error;
  if (error) return <ErrorNote error={error} />;
  return (
    <div className={cx(styles.form)}>
      <fieldset className={cx(styles.ticks)}>
        <legend>{t('labels.types')}</legend>
        {types.data?.rows.map((row) => (
          <Checkbox
            key={row.type}
            checked={hasType(row)}
            onChange={(on) =>
              void after(ask(on ? 'seriesTypes.assign' : 'seriesTypes.unassign', { ...asked, type: row.type }))
            }
          >
            {row.name}
          </Checkbox>
        ))}
        {types.data?.rows.length === 0 ? (
          <p>
            {mayMake ? (
              <>
                {t('labels.noTypes')} <a href={formatRoute({ screen: 'manage', page: 'types' })}>{t('types.title')}</a>
              </>
            ) : (
              t('types.empty')
            )}
          </p>
        ) : null}
      </fieldset>
      <fieldset className={cx(styles.ticks)}>
        <legend>{t('labels.tags')}</legend>
        {tags.data?.rows.map((row) => (
          <Checkbox
            key={row.tag}
            checked={hasTag(row)}
            onChange={(on) =>
              void after(
                on
                  ? ask('seriesTags.add', { ...asked, name: row.name })
                  : ask('seriesTags.remove', { ...asked, tag: row.tag }),
              )
            }
          >
            {row.name}
          </Checkbox>
        ))}
      </fieldset>
      <NewTag onAdd={(name) => after(ask('seriesTags.add', { ...asked, name }))} />
    </div>
  );
}

function NewTag({ onAdd }: { readonly onAdd: (name: string) => Promise<void> }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') void onAdd(name.trim()).then(() => setName(''));
      }}
    >
      <div className={cx(styles.add)}>
        <TextField label={t('labels.newTag')} value={name} onChange={setName} maxLength={64} autoFocus />
        <Button icon={Plus} type="submit" isDisabled={name.trim() === ''}>
          {t('common.add')}
        </Button>
      </div>
    </form>
  );
}
