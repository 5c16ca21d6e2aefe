import { Filter, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FilterSource, TagFilterRow } from '@shared/model/classification';
import { SourceType } from '@shared/model/vocabulary';
import { ask } from '../../app/api';
import { cx } from '../../app/cx';
import { sayError } from '../../app/toasts';
import { useQuery } from '../../app/useQuery';
import { Button, IconButton } from '../../components/Button';
import { Chips } from '../../components/Chips';
import { Select } from '../../components/Choice';
import { Actions, Dialog } from '../../components/Dialog';
import { Card, Empty, ErrorNote, Note, Page, Row } from '../../components/Surface';
import { TextField } from '../../components/TextField';
import { sourceLabel } from '../sources/sourceLabel';
import { FilterDialog } from './FilterDialog';
import { pathWords } from './words';
import styles from './Classification.module.css';

/** What is taken out of images on arrival, and of which. */
export function ArrivalPage() {
  const { t } = useTranslation();
  const filters = useQuery('tagFilters.list', {}, { live: true });
  const [editing, setEditing] = useState<TagFilterRow | 'new' | null>(null);
  return (
    <Page
      title={t('arrival.title')}
      subtitle={t('arrival.text')}
      shape="narrow"
      actions={
        <Button look="primary" icon={Plus} onPress={() => setEditing('new')}>
          {t('arrival.new')}
        </Button>
      }
    >
      <Note tone="warning">{t('arrival.warning')}</Note>
      {filters.error ? <ErrorNote error={filters.error} onRetry={filters.reload} /> : null}
      {filters.data?.rows.length === 0 ? (
        <Empty icon={Filter} title={t('arrival.empty')}>
          {t('arrival.emptyHint')}
        </Empty>
      ) : null}
      {filters.data?.rows.map((row) => (
        <FilterCard key={row.filter} row={row} onEdit={() => setEditing(row)} onChanged={filters.reload} />
      ))}
      {editing === null ? null : (
        <FilterDialog
          row={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            filters.reload();
          }}
        />
      )}
    </Page>
  );
}

interface CardProps {
  readonly row: TagFilterRow;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

function FilterCard({ row, onEdit, onChanged }: CardProps) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState(false);
  const refs = row.sources.map(({ source, sourceRef }) => ({ source, ref: sourceRef }));
  const names = useQuery('sources.named', refs.length === 0 ? null : { refs });
  const nameOf = ({ source, sourceRef }: FilterSource): string => {
    const named = names.data?.rows.find((each) => each.source === source && each.ref === sourceRef)?.name;
    return sourceLabel(t, source, sourceRef === '' ? null : (named ?? sourceRef));
  };
  const after = (done: Promise<unknown>): void => void done.then(onChanged, sayError);
  return (
    <Card title={row.name}>
      <p>{t(`arrival.${row.list}`)}</p>
      <Chips
        label={t(`arrival.${row.list}`)}
        chips={row.paths.map((path) => ({ id: path, label: pathWords(path, t) }))}
      />
      {row.sources.length === 0 ? (
        <Note tone="info">{t('arrival.off')}</Note>
      ) : (
        <>
          <p>{t('arrival.on')}</p>
          <Chips
            label={t('arrival.on')}
            chips={row.sources.map((from, at) => ({ id: String(at), label: nameOf(from) }))}
            onRemove={(at) => {
              const from = row.sources[Number(at)];
              if (from) after(ask('tagFilters.dissociate', { filter: row.filter, ...from }));
            }}
          />
        </>
      )}
      <SwitchOn row={row} onChanged={onChanged} />
      <Row>
        <Button icon={Pencil} onPress={onEdit} aria-label={t('arrival.editNamed', { name: row.name })}>
          {t('arrival.edit')}
        </Button>
        <IconButton icon={Trash2} label={t('arrival.remove', { name: row.name })} onPress={() => setRemoving(true)} />
      </Row>
      <Dialog title={t('arrival.remove', { name: row.name })} open={removing} onClose={() => setRemoving(false)}>
        <p>{t('arrival.removeText')}</p>
        <Actions>
          <Button onPress={() => setRemoving(false)}>{t('common.cancel')}</Button>
          <Button
            look="danger"
            icon={Trash2}
            onPress={() => {
              setRemoving(false);
              after(ask('tagFilters.remove', { filter: row.filter }));
            }}
          >
            {t('arrival.removeNow')}
          </Button>
        </Actions>
      </Dialog>
    </Card>
  );
}

/** Pictures of the camera hold only what was entered here: there is nothing to take out of them. */
const sources = SourceType.exclude(['camera']).options;

/** Sources that call themselves something; a watched folder is chosen from the list. */
const named: ReadonlySet<SourceType> = new Set<SourceType>(['scp', 'box', 'api']);

function SwitchOn({ row, onChanged }: { readonly row: TagFilterRow; readonly onChanged: () => void }) {
  const { t } = useTranslation();
  const watched = useQuery('watch.list', {});
  const [from, setFrom] = useState('scp');
  const [sourceRef, setSourceRef] = useState('');
  const options: readonly { readonly id: string; readonly label: string }[] = [
    ...sources.map((id) => ({ id, label: t(`source.${id}`) })),
    ...(watched.data?.rows ?? []).map(({ watch, name }) => ({
      id: `watch:${watch}`,
      label: sourceLabel(t, 'watch', name),
    })),
  ];
  const [type = '', folder] = from.split(':');
  const source = SourceType.parse(type);
  const add = (): void => {
    const ref = folder ?? (named.has(source) ? sourceRef.trim() : '');
    ask('tagFilters.associate', { filter: row.filter, source, sourceRef: ref }).then(() => {
      setSourceRef('');
      onChanged();
    }, sayError);
  };
  return (
    <form
      className={cx(styles.condition)}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Select label={t('arrival.source')} options={options} value={from} onChange={setFrom} />
      {named.has(source) ? (
        <TextField label={t('arrival.ref')} value={sourceRef} onChange={setSourceRef} maxLength={200} />
      ) : null}
      <Button icon={Plus} type="submit">
        {t('arrival.switchOn')}
      </Button>
    </form>
  );
}
